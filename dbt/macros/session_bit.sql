{#
    A bit of a session from its turns (flows/bits): columns is_`bit` and is_`bit`_confidence_bucket.

    Evidence adds up as a noisy or over the turns that say so, by how sure each is; a session of
    many turns needs more of it, because each turn is one more chance of a false alarm. With the
    first turn the user has not reacted to anything yet: false needs a later one that denies it, and
    none that leans to it. All else is unknown.
#}
{% macro session_bit(bit) %}
with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

bits as (

    select * from {{ ref('stg_bits') }}

),

turns as (

    select
        session_key,
        value,
        confidence_bucket,
        row_number() over (partition by session_key order by event_at, event_key) as turn_number
    from bits
    where bit = '{{ bit }}'

),

counts as (

    select
        session_key,
        count(*) as turn_count,
        count_if(value is null) as unknown_count,
        count_if(value is null and confidence_bucket = 'medium') as leaning_count,
        count_if(not value and turn_number > 1) as denied_count,
        1 - pow(0.03, count_if(value and confidence_bucket = 'high'))
        * pow(0.3, count_if(value and confidence_bucket = 'medium'))
        * pow(0.7, count_if(value and confidence_bucket = 'low')) as evidence
    from turns
    group by session_key

),

decisions as (

    select
        session_key,
        turn_count,
        unknown_count,
        evidence,
        case
            when evidence >= case when turn_count <= 5 then 0.7 else 0.9 end then true
            when evidence > 0 or leaning_count > 0 then null
            when denied_count > 0 then false
        end as decision
    from counts

),

final as (

    select
        sessions.session_key,
        decisions.decision as is_{{ bit }},
        case
            when decisions.decision is null then null
            when decisions.decision then case when evidence >= 0.97 then 'high' else 'medium' end
            when unknown_count = 0 then 'high'
            when 3 * unknown_count <= turn_count then 'medium'
            else 'low'
        end as is_{{ bit }}_confidence_bucket
    from sessions
    left join decisions on sessions.session_key = decisions.session_key

)

select * from final
{% endmacro %}
