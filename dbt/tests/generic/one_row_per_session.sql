-- Every session once: a signal that loses a session would make it look as if nothing happened.
{% test one_row_per_session(model) %}

select sessions.session_key
from {{ ref('stg_sessions') }} as sessions
left join {{ model }} as signals
    on sessions.session_key = signals.session_key
group by sessions.session_key
having count(signals.session_key) != 1

{% endtest %}
