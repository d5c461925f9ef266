with

events as (

    select * from {{ ref('stg_events') }}

),

bits as (

    select * from {{ source('landing', 'bits') }}

),

-- Of a turn that a resumed session repeats only the copy that counts.
final as (

    select
        bits.event_key,
        bits.session_key,
        bits.bit,
        bits.value,
        bits.confidence_bucket,
        events.event_at
    from bits
    inner join events
        on
            bits.session_key = events.session_key
            and bits.event_key = events.event_key

)

select * from final
