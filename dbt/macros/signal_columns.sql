{# The columns of {model: [columns]}, each with the name of its model in front. #}
{% macro signal_columns(signals) %}
    {% set names = [] %}
    {% for model, columns in signals.items() %}
        {% for column in columns %}
            {% do names.append(model ~ '.' ~ column) %}
        {% endfor %}
    {% endfor %}
    {{ names | join(', ') }}
{% endmacro %}
