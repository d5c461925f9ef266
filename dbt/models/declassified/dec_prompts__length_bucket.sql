with

prompts as (

    select * from {{ ref('stg_prompts') }}

),

raw as (

    select * from {{ source('raw', 'raw') }}

),

buckets as (

    select
        prompts.event_key,
        prompts.session_key,
        prompts.event_date,
        case
            when length(raw.raw__text) < 20 then '1-19'
            when length(raw.raw__text) < 100 then '20-99'
            when length(raw.raw__text) < 500 then '100-499'
            when length(raw.raw__text) < 2000 then '500-1999'
            when length(raw.raw__text) >= 2000 then '2000+'
        end as prompt_length_bucket
    from prompts
    left join raw
        on
            prompts.event_key = raw.event_key
            and prompts.session_key = raw.session_key

),

-- A block may stand in several objects.
final as (

    select
        event_key,
        session_key,
        event_date,
        min(prompt_length_bucket) as prompt_length_bucket
    from buckets
    group by event_key, session_key, event_date

)

select * from final
