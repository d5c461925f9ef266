"""The functions that the analysis vouches for: pure, deterministic, their output made of inputs.

Anything that is not listed is refused, which is how error(), random(), getvariable(),
current_setting(), nextval(), files, sleeping and every user-defined function are kept out.
Names are those of DuckDB 1.5.5's bound plans; macros are expanded before they get there.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set: long lists of names stay readable."""
    return frozenset(text.split())


COMPARISONS = words(
    "COMPARE_EQUAL COMPARE_NOTEQUAL COMPARE_LESSTHAN COMPARE_GREATERTHAN "
    "COMPARE_LESSTHANOREQUALTO COMPARE_GREATERTHANOREQUALTO COMPARE_DISTINCT_FROM "
    "COMPARE_NOT_DISTINCT_FROM COMPARE_IN COMPARE_NOT_IN"
)

OPERATORS = words(
    "OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_TRY "
    "OPERATOR_NULLIF COMPARE_IN COMPARE_NOT_IN ARRAY_EXTRACT ARRAY_SLICE STRUCT_EXTRACT "
    "ARRAY_CONSTRUCTOR GROUPING_FUNCTION"
)

ARITHMETIC = words("+ - * / // % ** ^ & | << >> ~ xor add subtract multiply divide mod")

TEXT = words(
    """!~~ !~~* ~~ ~~* ~~~ || ^@ ascii bar base64 bin bit_length char_length character_length chr
    concat concat_ws contains damerau_levenshtein decode editdist3 encode ends_with format
    formatReadableDecimalSize formatReadableSize format_bytes from_base64 from_binary from_hex
    hamming hash hex ilike_escape instr jaccard jaro_similarity jaro_winkler_similarity lcase
    left left_grapheme len length length_grapheme levenshtein like_escape lower lpad ltrim md5
    md5_number mismatches nfc_normalize not_ilike_escape not_like_escape octet_length ord
    parse_dirname parse_dirpath parse_filename parse_formatted_bytes parse_path position prefix
    printf regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches
    regexp_replace regexp_split_to_array repeat replace reverse right right_grapheme rpad rtrim
    sha1 sha256 split starts_with str_split str_split_regex string_split string_split_regex
    string_to_array strip_accents strlen strpos substr substring substring_grapheme suffix
    to_base to_base64 to_binary to_hex translate trim ucase unbin unhex unicode upper url_decode
    url_encode"""
)

NUMBERS = words(
    """@ abs acos acosh asin asinh atan atan2 atanh bit_count bit_position bitstring cbrt ceil
    ceiling cos cosh cot degrees even exp factorial !__postfix floor gamma gcd get_bit
    greatest_common_divisor greatest isfinite isinf isnan lcm least least_common_multiple lgamma
    ln log log10 log2 nextafter pi pow power radians round roundbankers set_bit sign signbit sin
    sinh sqrt tan tanh trunc"""
)

TIMES = words(
    """age century date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day
    dayname dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns epoch_us era hour
    isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms
    make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname
    nanosecond normalized_interval quarter second strftime strptime time_bucket timezone
    timezone_hour timezone_minute to_centuries to_days to_decades to_hours to_microseconds
    to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp
    to_weeks to_years try_strptime week weekday weekofyear year yearweek"""
)

# Their functional arguments (lambdas, the aggregate of list_aggregate) are walked as well.
NESTED = words(
    """&& <-> <=> <@ @> aggregate apply array_aggr array_aggregate array_apply array_cat
    array_concat array_contains array_cosine_distance array_cosine_similarity
    array_cross_product array_distance array_distinct array_dot_product array_extract
    array_filter array_grade_up array_has array_has_all array_has_any array_indexof
    array_inner_product array_intersect array_length array_negative_dot_product
    array_negative_inner_product array_position array_reduce array_resize array_reverse_sort
    array_select array_slice array_sort array_transform array_unique array_value array_where
    array_zip cardinality element_at filter flatten generate_series grade_up list_aggr
    list_aggregate list_apply list_cat list_concat list_contains list_cosine_distance
    list_cosine_similarity list_distance list_distinct list_dot_product list_element
    list_extract list_filter list_grade_up list_has list_has_all list_has_any list_indexof
    list_inner_product list_intersect list_negative_dot_product list_negative_inner_product
    list_pack list_position list_reduce list_resize list_reverse_sort list_select list_slice
    list_sort list_transform list_unique list_value list_where list_zip map map_concat
    map_contains map_entries map_extract map_extract_value map_from_entries map_keys map_values
    range reduce remap_struct row struct_concat struct_contains struct_extract struct_extract_at
    struct_has struct_indexof struct_insert struct_keys struct_pack struct_position
    struct_update struct_values switch union_extract union_tag union_value unpivot_list
    equi_width_bins"""
)

JSON = words(
    """-> ->> array_to_json from_json from_json_strict json_array json_array_length json_contains
    json_exists json_extract json_extract_path json_extract_path_text json_extract_string
    json_keys json_merge_patch json_object json_pretty json_quote json_structure json_transform
    json_transform_strict json_type json_valid json_value row_to_json to_json"""
)

# Sort keys of collations (they keep the label); the type of a value is part of the plan.
OTHER = words("typeof pg_typeof cast_to_type create_sort_key constant_or_null")

