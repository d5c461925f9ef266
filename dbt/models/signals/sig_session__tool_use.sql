with

sessions as (

    select * from {{ ref('stg_sessions') }}

),

events as (

    select * from {{ ref('stg_events') }}

),

calls as (

    select
        sessions.session_key,
        count(*) filter (where events.tool_kind = 'edit') as edit_count,
        count(*) filter (where events.tool_kind = 'write') as write_count,
        count(*) filter (where events.tool_kind = 'read') as read_count,
        count(*) filter (where events.tool_kind = 'shell') as shell_count,
        count(*) filter (where events.tool_kind = 'search') as search_count,
        count(*) filter (where events.tool_kind = 'web') as web_count,
        count(*) filter (where events.tool_kind = 'task') as task_count,
        count(*) filter (where events.tool_kind = 'mcp') as mcp_count,
        count(*) filter (where events.tool_kind = 'other') as other_count
    from sessions
    left join events
        on
            sessions.session_key = events.session_key
            and events.kind = 'tool_call'
    group by sessions.session_key

),

final as (

    select
        session_key,
        {{ bucket('edit_count', [1, 5, 20]) }} as tool_edit_bucket,
        {{ bucket('write_count', [1, 5, 20]) }} as tool_write_bucket,
        {{ bucket('read_count', [1, 5, 20]) }} as tool_read_bucket,
        {{ bucket('shell_count', [1, 5, 20]) }} as tool_shell_bucket,
        {{ bucket('search_count', [1, 5, 20]) }} as tool_search_bucket,
        {{ bucket('web_count', [1, 5, 20]) }} as tool_web_bucket,
        {{ bucket('task_count', [1, 5, 20]) }} as tool_task_bucket,
        {{ bucket('mcp_count', [1, 5, 20]) }} as tool_mcp_bucket,
        {{ bucket('other_count', [1, 5, 20]) }} as tool_other_bucket
    from calls

)

select * from final
