with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select
        *,
        event_at - lag(event_at) over (
            partition by session_key order by event_at, event_key
        ) as gap
    from {{ ref('stg_events') }}

),

-- A pause of more than five minutes is no work: it counts as five.
counts as (

    select
        session_key,
        count(distinct coalesce(message_key, event_key)) filter (
            where kind = 'prompt' and not is_sidechain
        ) as turn_count,
        sum(lines_added_count) as lines_added_count,
        sum(lines_removed_count) as lines_removed_count,
        sum(least(date_part('epoch', gap), 300)) filter (
            where gap is not null
        ) as active_seconds
    from events
    group by session_key

),

-- Records repeat the usage of their message; landing keeps it on one, and so do we.
messages as (

    select
        session_key,
        message_key,
        max(input_tokens) as input_tokens,
        max(output_tokens) as output_tokens,
        max(cached_tokens) as cached_tokens
    from events
    where message_key is not null
    group by session_key, message_key

),

tokens as (

    select
        session_key,
        sum(input_tokens) as input_token_count,
        sum(output_tokens) as output_token_count,
        sum(cached_tokens) as cached_token_count
    from messages
    group by session_key

),

totals as (

    select
        sessions.session_key,
        counts.turn_count::integer as turn_count,
        tokens.input_token_count::bigint as input_token_count,
        tokens.output_token_count::bigint as output_token_count,
        tokens.cached_token_count::bigint as cached_token_count,
        coalesce(counts.lines_added_count, 0)::bigint as lines_added_count,
        coalesce(counts.lines_removed_count, 0)::bigint as lines_removed_count,
        coalesce(floor(counts.active_seconds), 0)::bigint as active_seconds
    from sessions
    left join counts on sessions.session_key = counts.session_key
    left join tokens on sessions.session_key = tokens.session_key

),

final as (

    select
        *,
        {{ bucket('turn_count', [1, 2, 5, 10, 20, 50]) }} as turn_bucket,
        {{ bucket('output_token_count', [1000, 10000, 100000]) }} as output_token_bucket,
        {{ bucket('lines_added_count', [1, 20, 100, 500]) }} as lines_added_bucket,
        {{ bucket('lines_removed_count', [1, 20, 100, 500]) }} as lines_removed_bucket,
        {{ bucket('active_seconds // 60', [1, 5, 15, 60, 240]) }} as active_minutes_bucket
    from totals

)

select * from final
