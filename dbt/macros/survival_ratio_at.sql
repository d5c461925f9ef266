{# The ratio of one checkpoint, in hundredths; NULL where it was not measured. #}
{% macro survival_ratio_at(checkpoint) %}
    round(max(latest.survival_ratio) filter (where latest.checkpoint = '{{ checkpoint }}'), 2)
{% endmacro %}
