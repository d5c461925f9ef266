-- How the user ended it: what a language model read of the last day, or what the last turn says.
with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

bits as (

    select * from {{ ref('stg_bits') }}

),

readings as (

    select
        session_key,
        value as decision,
        confidence_bucket
    from bits
    where bit = 'task_accomplished'
    qualify row_number() over (partition by session_key order by event_at desc, event_key asc) = 1

),

last_turns as (

    select
        session_key,
        bit,
        value
    from bits
    where bit != 'task_accomplished'
    qualify rank() over (partition by session_key order by event_at desc, event_key asc) = 1

),

endings as (

    select
        session_key,
        bool_or(value) filter (where bit = 'satisfied') as is_confirmed,
        bool_or(value) filter (
            where bit in ('dissatisfied', 'too_simple_or_incomplete', 'repeat_request')
        ) as is_denied
    from last_turns
    group by session_key

),

decisions as (

    select
        sessions.session_key,
        coalesce(
            readings.decision,
            case
                when endings.is_denied then false
                when endings.is_confirmed then true
            end
        ) as is_task_accomplished,
        coalesce(readings.confidence_bucket, 'low') as confidence_bucket
    from sessions
    left join readings on sessions.session_key = readings.session_key
    left join endings on sessions.session_key = endings.session_key

),

final as (

    select
        session_key,
        is_task_accomplished,
        case
            when is_task_accomplished is not null then confidence_bucket
        end as is_task_accomplished_confidence_bucket
    from decisions

)

select * from final
