{#- Opted-in sessions only: of the default tier nothing but releases is compared. -#}
{{ config(materialized = 'table', enabled = target.name == 'opt_in') }}

{%- set signals = {
    'sig_session__interruption': ['is_interrupted', 'interruption_count'],
    'sig_session__tool_rejection': ['is_tool_rejected', 'tool_rejection_count'],
    'sig_session__plan_decision': ['is_plan_approved', 'is_plan_rejected'],
    'sig_session__errors': ['has_api_error'],
    'sig_session__prompt_repeat': ['has_repeated_prompt'],
    'sig_session__effort': [
        'turn_count', 'output_token_count', 'lines_added_count', 'active_seconds',
    ],
    'sig_session__code_survival': [
        'code_survival_1h_ratio', 'code_survival_1d_ratio', 'code_survival_7d_ratio',
        'code_survival_14d_ratio', 'code_survival_28d_ratio',
    ],
    'sig_session__satisfied': ['is_satisfied'],
    'sig_session__dissatisfied': ['is_dissatisfied'],
    'sig_session__correction': ['is_correction'],
    'sig_session__danger_flagged': ['is_danger_flagged'],
    'sig_session__too_complicated': ['is_too_complicated'],
    'sig_session__too_simple_or_incomplete': ['is_too_simple_or_incomplete'],
    'sig_session__remember_request': ['is_remember_request'],
    'sig_session__repeat_request': ['is_repeat_request'],
    'sig_session__task_accomplished': ['is_task_accomplished'],
} %}
{%- set before = [
    'is_satisfied', 'is_dissatisfied', 'is_correction', 'is_repeat_request',
    'is_interrupted', 'interruption_count', 'is_tool_rejected', 'tool_rejection_count',
    'is_plan_approved', 'is_plan_rejected', 'has_api_error', 'has_repeated_prompt', 'turn_count',
    'output_token_count', 'lines_added_count', 'active_seconds',
] %}

with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

consent as (

    select * from {{ ref('stg_consent') }}

),

assignments as (

    select
        account_key,
        experiment,
        variant,
        min(assigned_date) as assigned_date
    from {{ source('landing', 'assignments') }}
    group by account_key, experiment, variant

),

measured as (

    select
        sessions.session_key,
        sessions.session_date,
        sessions.account_key as epoch_account_key,
        sessions.cluster_key,
        {{ signal_columns(signals) }}
    from sessions
    inner join consent on sessions.account_key = consent.account_key and consent.is_granted
    {{ signal_joins(signals) }}

),

-- An account that was given two variants appears under both: the scorecard leaves it out and says
-- how many there were.
assigned as (

    select
        measured.*,
        assignments.experiment,
        assignments.variant,
        assignments.assigned_date
    from measured
    inner join assignments on measured.epoch_account_key = assignments.account_key

),

-- What the account was like before, for the variance: at most a window's worth of sessions.
covariates as (

    select
        cluster_key,
        experiment,
    {% for metric in before %}
        avg({{ metric }}::double) as pre_{{ metric }}{{ "," if not loop.last }}
    {% endfor %}
    from assigned
    where session_date < assigned_date
    group by cluster_key, experiment

),

final as (

    select
        assigned.experiment,
        assigned.cluster_key as account_key,
        assigned.variant,
        assigned.session_date as observed_at,
        {% for columns in signals.values() %}
            {% for metric in columns %}
                assigned.{{ metric }},
            {% endfor %}
        {% endfor %}
    {% for metric in before %}
        covariates.pre_{{ metric }}{{ "," if not loop.last }}
    {% endfor %}
    from assigned
    left join covariates
        on
            assigned.cluster_key = covariates.cluster_key
            and assigned.experiment = covariates.experiment
    where assigned.session_date >= assigned.assigned_date

)

select * from final
