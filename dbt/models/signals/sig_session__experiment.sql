with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

assignments as (

    select * from {{ ref('stg_assignments') }}

),

-- In force when the session began; of several experiments the one that started last.
in_force as (

    select
        sessions.session_key,
        assignments.experiment,
        assignments.variant
    from sessions
    inner join assignments
        on
            sessions.account_key = assignments.account_key
            and sessions.session_date >= assignments.assigned_date
    qualify
        row_number() over (
            partition by sessions.session_key
            order by assignments.assigned_date desc, assignments.experiment asc
        ) = 1

),

final as (

    select
        sessions.session_key,
        in_force.experiment,
        in_force.variant
    from sessions
    left join in_force on sessions.session_key = in_force.session_key

)

select * from final
