-- Exact: the mechanism of the export reads it, bounds what one account adds, and adds noise.
with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

experiment as (

    select * from {{ ref('sig_session__experiment') }}

),

code_survival as (

    select * from {{ ref('sig_session__code_survival') }}

),

final as (

    select
        sessions.session_key,
        sessions.session_date,
        sessions.cluster_key,
        coalesce(experiment.experiment, 'none') as experiment,
        coalesce(experiment.variant, 'none') as variant,
        coalesce(sessions.model_family, 'other') as model_family,
        code_survival.code_survival_1h_ratio is not null as is_code_survival_1h_measured,
        code_survival.code_survival_1d_ratio is not null as is_code_survival_1d_measured,
        code_survival.code_survival_7d_ratio is not null as is_code_survival_7d_measured,
        code_survival.code_survival_14d_ratio is not null as is_code_survival_14d_measured,
        round(100 * code_survival.code_survival_1h_ratio)::integer as code_survival_1h_percent,
        round(100 * code_survival.code_survival_1d_ratio)::integer as code_survival_1d_percent,
        round(100 * code_survival.code_survival_7d_ratio)::integer as code_survival_7d_percent,
        round(100 * code_survival.code_survival_14d_ratio)::integer as code_survival_14d_percent
    from sessions
    inner join experiment on sessions.session_key = experiment.session_key
    inner join code_survival on sessions.session_key = code_survival.session_key

)

select * from final
