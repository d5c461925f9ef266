with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

rejections as (

    select
        session_key,
        count(*) as rejection_count,
        bool_or(has_words) as has_words
    from events
    where kind = 'rejection' and not is_sidechain
    group by session_key

),

final as (

    select
        sessions.session_key,
        coalesce(rejections.rejection_count, 0) > 0 as is_tool_rejected,
        coalesce(rejections.has_words, false) as is_tool_rejected_with_words,
        least(coalesce(rejections.rejection_count, 0), 5)::integer as tool_rejection_count
    from sessions
    left join rejections on sessions.session_key = rejections.session_key

)

select * from final
