with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

-- A version with a part out of bounds is no version that was ever released: unknown.
final as (

    select
        session_key,
        agent,
        model_family,
        case when client_major <= 9 and client_minor <= 99 then client_major end as client_major,
        case when client_major <= 9 and client_minor <= 99 then client_minor end as client_minor,
        case when client_major <= 9 and client_minor <= 99 then client_patch end as client_patch
    from sessions

)

select * from final
