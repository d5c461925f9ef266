with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

buckets as (

    select * from {{ source('declassified', 'dec_prompts__length_bucket') }}

),

-- Of a prompt that a resumed session repeats only the copy that counts.
prompts as (

    select
        events.session_key,
        events.event_key,
        events.event_at,
        buckets.prompt_length_bucket,
        list_position(
            ['1-19', '20-99', '100-499', '500-1999', '2000+'], buckets.prompt_length_bucket
        ) as length_rank
    from events
    inner join buckets
        on
            events.session_key = buckets.session_key
            and events.event_key = buckets.event_key
    where buckets.prompt_length_bucket is not null

),

lengths as (

    select
        session_key,
        arg_min(prompt_length_bucket, (event_at, event_key)) as first_prompt_length_bucket,
        arg_max(prompt_length_bucket, length_rank) as longest_prompt_length_bucket
    from prompts
    group by session_key

),

final as (

    select
        sessions.session_key,
        lengths.first_prompt_length_bucket,
        lengths.longest_prompt_length_bucket
    from sessions
    left join lengths on sessions.session_key = lengths.session_key

)

select * from final
