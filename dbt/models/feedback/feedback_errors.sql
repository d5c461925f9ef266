with

events as (

    select * from {{ ref('stg_events') }}

),

errors as (

    select
        *,
        case
            when kind = 'tool_result' and is_error then 'tool_error'
            when kind = 'rejection' then 'tool_rejected'
            when kind in ('api_error', 'interruption') then kind
        end as error_kind,
        case
            when kind in ('tool_result', 'rejection') then coalesce(tool_kind, 'other')
            else 'none'
        end as error_tool_kind
    from events

),

-- What the counts are to be held against: a version that many use has more of everything.
versions as (

    select
        client_major,
        client_minor,
        client_patch,
        count(distinct session_key) as version_session_count
    from events
    group by client_major, client_minor, client_patch

),

final as (

    select
        errors.client_major,
        errors.client_minor,
        errors.client_patch,
        errors.error_kind,
        errors.error_tool_kind as tool_kind,
        count(*) as error_count,
        count(distinct errors.session_key) as session_count,
        count(distinct errors.cluster_key) as account_count,
        max(versions.version_session_count) as version_session_count
    from errors
    inner join versions
        on
            errors.client_major is not distinct from versions.client_major
            and errors.client_minor is not distinct from versions.client_minor
            and errors.client_patch is not distinct from versions.client_patch
    where errors.error_kind is not null
    group by
        errors.client_major, errors.client_minor, errors.client_patch,
        errors.error_kind, errors.error_tool_kind

)

select * from final
