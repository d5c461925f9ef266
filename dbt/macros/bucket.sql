{#
    A count as one of few words: bucket('turns', [1, 5, 20]) is '0', '1-4', '5-19' or '20+'.
    NULL stays NULL.
#}
{% macro bucket(count, bounds) %}
    {% set arms = [] %}
    {% for bound in bounds %}
        {% set first = loop.previtem | default(0) %}
        {% set label = first if first == bound - 1 else first ~ '-' ~ (bound - 1) %}
        {% do arms.append("when " ~ count ~ " < " ~ bound ~ " then '" ~ label ~ "'") %}
    {% endfor %}
    {% set last = bounds[-1] %}
    {% do arms.append("when " ~ count ~ " >= " ~ last ~ " then '" ~ last ~ "+'") %}
    {{ "case " ~ arms | join(' ') ~ " end" }}
{% endmacro %}
