-- Models that a data engineer would write over the fixture of lineage_fixture.py. None reads raw text.
-- One block a model: "-- @model <name>", then one SELECT.

-- @model sessions_per_day
select date_trunc('day', opened_at) as day, count(*) as chat_count
from chats
group by 1
order by 1;

-- @model seven_day_rolling_average
with daily as (
    select opened_at::date as day, count(*) as chat_count from chats group by all
)

select
    day,
    chat_count,
    avg(chat_count) over (order by day rows between 6 preceding and current row) as avg_7d,
    sum(chat_count) over (order by day range between interval 27 days preceding and current row)
        as sum_28d,
from daily;

-- @model latest_row_per_account
select *
from (select chat_id, account_id, plan, opened_at from chats)
qualify row_number() over (partition by account_id order by opened_at desc, chat_id) = 1;

-- @model dedupe_by_distinct_on
select distinct on (account_id) account_id, chat_id, opened_at
from chats
order by account_id, opened_at desc;

-- @model star_exclude_all_text
select * exclude (question, answer, patch, payload, messages)
from chats;

-- @model star_replace
select * exclude (question, answer, patch, payload, messages)
    replace (coalesce(outcome, 'unknown') as outcome, round(cost_usd, 2) as cost_usd)
from chats;

-- @model columns_by_pattern
select chat_id, columns('.*_count$') from chats;

-- @model columns_lambda_sum
select plan, sum(columns(c -> c like '%_count')) from (
    select plan, turn_count, tool_count from chats
) group by plan;

-- @model unused_raw_in_cte
with wide as (select * from chats),
narrow as (select chat_id, account_id, turn_count from wide)
select * from narrow where turn_count > 3;

-- @model raw_named_in_subquery_but_dropped
select chat_id, turn_count
from (select chat_id, turn_count, question, length(answer) as answer_length from chats);

-- @model sessionise_events
with gaps as (
    select
        account_id,
        happened_at,
        happened_at - lag(happened_at) over (partition by account_id order by happened_at) as gap,
    from events
),
marked as (
    select *, case when gap is null or gap > interval '30 minutes' then 1 else 0 end as is_start
    from gaps
),
numbered as (
    select *, sum(is_start) over (partition by account_id order by happened_at) as visit_number
    from marked
)
select account_id, visit_number, min(happened_at) as started_at, max(happened_at) as ended_at,
    count(*) as event_count
from numbered
group by all;

-- @model gaps_and_islands
with days as (
    select distinct account_id, opened_at::date as day from chats
),
islands as (
    select account_id, day,
        day - (row_number() over (partition by account_id order by day))::int as island
    from days
)
select account_id, min(day) as first_day, max(day) as last_day, count(*) as streak_days
from islands
group by account_id, island
having count(*) >= 2;

-- @model cohort_retention
with firsts as (
    select account_id, date_trunc('week', min(opened_at)) as cohort_week from chats group by 1
),
activity as (
    select distinct account_id, date_trunc('week', opened_at) as active_week from chats
)
select
    f.cohort_week,
    date_diff('week', f.cohort_week, a.active_week) as week_number,
    count(distinct a.account_id) as account_count,
    round(count(distinct a.account_id) / max(count(distinct a.account_id))
        over (partition by f.cohort_week), 3) as retained_ratio,
from firsts f
join activity a using (account_id)
group by f.cohort_week, week_number;

-- @model date_spine_left_join
with spine as (
    select day::date as day
    from generate_series(date '2026-10-01', date '2026-10-31', interval 1 day) t(day)
)
select s.day, p.plan, count(c.chat_id) as chat_count
from spine s
cross join (select distinct plan from chats) p
left join chats c on c.opened_at::date = s.day and c.plan = p.plan
group by all
order by all;

-- @model range_spine_unnest
select unnest(generate_series(timestamp '2026-10-01', timestamp '2026-10-02', interval '1 hour'))
    as hour_at;

-- @model recursive_numbers
with recursive n(i) as (
    select 1
    union all
    select i + 1 from n where i < 30
)
select n.i as day_number, count(c.chat_id) as chat_count
from n left join chats c on extract(day from c.opened_at) = n.i
group by 1;

