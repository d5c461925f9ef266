-- Exact: the mechanism of the export reads it, bounds what one account adds, and adds noise.
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

final as (

    select
        sessions.session_key,
        sessions.session_date,
        sessions.cluster_key,
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
        coalesce(sessions.model_family, 'other') as model_family,
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

)

select * from final
