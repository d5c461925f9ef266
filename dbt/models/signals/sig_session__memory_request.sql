with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

notes as (

    select distinct session_key
    from events
    where kind = 'memory_note'

),

final as (

    select
        sessions.session_key,
        notes.session_key is not null as is_memory_requested
    from sessions
    left join notes on sessions.session_key = notes.session_key

)

select * from final
