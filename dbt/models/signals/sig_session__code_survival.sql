with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

measurements as (

    select * from {{ source('landing', 'survival') }}

),

-- A checkpoint may be measured again: the last word counts, of one day's the lower.
latest as (

    select
        session_key,
        checkpoint,
        survival_ratio,
        lines_bucket
    from measurements
    qualify
        row_number() over (
            partition by session_key, checkpoint
            order by checked_date desc, survival_ratio asc, lines_bucket asc
        ) = 1

),

final as (

    select
        sessions.session_key,
        max(latest.lines_bucket) as code_survival_lines_bucket,
        {{ survival_ratio_at('1h') }} as code_survival_1h_ratio,
        {{ survival_ratio_at('1d') }} as code_survival_1d_ratio,
        {{ survival_ratio_at('7d') }} as code_survival_7d_ratio,
        {{ survival_ratio_at('14d') }} as code_survival_14d_ratio,
        {{ survival_ratio_at('28d') }} as code_survival_28d_ratio
    from sessions
    left join latest on sessions.session_key = latest.session_key
    group by sessions.session_key

)

select * from final
