{# Joins every model of {model: [columns]} to `sessions`: each has every session once. #}
{% macro signal_joins(signals) %}
    {% for model in signals %}
        inner join {{ ref(model) }} as {{ model }} on sessions.session_key = {{ model }}.session_key
    {% endfor %}
{% endmacro %}
