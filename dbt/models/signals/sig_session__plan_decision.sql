with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

decisions as (

    select
        session_key,
        bool_or(kind = 'plan_approval') as is_plan_approved,
        bool_or(kind = 'plan_rejection') as is_plan_rejected
    from events
    where not is_sidechain
    group by session_key

),

final as (

    select
        sessions.session_key,
        coalesce(decisions.is_plan_approved, false) as is_plan_approved,
        coalesce(decisions.is_plan_rejected, false) as is_plan_rejected
    from sessions
    left join decisions on sessions.session_key = decisions.session_key

)

select * from final
