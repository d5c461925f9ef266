with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

errors as (

    select
        session_key,
        count(*) filter (where kind = 'tool_result' and is_error) as tool_error_count,
        count(*) filter (where kind = 'api_error') as api_error_count
    from events
    group by session_key

),

final as (

    select
        sessions.session_key,
        {{ bucket('coalesce(errors.tool_error_count, 0)', [1, 5, 20]) }} as tool_error_bucket,
        coalesce(errors.api_error_count, 0) > 0 as has_api_error
    from sessions
    left join errors on sessions.session_key = errors.session_key

)

select * from final