-- @model recursive_hierarchy
with recursive tree as (
    select team_id, parent_id, team_name, 0 as depth, [team_id] as path
    from teams where parent_id is null
    union all
    select t.team_id, t.parent_id, t.team_name, tree.depth + 1, list_append(tree.path, t.team_id)
    from teams t join tree on t.parent_id = tree.team_id
    where not list_contains(tree.path, t.team_id)
)
select team_id, depth, len(path) as path_length from tree;

-- @model recursive_using_key
with recursive hops(team_id, hops) using key (team_id) as (
    select team_id, 0 from teams where parent_id is null
    union
    select t.team_id, h.hops + 1 from teams t join hops h on t.parent_id = h.team_id
)
select * from hops;

-- @model pivot_static_list
from (
    pivot (select plan, outcome, chat_id from chats)
    on outcome in ('success', 'failure', 'abandoned')
    using count(chat_id) as chats
    group by plan
);

-- @model pivot_sql_standard
select *
from (select plan, variant, turn_count from chats)
pivot (avg(turn_count) for variant in ('control', 'treatment') group by plan);

-- @model pivot_many_values
from (
    pivot (select plan, extract(hour from opened_at) as hour from chats)
    on hour in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
    using count(*)
    group by plan
);

-- @model conditional_aggregation
select
    account_id,
    count(*) filter (where outcome = 'success') as success_count,
    count_if(is_error) as error_count,
    sum(case when plan = 'pro' then cost_usd else 0 end) as pro_cost_usd,
    bool_or(is_error) as has_error,
from chats
group by account_id;

-- @model unpivot_metrics
unpivot (select chat_id, turn_count, tool_count from chats)
on turn_count, tool_count
into name metric value amount;

-- @model union_all_by_name
select chat_id, plan, turn_count from chats where plan = 'free'
union all by name
select chat_id, turn_count, plan, 'backfill' as origin from chats where plan = 'pro';

-- @model union_distinct
select account_id from chats where is_error
union
select account_id from events where kind = 'crash';

-- @model except_and_intersect
select account_id from events where kind = 'install'
except
select account_id from chats
intersect
select account_id from events;

-- @model semi_join_exists
select e.event_id, e.kind
from events e
where exists (select 1 from chats c where c.account_id = e.account_id and c.plan = 'pro');

-- @model semi_and_anti_join
select * from events semi join (select account_id from chats) using (account_id)
union all
select * from events anti join (select account_id from chats) using (account_id);

-- @model not_in_subquery
select chat_id from chats where account_id not in (select account_id from events where kind = 'bot');

-- @model as_of_price
select e.event_id, e.kind, p.price_usd
from events e
asof left join prices p on e.kind = p.kind and e.happened_at >= p.valid_from;

-- @model between_join
select c.chat_id, p.price_usd
from chats c
join prices p on c.opened_at >= p.valid_from and c.opened_at < p.valid_to and p.kind = 'chat';

-- @model full_outer_reconciliation
select coalesce(a.day, b.day) as day, a.chat_count, b.event_count
from (select opened_at::date as day, count(*) as chat_count from chats group by 1) a
full join (select happened_at::date as day, count(*) as event_count from events group by 1) b
    on a.day = b.day;

-- @model lateral_top_two
select c.account_id, t.chat_id, t.cost_usd
from (select distinct account_id from chats) c,
lateral (
    select chat_id, cost_usd from chats x
    where x.account_id = c.account_id
    order by cost_usd desc
    limit 2
) t;

-- @model correlated_scalar_subquery
select
    c.chat_id,
    (select count(*) from events e where e.account_id = c.account_id) as event_count,
    (select max(e.happened_at) from events e
     where e.account_id = c.account_id and e.happened_at <= c.opened_at) as last_event_at,
from chats c;

-- @model unnest_typed_list
select chat_id, unnest(tags) as tag from labels;

-- @model unnest_lateral_with_join
select l.chat_id, t.tag, count(*) as n
from labels l, unnest(l.tags) as t(tag)
group by all;

-- @model unnest_struct_list
select chat_id, s.step.kind as kind, s.step.seconds as seconds
from labels, unnest(steps) as s(step);

-- @model list_functions
select
    chat_id,
    len(tags) as tag_count,
    list_distinct(list_sort(tags)) as sorted_tags,
    list_contains(tags, 'urgent') as is_urgent,
    list_filter(durations, x -> x > 10) as long_durations,
    list_transform(durations, x -> x / 60.0) as minutes,
    list_sum(durations) as total_seconds,
    list_aggregate(durations, 'max') as max_seconds,
    list_reduce(durations, (a, b) -> a + b) as summed,
    durations[1] as first_duration,
    durations[-3:] as last_three,
