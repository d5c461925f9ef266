-- A table, not a view: ten models read it, and each would sort the whole window again.
{{ config(materialized = 'table') }}

with

events as (

    select * from {{ source('landing', 'events') }}

),

-- A resumed session repeats records of the one before it: of the copies of a record the one in the
-- session that began first counts, and a record counts once.
ranked as (

    select
        *,
        row_number() over (
            partition by account_key, event_key
            order by session_date, object_key, object_version, session_key, block_ordinal
        ) as copy_ordinal
    from events

),

final as (

    select
        event_key,
        session_key,
        account_key,
        cluster_key,
        message_key,
        session_date,
        event_at,
        event_date,
        block_ordinal,
        agent,
        client_major,
        client_minor,
        client_patch,
        actor,
        kind,
        has_words,
        tool_kind,
        model_family,
        is_sidechain,
        is_error,
        input_tokens,
        output_tokens,
        cached_tokens,
        lines_added_count,
        lines_removed_count
    from ranked
    where copy_ordinal = 1

)

select * from final
