with

events as (

    select * from {{ source('landing', 'events') }}

),

prompts as (

    select
        event_key,
        session_key,
        event_date,
        event_at,
        block_ordinal,
        coalesce(message_key, event_key) as message_key
    from events
    where
        actor = 'user'
        and kind = 'prompt'
        and has_words
        and not is_sidechain

),

-- A prompt may hold several blocks (images between words) and stand in several objects.
final as (

    select
        event_key,
        session_key,
        event_date,
        event_at
    from prompts
    qualify
        row_number() over (
            partition by session_key, message_key order by block_ordinal, event_at, event_key
        ) = 1

)

select * from final