from labels;

-- @model list_comprehension
select chat_id, [x * 2 for x in durations if x > 1] as doubled from labels;

-- @model list_zip_and_flatten
select chat_id, list_zip(tags, durations) as zipped, flatten([durations, [0]]) as flat from labels;

-- @model collect_then_count
select account_id, len(list(distinct plan)) as plan_count, array_agg(variant order by opened_at)[1]
    as first_variant
from chats group by account_id;

-- @model string_agg_of_vocabulary
select account_id, string_agg(distinct outcome, ', ' order by outcome) as outcomes
from chats group by account_id;

-- @model percentiles
select
    plan,
    median(turn_count) as median_turns,
    quantile_cont(cost_usd, [0.5, 0.9, 0.99]) as cost_quantiles,
    approx_quantile(turn_count, 0.95) as p95_turns,
    percentile_disc(0.5) within group (order by turn_count) as p50,
    stddev_samp(turn_count) as turns_sd,
    mode(outcome) as usual_outcome,
from chats group by plan;

-- @model histogram_of_turns
select plan, histogram(turn_count) as turns, approx_count_distinct(account_id) as account_count
from chats group by plan;

-- @model ntile_and_ranks
select
    account_id,
    ntile(4) over (order by sum(cost_usd)) as cost_quartile,
    percent_rank() over (order by sum(cost_usd)) as cost_rank,
    dense_rank() over (order by count(*) desc) as activity_rank,
from chats group by account_id;

-- @model window_frames
select
    chat_id,
    first_value(plan) over w as first_plan,
    nth_value(variant, 2) over w as second_variant,
    lead(opened_at, 1, timestamp '2030-01-01') over w as next_opened_at,
    sum(turn_count) over (w rows between unbounded preceding and 1 following exclude current row)
        as other_turns,
    avg(turn_count) filter (where not is_error) over (partition by plan) as plan_mean,
from chats
window w as (partition by account_id order by opened_at);

-- @model last_value_ignore_nulls
select chat_id, last_value(outcome ignore nulls) over (partition by account_id order by opened_at)
    as last_outcome
from chats;

-- @model rollup_report
select
    coalesce(plan, 'all plans') as plan,
    coalesce(variant, 'all') as variant,
    grouping(plan, variant) as level,
    count(*) as chat_count,
from chats
group by rollup (plan, variant)
order by level, plan;

-- @model grouping_sets_and_cube
select plan, variant, sum(cost_usd) as cost_usd from chats
group by grouping sets ((plan), (variant), ())
union all
select plan, variant, sum(cost_usd) from chats group by cube (plan, variant);

-- @model case_buckets
select
    chat_id,
    case
        when turn_count <= 1 then '0-1'
        when turn_count between 2 and 5 then '2-5'
        when turn_count <= 20 then '6-20'
        else '>20'
    end as turns_bucket,
    if(is_error, 'error', 'ok') as state,
    case plan when 'pro' then 'paid' when 'team' then 'paid' else 'not paid' end as payment,
from chats;

-- @model time_zones_and_formats
select
    strftime(opened_at, '%Y-%m-%d %H:%M') as opened_text,
    (opened_at at time zone 'UTC') at time zone 'America/New_York' as local_at,
    dayname(opened_at) as weekday,
    time_bucket(interval '15 minutes', opened_at) as bucket_at,
    epoch(closed_at - opened_at) as duration_seconds,
    extract('isodow' from opened_at) as isodow,
    to_timestamp(1790000000) as reference_at,
from chats;

-- @model date_arithmetic
select chat_id, opened_at + interval 30 day as expires_at, opened_at::date - date '2026-01-01'
    as day_of_year, date_part('week', opened_at) as week, last_day(opened_at::date) as month_end,
    make_date(2026, 10, 1) as quarter_start, age(closed_at, opened_at) as duration
from chats
where opened_at between timestamp '2026-10-01 00:00:00' and '2026-11-01'::timestamp;

-- @model last_thirty_days
select chat_id from chats where opened_at >= current_date - interval '30 days';

