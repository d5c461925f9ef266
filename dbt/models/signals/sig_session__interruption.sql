with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

interruptions as (

    select
        session_key,
        count(*) as interruption_count
    from events
    where kind = 'interruption' and not is_sidechain
    group by session_key

),

final as (

    select
        sessions.session_key,
        coalesce(interruptions.interruption_count, 0) > 0 as is_interrupted,
        least(coalesce(interruptions.interruption_count, 0), 5)::integer as interruption_count
    from sessions
    left join interruptions on sessions.session_key = interruptions.session_key

)

select * from final
