{{ config(materialized = 'table') }}

with

events as (

    select * from {{ ref('stg_events') }}

),

sessions as (

    select
        session_key,
        min(session_date) as session_date,
        min(account_key) as account_key,
        min(cluster_key) as cluster_key,
        min(agent) as agent
    from events
    group by session_key

),

-- The version that the session began with: later ones are upgrades under way.
versions as (

    select
        session_key,
        client_major,
        client_minor,
        client_patch
    from events
    where client_major is not null
    qualify row_number() over (partition by session_key order by event_at, event_key) = 1

),

-- The model that answered most; sub-agents and local error messages do not vote.
families as (

    select
        session_key,
        model_family
    from events
    where actor = 'agent' and not is_sidechain and model_family != 'synthetic'
    group by session_key, model_family
    qualify
        row_number() over (
            partition by session_key order by count(distinct message_key) desc, model_family asc
        ) = 1

),

final as (

    select
        sessions.session_key,
        sessions.session_date,
        sessions.account_key,
        sessions.cluster_key,
        sessions.agent,
        versions.client_major,
        versions.client_minor,
        versions.client_patch,
        families.model_family
    from sessions
    left join versions on sessions.session_key = versions.session_key
    left join families on sessions.session_key = families.session_key

)

select * from final