-- @model regex_on_typed_columns
select
    chat_id,
    regexp_extract(client_version, '^(\d+)\.(\d+)', 1)::int as major,
    regexp_matches(model_family, '(opus|sonnet|haiku)') as is_known,
    regexp_replace(plan, '[^a-z]+', '_', 'g') as plan_slug,
    split_part(client_version, '.', 2) as minor,
    string_split(client_version, '.')[1] as major_text,
    lower(trim(plan)) || '/' || coalesce(variant, 'none') as plan_variant,
from chats
where model_family like 'claude-%' and client_version not like '%-beta%' and plan ilike 'P%';

-- @model concatenated_key
select concat_ws('-', plan, variant, strftime(opened_at, '%Y%m%d')) as partition_key,
    format('{}:{}', plan, turn_count) as label, printf('%05d', turn_count) as padded,
    lpad(turn_count::varchar, 4, '0') as padded_too
from chats;

-- @model keyed_sampling
select chat_id from chats where hash(account_id) % 100 < 10;

-- @model md5_surrogate_key
select md5(concat_ws('|', account_id, plan)) as surrogate_key, count(*) as n from chats group by 1;

-- @model safe_casts
select try_cast(client_version as double) as version_number, turn_count::bigint * 1000000 as scaled,
    cast(cost_usd as decimal(18, 4)) as cost, tool_count / nullif(turn_count, 0) as tools_per_turn,
    greatest(turn_count, 1) as at_least_one, ln(turn_count + 1) as log_turns
from chats;

-- @model structs_and_maps
select {'plan': plan, 'turns': turn_count} as summary, map(['turns', 'tools'],
    [turn_count, tool_count]) as counts, row(plan, variant) as pair,
    struct_pack(a := 1, b := plan).b as plan_again
from chats;

-- @model map_lookup
select chat_id, map {'free': 0, 'pro': 20, 'team': 30}[plan] as price from chats;

-- @model tuple_comparison
select chat_id from chats
where (account_id, opened_at) in (select account_id, max(opened_at) from chats group by 1);

-- @model all_and_any
select chat_id from chats
where turn_count > all (select threshold from limits where kind = 'turns')
    or plan = any (select plan from limits);

-- @model values_mapping
with mapping(outcome, is_good) as (
    values ('success', true), ('failure', false), ('abandoned', false)
)
select c.chat_id, coalesce(m.is_good, false) as is_good
from chats c left join mapping m using (outcome);

-- @model json_of_typed_columns
select chat_id, to_json({'tags': len(tags)}) as stats, json_extract_string(settings, '$.theme')
    as theme, settings->>'$.limits.max' as max_limit, json_array_length(settings, '$.tools') as tools
from labels;

-- @model json_each_of_settings
select l.chat_id, j.key, j.type from labels l, json_each(l.settings) j;

-- @model cross_join_cutoffs
select p.cutoff, count(*) filter (where c.turn_count >= p.cutoff) as at_least
from chats c cross join (select unnest([1, 2, 5, 10, 20]) as cutoff) p
group by p.cutoff;

-- @model ab_summary
with per_account as (
    select account_id, any_value(variant) as variant, avg(turn_count) as mean_turns,
        count(*) as chats
    from chats group by account_id
    having count(distinct variant) = 1
)
select variant, count(*) as account_count, avg(mean_turns) as mean, var_samp(mean_turns) as variance,
    covar_samp(mean_turns, chats) as covariance, corr(mean_turns, chats) as correlation
from per_account group by variant;

-- @model funnel
select
    count(distinct case when kind = 'install' then account_id end) as installed,
    count(distinct account_id) filter (where kind = 'first_chat') as chatted,
    max_by(kind, happened_at) as last_kind,
    arg_min(account_id, happened_at) as first_account,
from events;

-- @model self_join_previous
select a.chat_id, b.chat_id as previous_chat_id
from chats a
left join chats b on a.account_id = b.account_id and b.opened_at < a.opened_at
where b.chat_id is null or b.opened_at > a.opened_at - interval '1 day';

-- @model limit_offset_page
select chat_id, cost_usd from chats order by cost_usd desc nulls last, chat_id limit 100 offset 20;

-- @model limit_percent
select chat_id from chats order by opened_at limit 10%;

-- @model seeded_sample
select chat_id from chats using sample reservoir(50 rows) repeatable (42);

-- @model positional_pairs
select a.account_id, b.team_id from (select account_id from chats order by 1) a
positional join (select team_id from teams order by 1) b;

