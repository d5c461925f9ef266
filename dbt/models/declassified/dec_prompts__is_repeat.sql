with

prompts as (

    select * from {{ ref('stg_prompts') }}

),

raw as (

    select * from {{ source('raw', 'raw') }}

),

-- Which prompt came before is typed: no text is needed to know it.
pairs as (

    select
        event_key,
        session_key,
        event_date,
        lag(event_key) over (
            partition by session_key order by event_at, event_key
        ) as previous_event_key
    from prompts

),

-- Short words (go on, yes, continue) come again without asking for the same thing again.
comparisons as (

    select
        pairs.event_key,
        pairs.session_key,
        pairs.event_date,
        case
            when pairs.previous_event_key is null then false
            else
                length(raw.raw__text) >= 12
                and lower(trim(regexp_replace(raw.raw__text, '\s+', ' ', 'g')))
                = lower(trim(regexp_replace(previous.raw__text, '\s+', ' ', 'g')))
        end as is_repeat
    from pairs
    left join raw
        on
            pairs.event_key = raw.event_key
            and pairs.session_key = raw.session_key
    left join raw as previous
        on
            pairs.previous_event_key = previous.event_key
            and pairs.session_key = previous.session_key

),

-- A block may stand in several objects.
final as (

    select
        event_key,
        session_key,
        event_date,
        bool_or(is_repeat) as is_repeat
    from comparisons
    group by event_key, session_key, event_date

)

select * from final
