with

assignments as (

    select * from {{ source('landing', 'assignments') }}

),

-- An account that was given two variants of one experiment says nothing about either.
final as (

    select
        account_key,
        experiment,
        min(variant) as variant,
        min(assigned_date) as assigned_date
    from assignments
    group by account_key, experiment
    having count(distinct variant) = 1

)

select * from final