-- @model materialised_cte
with base as materialized (select account_id, plan, turn_count from chats)
select a.account_id, a.turn_count - b.mean as difference
from base a join (select plan, avg(turn_count) as mean from base group by plan) b using (plan);

-- @model union_of_labelled_metrics
select 'chats' as metric, count(*) as amount from chats
union all
select 'accounts', count(distinct account_id) from chats
union all
select 'error rate', round(avg(is_error::int), 4) from chats;

-- @model window_share_of_total
select plan, count(*) as n, count(*) / sum(count(*)) over () as share,
    row_number() over (order by count(*) desc, plan) as place
from chats group by plan;

-- @model macro_free_nullif_chain
select coalesce(nullif(trim(variant), ''), nullif(plan, 'none'), 'unassigned') as label from chats;

-- @model bit_flags
select chat_id, (is_error::int << 0) | ((turn_count > 10)::int << 1) as flags, turn_count & 3 as low
from chats;

-- @model enum_cast
select outcome::enum('success', 'failure', 'abandoned') as outcome from chats
where outcome in ('success', 'failure', 'abandoned');

-- @model list_of_structs_aggregated
select account_id, list({'day': opened_at::date, 'turns': turn_count} order by opened_at) as history
from chats group by account_id;

-- @model reads_a_view
select plan, chat_count from chats_by_plan where chat_count > 10;

-- @model uses_a_macro
select chat_id, is_heavy(turn_count) as is_heavy from chats;

-- @model uses_a_table_macro
select plan, n from plan_sizes(3);

-- @model nested_lambdas
select chat_id, list_transform([durations, durations], l -> list_sum(list_filter(l, x -> x < len(l))))
    as nested from labels;

-- @model string_buckets
select case when client_version is null then 'n/a' when client_version < '2' then 'v1'
    else 'v2 or later' end as generation, min(client_version) as oldest
from chats group by 1;

-- @model anomaly_z_scores
with daily as (select opened_at::date as day, count(*)::double as n from chats group by 1)
select day, n, (n - avg(n) over ()) / nullif(stddev_pop(n) over (), 0) as z,
    abs(n - lag(n, 7) over (order by day)) > 50 as is_jump
from daily;

-- @model exists_uncorrelated
select chat_id from chats where exists (select 1 from limits where kind = 'open');

-- @model month_over_month
select strftime(month, '%b %Y') as month_name, revenue,
    100.0 * (revenue - lag(revenue) over (order by month)) / lag(revenue) over (order by month)
        as growth_percent
from (select date_trunc('month', opened_at) as month, sum(cost_usd) as revenue from chats group by 1);

-- @model share_in_percent
select plan, round(100.0 * count(*) / sum(count(*)) over (), 2) as share_percent
from chats group by plan;

-- @model parts_of_a_date
select date_part(['year', 'month'], opened_at) as parts, epoch_ms(opened_at) as opened_ms from chats;

-- @model json_of_groups
select plan, json_group_array(variant) as variants, json_group_object(chat_id, turn_count) as turns,
    to_json(list({'variant': variant, 'turns': turn_count})) as rows
from chats group by plan;

-- @model top_n_by_aggregate
select plan, arg_max(chat_id, cost_usd, 3) as dearest, max(turn_count, 2) as longest
from chats group by plan;

-- @model ordinality_of_tags
select l.chat_id, t.tag, t.place from labels l, unnest(l.tags) with ordinality as t(tag, place);

-- @model time_to_first_success
select account_id, min(opened_at) filter (where outcome = 'success') - min(opened_at) as waited
from chats group by account_id;

-- @model alias_used_in_the_same_select
select chat_id, lag(turn_count) over (partition by account_id order by opened_at) as previous,
    turn_count - coalesce(previous, 0) as difference
from chats;

-- @model full_spine_by_recursion
with recursive days(day) as (
    select min(opened_at)::date from chats
    union all
    select (day + interval 1 day)::date from days
    where day < (select max(opened_at)::date from chats)
)
select d.day, count(c.chat_id) as chat_count
from days d left join chats c on c.opened_at::date = d.day
group by 1;

-- @model groups_frame_and_ranks
select chat_id, cume_dist() over (order by turn_count) as cume,
    sum(turn_count) over (order by turn_count groups between 1 preceding and current row exclude group)
        as near
from chats;
