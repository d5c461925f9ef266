with

consent as (

    select * from {{ source('landing', 'consent') }}

),

-- Of two words of one instant the revocation counts.
final as (

    select
        account_key,
        state = 'granted' as is_granted
    from consent
    qualify
        row_number() over (
            partition by account_key order by effective_at desc, state = 'granted' asc
        ) = 1

)

select * from final
