{# A sum to which one session adds `most` at most: nobody stands out of a cell by a huge session. #}
{% macro bounded_sum(figure, most) %}
    coalesce(
        sum(least({{ figure }}, {{ most }})) filter (where {{ figure }} is not null), 0
    )::bigint
{% endmacro %}