# The clock tells nothing of a session's text. A model of this project may still not read it.
CLOCK = words(
    """current_date current_localtime current_localtimestamp get_current_time get_current_timestamp
    now today transaction_timestamp"""
)

SCALAR = ARITHMETIC | TEXT | NUMBERS | TIMES | NESTED | JSON | OTHER | CLOCK

AGGREGATES = words(
    """any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null
    arg_max_nulls_last arg_min arg_min_null arg_min_nulls_last argmax argmin array_agg avg
    bit_and bit_or bit_xor bitstring_agg bool_and bool_or corr count count_if count_star countif
    covar_pop covar_samp entropy favg first fsum group_concat histogram histogram_exact
    json_group_array json_group_object json_group_structure kahan_sum kurtosis kurtosis_pop last
    list listagg mad max max_by mean median min min_by mode product quantile quantile_cont
    quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum sum_no_overflow
    sumkahan var_pop var_samp variance"""
)

WINDOWS = words(
    """WINDOW_AGGREGATE WINDOW_RANK WINDOW_RANK_DENSE WINDOW_NTILE WINDOW_PERCENT_RANK
    WINDOW_CUME_DIST WINDOW_ROW_NUMBER WINDOW_FIRST_VALUE WINDOW_LAST_VALUE WINDOW_LEAD
    WINDOW_LAG WINDOW_NTH_VALUE WINDOW_FILL"""
)

TABLE_FUNCTIONS = words("range generate_series unnest json_each json_tree repeat")

# Names that do their work while DuckDB binds the query, so that the plan no longer shows them.
BIND_TIME = words("getvariable query query_table")

# Never raise on any input, so that an error cannot print one.
TOTAL = words(
    """!~~ !~~* ~~ ~~* ~~~ || ^@ ascii bit_length char_length character_length concat concat_ws
    contains ends_with ilike_escape instr lcase left left_grapheme len length length_grapheme
    like_escape lower ltrim not_ilike_escape not_like_escape octet_length ord position prefix
    regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace
    regexp_split_to_array replace reverse right right_grapheme rtrim split starts_with str_split
    string_split string_split_regex str_split_regex string_to_array strip_accents strlen strpos
    substr substring substring_grapheme suffix trim ucase unicode upper hash md5 sha1 sha256
    greatest least isnan isinf isfinite sign array_extract list_extract list_element
    array_length list_value struct_pack row struct_extract struct_extract_at list_contains
    array_contains list_has list_position list_distinct list_unique cardinality json_valid
    try_strptime encode base64 to_base64 hex levenshtein typeof array_slice list_slice flatten
    list_filter array_filter list_transform array_transform list_apply array_apply list_concat
    list_sort list_reverse_sort list_aggr list_aggregate map unpivot_list"""
)

# A door may count, so sums and differences of its bounded numbers are taken as total there.
TOTAL_IN_DOORS = TOTAL | words("+ - // %")

# What the design page rules out as a door, however small its result looks.
NEVER_A_DOOR = words(
    """hash md5 md5_number sha1 sha256 substr substring substring_grapheme left right left_grapheme
    right_grapheme ascii unicode ord encode base64 to_base64 hex bin to_hex to_binary url_encode
    levenshtein damerau_levenshtein editdist3 hamming mismatches jaccard jaro_similarity
    jaro_winkler_similarity array_distance list_distance array_cosine_distance
    list_cosine_distance array_cosine_similarity list_cosine_similarity array_inner_product
    list_inner_product array_dot_product list_dot_product array_extract list_extract
    list_element array_slice list_slice create_sort_key bit_count"""
)

# Functions whose constant argument is a pattern, a unit or a path, not a part of the result:
# it may look like anything a pattern looks like, as long as another argument is no constant.
PATTERN_ARGUMENTS = {
    **dict.fromkeys(
        words(
            """~~ !~~ ~~* !~~* ~~~ ^@ contains prefix suffix starts_with ends_with strpos instr
    position regexp_extract_all regexp_full_match regexp_matches regexp_split_to_array string_split
    string_split_regex str_split str_split_regex split string_to_array trim ltrim rtrim
    json_contains json_extract json_extract_string -> ->> json_exists json_value json_type
    json_array_length
    json_keys json_extract_path json_extract_path_text strftime strptime try_strptime
    list_contains list_has array_contains list_position struct_extract list_aggr list_aggregate
    array_aggregate map_extract map_extract_value element_at"""
        ),
        frozenset({1, 2, 3}),
    ),
    # The third argument stands in the result.
    "regexp_replace": frozenset({1, 3}),
    "replace": frozenset({1}),
    "regexp_extract": frozenset({1, 2, 3}),
    "json_transform": frozenset({1}),
    "json_transform_strict": frozenset({1}),
    "from_json": frozenset({1}),
    **dict.fromkeys(
        words(
            "date_trunc datetrunc date_part datepart date_diff datediff date_sub datesub timezone"
        ),
        frozenset({0}),
    ),
    **dict.fromkeys(
        words("list_sort list_reverse_sort array_sort array_reverse_sort list_grade_up"),
        frozenset({1, 2}),
    ),
}
