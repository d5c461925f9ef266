with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

prompts as (

    select * from {{ source('declassified', 'dec_prompts__is_repeat') }}

),

-- Of a prompt that a resumed session repeats only the copy that counts.
repeats as (

    select
        events.session_key,
        bool_or(prompts.is_repeat) as has_repeated_prompt
    from events
    inner join prompts
        on
            events.session_key = prompts.session_key
            and events.event_key = prompts.event_key
    group by events.session_key

),

final as (

    select
        sessions.session_key,
        repeats.has_repeated_prompt
    from sessions
    left join repeats on sessions.session_key = repeats.session_key

)

select * from final
