with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

experiment as (

    select * from {{ ref('sig_session__experiment') }}

),

interruption as (

    select * from {{ ref('sig_session__interruption') }}

),

tool_rejection as (

    select * from {{ ref('sig_session__tool_rejection') }}

),

plan_decision as (

    select * from {{ ref('sig_session__plan_decision') }}

),

memory_request as (

    select * from {{ ref('sig_session__memory_request') }}

),

errors as (

    select * from {{ ref('sig_session__errors') }}

),

prompt_repeat as (

    select * from {{ ref('sig_session__prompt_repeat') }}

),

effort as (

    select * from {{ ref('sig_session__effort') }}

),

session_signals as (

    select
        sessions.session_date,
        sessions.account_key,
        interruption.is_interrupted,
        tool_rejection.is_tool_rejected,
        plan_decision.is_plan_approved,
        plan_decision.is_plan_rejected,
        memory_request.is_memory_requested,
        errors.has_api_error,
        prompt_repeat.has_repeated_prompt,
        effort.turn_count,
        effort.output_token_count,
        effort.lines_added_count,
        effort.lines_removed_count,
        effort.active_seconds,
        coalesce(experiment.experiment, 'none') as experiment,
        coalesce(experiment.variant, 'none') as variant,
        coalesce(sessions.model_family, 'unknown') as model_family,
        errors.tool_error_bucket != '0' as has_tool_error
    from sessions
    inner join experiment on sessions.session_key = experiment.session_key
    inner join interruption on sessions.session_key = interruption.session_key
    inner join tool_rejection on sessions.session_key = tool_rejection.session_key
    inner join plan_decision on sessions.session_key = plan_decision.session_key
    inner join memory_request on sessions.session_key = memory_request.session_key
    inner join errors on sessions.session_key = errors.session_key
    inner join prompt_repeat on sessions.session_key = prompt_repeat.session_key
    inner join effort on sessions.session_key = effort.session_key

),

final as (

    select
        session_date,
        experiment,
        variant,
        model_family,
        count(distinct account_key)::integer as account_count,
        count(*)::integer as session_count,
        (count(*) filter (where is_interrupted))::integer as interrupted_session_count,
        (count(*) filter (where is_tool_rejected))::integer as tool_rejected_session_count,
        (count(*) filter (where is_plan_approved))::integer as plan_approved_session_count,
        (count(*) filter (where is_plan_rejected))::integer as plan_rejected_session_count,
        (count(*) filter (where is_memory_requested))::integer as memory_requested_session_count,
        (count(*) filter (where has_tool_error))::integer as tool_error_session_count,
        (count(*) filter (where has_api_error))::integer as api_error_session_count,
        (count(*) filter (where has_repeated_prompt))::integer as repeated_prompt_session_count,
        {{ bounded_sum('turn_count', 200) }} as turn_count,
        {{ bounded_sum('output_token_count', 1000000) }} as output_token_count,
        {{ bounded_sum('lines_added_count', 10000) }} as lines_added_count,
        {{ bounded_sum('lines_removed_count', 10000) }} as lines_removed_count,
        {{ bounded_sum('active_seconds', 28800) }} as active_seconds
    from session_signals
    group by session_date, experiment, variant, model_family
    having count(distinct account_key) >= {{ var('minimum_accounts_per_cell') }}

)

select * from final
