{#- One line a signal: the columns of it that may leave. -#}
{% set signals = {
    'sig_session__experiment': ['experiment', 'variant'],
    'sig_session__agent': ['agent', 'client_major', 'client_minor', 'client_patch', 'model_family'],
    'sig_session__interruption': ['is_interrupted', 'interruption_count'],
    'sig_session__tool_rejection': [
        'is_tool_rejected', 'is_tool_rejected_with_words', 'tool_rejection_count',
    ],
    'sig_session__plan_decision': ['is_plan_approved', 'is_plan_rejected'],
    'sig_session__memory_request': ['is_memory_requested'],
    'sig_session__tool_use': [
        'tool_edit_bucket', 'tool_write_bucket', 'tool_read_bucket', 'tool_shell_bucket',
        'tool_search_bucket', 'tool_web_bucket', 'tool_task_bucket', 'tool_mcp_bucket',
        'tool_other_bucket',
    ],
    'sig_session__errors': ['tool_error_bucket', 'has_api_error'],
    'sig_session__effort': [
        'turn_bucket', 'output_token_bucket', 'lines_added_bucket', 'lines_removed_bucket',
        'active_minutes_bucket',
    ],
    'sig_session__prompt_length': ['first_prompt_length_bucket', 'longest_prompt_length_bucket'],
    'sig_session__prompt_repeat': ['has_repeated_prompt'],
    'sig_session__satisfied': ['is_satisfied', 'is_satisfied_confidence_bucket'],
    'sig_session__dissatisfied': ['is_dissatisfied', 'is_dissatisfied_confidence_bucket'],
    'sig_session__correction': ['is_correction', 'is_correction_confidence_bucket'],
    'sig_session__danger_flagged': ['is_danger_flagged', 'is_danger_flagged_confidence_bucket'],
    'sig_session__too_complicated': ['is_too_complicated', 'is_too_complicated_confidence_bucket'],
    'sig_session__too_simple_or_incomplete': [
        'is_too_simple_or_incomplete', 'is_too_simple_or_incomplete_confidence_bucket',
    ],
    'sig_session__remember_request': [
        'is_remember_request', 'is_remember_request_confidence_bucket',
    ],
    'sig_session__repeat_request': ['is_repeat_request', 'is_repeat_request_confidence_bucket'],
    'sig_session__task_accomplished': [
        'is_task_accomplished', 'is_task_accomplished_confidence_bucket',
    ],
    'sig_session__code_survival': [
        'code_survival_lines_bucket', 'code_survival_1h_ratio', 'code_survival_1d_ratio',
        'code_survival_7d_ratio', 'code_survival_14d_ratio', 'code_survival_28d_ratio',
    ],
} %}

with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

consent as (

    select * from {{ ref('stg_consent') }}

),

-- Only text of accounts that agreed lands in this tier; a revocation since then is heeded here.
final as (

    select
        sessions.session_key,
        sessions.session_date,
        {{ signal_columns(signals) }}
    from sessions
    inner join consent on sessions.account_key = consent.account_key and consent.is_granted
    {{ signal_joins(signals) }}

)

select * from final
