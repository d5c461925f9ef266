-- Ways for raw text into a result under an innocent name, over the schema of lineage_fixture.py.
-- One block a case:
--   -- @attack <name>
--   -- claims: <column>:<domain>, …   what the attacker says the columns are: key, bool, day, instant,
--                                     ratio, text, low..high (integers) or a|b|c (words)
--   -- setup: <statement>             (optional)
--   <one SELECT>;

-- @attack alias_two_ctes_deep
-- claims: chat_id:key, plan:free|pro|team
with a as (select chat_id, question as q from chats), b as (select chat_id, q as plan from a)
select * from b;

-- @attack star_of_everything
-- claims: chat_id:key
select * from chats;

-- @attack star_replace_puts_text_in
-- claims: chat_id:key, plan:free|pro|team
select chat_id, plan from (select * replace (answer as plan) from chats);

-- @attack star_rename_puts_text_in
-- claims: chat_id:key, outcome:success|failure
select chat_id, outcome from (
    select * rename (outcome as old_outcome, patch as outcome) from chats
);

-- @attack columns_lambda_picks_text
-- claims: chat_id:key
select chat_id, columns(c -> c like 'que%') from chats;

-- @attack row_as_json
-- claims: chat_id:key, stats:a|b
select chat_id, to_json(c) as stats from chats c;

-- @attack row_cast_to_text
-- claims: chat_id:key, stats:a|b
select chat_id, c::varchar as stats from chats c;

-- @attack first_letters
-- claims: chat_id:key, topic:a|b
select chat_id, left(question, 3) as topic from chats;

-- @attack reversed
-- claims: chat_id:key, token:key
select chat_id, reverse(question) as token from chats;

-- @attack translated_letters
-- claims: chat_id:key, token:key
select chat_id, translate(question, 'abcdefghijklm', 'nopqrstuvwxyz') as token from chats;

-- @attack url_encoded
-- claims: chat_id:key, link:key
select chat_id, url_encode(answer) as link from chats;

-- @attack sha_as_key
-- claims: chat_id:key, cluster_key:key
select chat_id, left(sha256(question), 32) as cluster_key from chats;

-- @attack md5_number_modulo
-- claims: chat_id:key, shard:0..15
select chat_id, (md5_number(question) % 16)::int as shard from chats;

-- @attack hash_of_the_whole_row
-- claims: chat_id:key, shard:0..7
select chat_id, (hash(c) % 8)::int as shard from chats c;

-- @attack blob_from_text
-- claims: chat_id:key, payload_blob:key
select chat_id, encode(question) as payload_blob from chats;

-- @attack bits_of_a_character
-- claims: chat_id:key, b0:bool, b1:bool, b2:bool
select chat_id, (ascii(question) & 1) = 1 as b0, (ascii(question) & 2) = 2 as b1,
    (ascii(question) & 4) = 4 as b2 from chats;

-- @attack two_characters_in_a_float
-- claims: chat_id:key, cost_usd:ratio
select chat_id, ascii(question) / 256.0 + ascii(substr(question, 2)) / 65536.0 as cost_usd
from chats;

-- @attack interval_of_a_character
-- claims: chat_id:key, closed_at:instant
select chat_id, closed_at + to_seconds(ascii(question)) as closed_at from chats;

-- @attack day_moved_by_length
-- claims: chat_id:key, day:day
select chat_id, opened_at::date + length(answer)::int % 7 as day from chats;

-- @attack length_unregistered
-- claims: chat_id:key, question_length:0..100000
select chat_id, length(question) as question_length from chats;

-- @attack null_or_not
-- claims: chat_id:key, has_answer:bool
select chat_id, answer is not null as has_answer from chats;

-- @attack keyword_flag
-- claims: chat_id:key, is_infra:bool
select chat_id, regexp_matches(lower(question), 'kubernetes|terraform') as is_infra from chats;

-- @attack starts_with_flag
-- claims: chat_id:key, is_polite:bool
select chat_id, starts_with(question, 'please') as is_polite from chats;

-- @attack distance_to_a_sentence
-- claims: chat_id:key, complexity:0..1000
select chat_id, levenshtein(question, 'delete') as complexity from chats;

-- @attack similarity_ratio
-- claims: chat_id:key, score_ratio:ratio
select chat_id, round(jaro_winkler_similarity(question, answer), 3) as score_ratio from chats;

-- @attack letters_as_embedding
-- claims: chat_id:key, embedding:ratio
select chat_id, list_transform(string_split(left(question, 8), ''), x -> ascii(x) / 255.0)
    as embedding from chats;

-- @attack list_cosine_of_letters
-- claims: chat_id:key, cosine_ratio:ratio
select chat_id, list_cosine_similarity(
    list_transform(string_split(left(question || '        ', 4), ''), x -> ascii(x)::double),
    [1.0, 2.0, 3.0, 4.0]
) as cosine_ratio from chats;

-- @attack regexp_pulls_an_address
-- claims: chat_id:key, client:web|cli
select chat_id, regexp_extract(question, '([\w.]+@[\w.]+)', 1) as client from chats;

-- @attack all_matches_counted_in_a_list
-- claims: chat_id:key, digits:0..9
select chat_id, regexp_extract_all(question, '\d') as digits from chats;

-- @attack enum_of_questions
-- claims: member:free|pro
-- setup: create type question_kind as enum (select distinct question from chats where question is not null)
select unnest(enum_range(null::question_kind)) as member;

-- @attack enum_code_of_question
-- claims: chat_id:key, code:0..255
-- setup: create type question_code as enum (select distinct question from chats where question is not null)
select chat_id, enum_code(try_cast(question as question_code)) as code from chats;

-- @attack text_in_a_list
-- claims: chat_id:key, tags:a|b
select chat_id, [plan, question] as tags from chats;

-- @attack text_in_a_nested_struct
-- claims: chat_id:key, summary:a|b
select chat_id, {'counts': {'turns': turn_count, 'q': [answer]}} as summary from chats;

-- @attack struct_field_next_to_text
-- claims: chat_id:key, speaker:user|agent
select chat_id, messages[1].speaker as speaker from chats;

-- @attack map_values
-- claims: chat_id:key, counts:a|b
select chat_id, map_values(map([chat_id], [patch])) as counts from chats;

-- @attack union_type
-- claims: chat_id:key, value:a|b
select chat_id, union_value(note := question) as value from chats;

-- @attack collected_by_account
-- claims: account_id:key, notes:a|b
select account_id, array_agg(question order by opened_at) as notes from chats group by account_id;

-- @attack joined_by_account
-- claims: account_id:key, states:success|failure
select account_id, string_agg(answer, ' ') as states from chats group by account_id;

-- @attack any_value_of_text
-- claims: plan:free|pro, sample:a|b
select plan, any_value(question) as sample from chats group by plan;

-- @attack smallest_by_length
-- claims: plan:free|pro, shortest:a|b
select plan, arg_min(question, length(question)) as shortest from chats group by plan;

-- @attack typed_value_chosen_by_text
-- claims: plan:free|pro, best_chat:key
select plan, arg_max(chat_id, question) as best_chat from chats group by plan;

-- @attack discrete_quantile_of_text
-- claims: plan:free|pro, middle:a|b
select plan, quantile_disc(question, 0.5) as middle from chats group by plan;

-- @attack mean_length_of_one
-- claims: chat_id:key, mean_length:0..100000
select chat_id, avg(length(question)) as mean_length from chats group by chat_id;

-- @attack distinct_texts_counted
-- claims: account_id:key, topics:0..1000
select account_id, count(distinct question) as topics from chats group by account_id;

-- @attack non_null_texts_counted
-- claims: account_id:key, answers:0..1000
select account_id, count(answer) as answers from chats group by account_id;

-- @attack entropy_of_texts
-- claims: account_id:key, variety:0..64
select account_id, entropy(question) as variety from chats group by account_id;

-- @attack grouped_by_text
-- claims: chat_count:0..1000
select count(*) as chat_count from chats group by question;

-- @attack grouped_by_first_letter_then_counted
-- claims: groups:0..1000
select count(*) as groups from (select 1 from chats group by left(question, 1));

-- @attack having_on_text
-- claims: plan:free|pro|team
select plan from chats group by plan having max(question) > 'm';

-- @attack where_keeps_some
-- claims: chat_id:key
select chat_id from chats where question like '%password%';

-- @attack join_on_a_dictionary
-- claims: chat_id:key, word_id:0..100000
select c.chat_id, l.word_id from chats c join lexicon l on contains(c.question, l.word);

-- @attack left_join_on_a_dictionary
-- claims: chat_id:key, is_known:bool
select c.chat_id, l.word_id is not null as is_known
from chats c left join lexicon l on c.question = l.word;

-- @attack semi_join_on_text
-- claims: chat_id:key
select chat_id from chats semi join lexicon on chats.question = lexicon.word;

-- @attack anti_join_on_text
-- claims: chat_id:key
select chat_id from chats anti join lexicon on chats.answer = lexicon.word;

-- @attack exists_correlated_on_text
-- claims: chat_id:key, is_listed:bool
select chat_id, exists (select 1 from lexicon l where l.word = c.question) as is_listed
from chats c;

-- @attack not_in_texts
-- claims: word_id:0..1000
select word_id from lexicon where word not in (select question from chats where question is not null);

-- @attack any_of_texts
-- claims: word_id:0..1000, is_used:bool
select word_id, word = any (select question from chats) as is_used from lexicon;

-- @attack coalesce_picks_a_branch
-- claims: chat_id:key, state:free|pro|open
select chat_id, coalesce(nullif(question, 'hello'), 'open') as state from chats;

-- @attack case_over_letters
-- claims: chat_id:key, grade:a|b|c
select chat_id, case when question < 'h' then 'a' when question < 'p' then 'b' else 'c' end as grade
from chats;

-- @attack nullif_of_constants
-- claims: chat_id:key, flag:0..1
select chat_id, nullif(1, (question like 'a%')::int) as flag from chats;

-- @attack list_position_of_a_word
-- claims: chat_id:key, place:0..100
select chat_id, list_position(string_split(question, ' '), 'rm') as place from chats;

-- @attack clean_list_filtered_by_text
-- claims: chat_id:key, kept:a|b
select chat_id, list_filter(range(0, 128), i -> chr(i::int) = left(c.question, 1)) as kept
from chats c;

-- @attack clean_list_indexed_by_text
-- claims: chat_id:key, tier:free|pro
select chat_id, (['free', 'pro'])[1 + ascii(question) % 2] as tier from chats;

-- @attack map_looked_up_by_text
-- claims: chat_id:key, kind:0..2
select chat_id, map {'hello': 1, 'bye': 2}[question] as kind from chats;

-- @attack as_many_rows_as_letters
-- claims: chat_id:key, turn:0..10000
select chat_id, unnest(range(length(question))) as turn from chats;

-- @attack lateral_range_of_a_letter
-- claims: chat_id:key, step:0..255
select c.chat_id, r.i as step from chats c, range(ascii(c.question)) r(i);

-- @attack series_length_from_a_subquery
-- claims: i:0..100000
select i from range((select max(length(question)) from chats)) t(i);

-- @attack ordered_by_text
-- claims: chat_id:key
select chat_id from (select chat_id, answer from chats) order by answer desc;

-- @attack ordered_in_a_subquery
-- claims: chat_id:key
select chat_id, turn_count from (select * from chats order by question);

-- @attack numbered_in_text_order
-- claims: chat_id:key, place:0..100000
select chat_id, row_number() over (order by question) as place from chats;

-- @attack ranked_and_tiled
-- claims: chat_id:key, quartile:1..4
select chat_id, ntile(4) over (partition by plan order by answer) as quartile from chats;

-- @attack percent_rank_of_text
-- claims: chat_id:key, share:ratio
select chat_id, round(percent_rank() over (order by question), 3) as share from chats;

-- @attack partitioned_by_text
-- claims: chat_id:key, duplicates:0..1000
select chat_id, count(*) over (partition by question) as duplicates from chats;

-- @attack lead_of_text
-- claims: chat_id:key, next_state:success|failure
select chat_id, lead(answer) over (partition by account_id order by opened_at) as next_state
from chats;

-- @attack typed_neighbour_in_text_order
-- claims: chat_id:key, next_chat:key
select chat_id, lead(chat_id) over (order by question) as next_chat from chats;

-- @attack window_filter_on_text
-- claims: chat_id:key, matching:0..1000
select chat_id, count(*) filter (where question like 's%') over () as matching from chats;

-- @attack frame_from_text
-- claims: chat_id:key, total:0..100000
select chat_id, sum(turn_count) over (
    order by opened_at rows between ascii(coalesce(question, 'a')) preceding and current row
) as total from chats;

-- @attack qualify_by_text
-- claims: account_id:key, chat_id:key
select account_id, chat_id from chats
qualify row_number() over (partition by account_id order by question) = 1;

-- @attack distinct_on_in_text_order
-- claims: plan:free|pro, chat_id:key
select distinct on (plan) plan, chat_id from chats order by plan, answer;

-- @attack distinct_over_text
-- claims: plan:free|pro|team
select plan from (select distinct plan, question from chats);

-- @attack limit_by_length
-- claims: chat_id:key
select chat_id from chats order by chat_id limit (select max(length(question)) from chats);

-- @attack offset_by_letter
-- claims: chat_id:key
select chat_id from chats order by chat_id offset (select min(ascii(answer)) % 3 from chats);

-- @attack sample_after_text_order
-- claims: chat_id:key
select chat_id from (select * from chats order by question) using sample reservoir(2 rows) repeatable (1);

-- @attack limited_after_text_order
-- claims: chat_id:key
select chat_id from (select chat_id from chats order by question limit 3) order by chat_id;

-- @attack union_by_position
-- claims: chat_id:key, plan:free|pro
select chat_id, plan from chats union all select chat_id, question from chats;

-- @attack intersect_with_dictionary
-- claims: word:a|b
select word from lexicon intersect select question from chats;

-- @attack except_texts
-- claims: word_id:0..1000
select word_id from (select word_id, word from lexicon except select 1, question from chats);

-- @attack unpivot_of_text
-- claims: chat_id:key, metric:turns|question, amount:a|b
unpivot (select chat_id, question, answer from chats) on question, answer into name metric value amount;

-- @attack pivot_filters_on_text
-- claims: plan:free|pro, hello:0..1000
from (pivot (select plan, question, chat_id from chats) on question in ('hello', 'bye')
    using count(chat_id) group by plan);

-- @attack pivot_names_from_text
-- claims: plan:free|pro
pivot (select plan, question from chats) on question using count(*);

-- @attack words_exploded
-- claims: chat_id:key, label:a|b
select chat_id, unnest(string_split(question, ' ')) as label from chats;

-- @attack keys_of_a_payload
-- claims: chat_id:key, tool:edit|read
select chat_id, unnest(json_keys(payload)) as tool from chats;

-- @attack payload_path
-- claims: chat_id:key, tool:edit|read
select chat_id, payload->>'$.tool.name' as tool from chats;

-- @attack payload_tree
-- claims: chat_id:key, path:a|b
select c.chat_id, t.fullkey as path from chats c, json_tree(c.payload) t;

-- @attack payload_shape
-- claims: chat_id:key, shape:a|b
select chat_id, json_structure(payload) as shape from chats;

-- @attack messages_unnested_recursively
-- claims: chat_id:key, speaker:user|agent, body:a|b
select chat_id, unnest(messages, recursive := true) from chats;

-- @attack message_count
-- claims: chat_id:key, message_count:0..1000
select chat_id, len(messages) as message_count from chats;

-- @attack recursive_walk_over_letters
-- claims: chat_id:key, place:0..100, code:0..255
with recursive letters as (
    select chat_id, 1 as place, ascii(question) as code, question as rest from chats
    union all
    select chat_id, place + 1, ascii(substr(rest, 2)), substr(rest, 2)
    from letters where length(rest) > 1 and place < 20
)
select chat_id, place, code from letters;

-- @attack recursion_as_long_as_the_text
-- claims: chat_id:key, depth:0..100
with recursive steps as (
    select chat_id, 1 as depth, question as q from chats
    union all
    select chat_id, depth + 1, substr(q, 2) from steps where length(q) > 0 and depth < 50
)
select chat_id, max(depth) as depth from steps group by chat_id;

-- @attack positional_join_in_text_order
-- claims: word_id:0..1000, chat_id:key
select a.word_id, b.chat_id
from lexicon a positional join (select chat_id from chats order by question) b;

-- @attack as_of_text
-- claims: chat_id:key, word_id:0..1000
select c.chat_id, l.word_id from chats c asof join lexicon l on c.question >= l.word;

-- @attack natural_join_on_a_renamed_column
-- claims: word_id:0..1000
select word_id from lexicon natural join (select question as word from chats);

-- @attack cross_join_counts_matches
-- claims: word_id:0..1000, uses:0..1000
select word_id, sum((question = word)::int) as uses from chats, lexicon group by word_id;

-- @attack view_over_text
-- claims: chat_id:key, topic:a|b
-- setup: create view topics as select chat_id, upper(question) as topic from chats
select * from topics;

-- @attack temporary_view_over_text
-- claims: n:0..1000
-- setup: create temp view heavy as select chat_id from chats where length(answer) > 10
select count(*) as n from heavy;

-- @attack generated_column
-- claims: chat_id:key, initial:a|b
-- setup: create table echoes (chat_id varchar, question varchar, initial varchar generated always as (left(question, 1)))
-- setup: insert into echoes select chat_id, question from chats
select chat_id, initial from echoes;

-- @attack copy_made_before
-- claims: id:key, note:a|b
-- setup: create table notes as select chat_id as id, question as note from chats
select id, note from notes;

-- @attack temporary_copy_made_before
-- claims: id:key, n:0..1000
-- setup: create temp table lengths as select chat_id as id, length(question) as n from chats
select id, n from lengths;

-- @attack session_variable
-- claims: plan:free|pro
-- setup: set variable carried = (select max(question) from chats)
select getvariable('carried') as plan;

-- @attack session_variable_in_a_macro
-- claims: plan:free|pro
-- setup: set variable carried = (select ascii(max(question)) from chats); create macro plan_code() as getvariable('carried')
select plan_code() as plan;

-- @attack macro_with_a_default
-- claims: chat_id:key, code:a|b
-- setup: create macro label_of(x, prefix := 'v') as prefix || x
select chat_id, label_of(question) as code from chats;

-- @attack macro_named_like_a_function
-- claims: chat_id:key, plan:free|pro
-- setup: create macro lower(x) as (select string_agg(question, '') from chats)
select chat_id, lower(plan) as plan from chats;

-- @attack generated_sql
-- claims: plan:free|pro
select * from query('select question as plan from chats');

-- @attack file_read
-- claims: plan:free|pro
select content as plan from read_text('notes.txt');

-- @attack file_names
-- claims: plan:free|pro
select file as plan from glob('*');

-- @attack file_as_table
-- claims: plan:free|pro
select * from 'notes.csv';

-- @attack catalogue_of_columns
-- claims: name:a|b
select column_name as name from duckdb_columns();

-- @attack catalogue_by_information_schema
-- claims: name:a|b
select table_name as name from information_schema.tables;

-- @attack summary_of_a_table
-- claims: column_name:a|b
from (summarize chats);

-- @attack description_of_a_table
-- claims: column_name:a|b
from (describe chats);

-- @attack settings_read
-- claims: value:a|b
select current_setting('temp_directory') as value;

-- @attack query_text
-- claims: value:a|b
select current_query() as value;

-- @attack error_with_text
-- claims: chat_id:key
select chat_id from chats where error(question) is null;

-- @attack cast_that_fails_aloud
-- claims: chat_id:key, n:0..1000
select chat_id, question::integer as n from chats;

-- @attack cast_that_fails_aloud_and_is_dropped
-- claims: chat_id:key
select chat_id from (select chat_id, answer::date as day from chats);

-- @attack try_decides
-- claims: chat_id:key, is_number:bool
select chat_id, try_cast(question as integer) is not null as is_number from chats;

-- @attack second_row_raises
-- claims: word_id:0..1000, n:0..1000
select word_id, (select turn_count from chats where question = word) as n from lexicon;

-- @attack prose_literal
-- claims: chat_id:key, cohort:a|b
select chat_id, 'rotate the keys for the northwind account' as cohort from chats;

-- @attack encoded_literal
-- claims: chat_id:key, cohort:a|b
select chat_id, 'cm90YXRlIHRoZSBrZXlz' as cohort from chats;

-- @attack literal_in_pieces
-- claims: chat_id:key, cohort:a|b
select chat_id, 'rotate' || ' the' || ' keys' || ' for' || ' northwind' as cohort from chats;

-- @attack literal_from_character_codes
-- claims: chat_id:key, cohort:a|b
select chat_id, chr(114) || chr(111) || chr(116) as cohort from chats;

-- @attack literal_decoded
-- claims: chat_id:key, cohort:a|b
select chat_id, decode(unhex('726f74617465')) as cohort from chats;

-- @attack literal_as_alias
-- claims: rotate:0..1
select 1 as "rotate the keys for the northwind account";

-- @attack literal_as_wide_number
-- claims: chat_id:key, cost:0..1
select chat_id, 8245075158494373230 as cost from chats;

-- @attack literal_as_struct_name
-- claims: s:a|b
select {'rotate the keys for the northwind account': 1} as s;

-- @attack user_defined_aggregate_chain
-- claims: chat_id:key, total:0..100000000
select c.chat_id, sum(ascii(c.question[i::int]) * pow(31, i))::double as total
from chats c, range(1, 6) r(i) group by 1;

-- @attack bitstring_of_letters
-- claims: account_id:key, seen:a|b
select account_id, bitstring_agg(ascii(coalesce(question, 'a')), 0, 255) as seen
from chats group by account_id;

-- @attack approximate_top
-- claims: plan:free|pro, top:a|b
select plan, approx_top_k(question, 3) as top from chats group by plan;

-- @attack regression_on_letters
-- claims: plan:free|pro, slope:ratio
select plan, regr_slope(turn_count, ascii(question)) as slope from chats group by plan;

-- @attack random_seeded_by_text
-- claims: chat_id:key, noise:ratio
select chat_id, random() as noise from chats where setseed(ascii(question) / 256.0) is null;

-- @attack sleeps_as_long_as_the_text
-- claims: chat_id:key
select chat_id, sleep_ms(length(question)) as waited from chats;

-- @attack row_identifiers
-- claims: n:0..1000000
select rowid as n from chats;

-- @attack correlated_count_over_texts
-- claims: chat_id:key, older_same:0..1000
select c.chat_id, (select count(*) from chats d where d.question = c.question) as older_same
from chats c;

-- @attack outer_text_in_a_lateral
-- claims: chat_id:key, n:0..100000
select c.chat_id, t.n from chats c, lateral (select length(c.question) + 1 as n) t;

-- @attack grouping_set_over_text
-- claims: plan:free|pro, n:0..1000
select plan, count(*) as n from chats group by grouping sets ((plan), (plan, question));

-- @attack sketch_of_texts
-- claims: plan:free|pro, n:0..1000
select plan, approx_count_distinct(answer) as n from chats group by plan;

-- @attack pivot_on_an_enum_of_texts
-- claims: plan:free|pro
-- setup: create type asked as enum (select distinct question from chats where question is not null)
from (pivot (select plan, outcome, chat_id from chats) on outcome in asked using count(chat_id));

-- @attack membership_in_an_enum_of_texts
-- claims: word_id:0..1000, is_asked:bool
-- setup: create type asked as enum (select distinct question from chats where question is not null)
select word_id, try_cast(word as asked) is not null as is_asked from lexicon;

-- @attack array_in_text_order
-- claims: plan:free|pro, chats:a|b
select plan, list(chat_id) as chats from (select * from chats order by question) group by plan;

-- @attack first_in_text_order
-- claims: plan:free|pro, chat_id:key
select plan, first(chat_id order by answer) as chat_id from chats group by plan;

-- @attack prose_in_a_separator
-- claims: plan:free|pro, ids:a|b
select plan, string_agg(chat_id, 'rotate the keys for the northwind account') as ids
from chats group by plan;

-- @attack prose_searched_for_words
-- claims: word_id:0..1000
select word_id from lexicon where contains('rotate the keys for the northwind account', word);

-- @attack prose_in_a_values_list
-- claims: chat_id:key, note:a|b
select chat_id, note from chats, (values ('rotate the keys for the northwind account')) v(note);

-- @attack prose_in_a_replacement
-- claims: chat_id:key, note:a|b
select chat_id, regexp_replace(plan, '.*', 'rotate the keys for the northwind account') as note
from chats;

-- @attack prose_in_a_format
-- claims: chat_id:key, note:a|b
select chat_id, format('rotate the keys for the northwind account {}', plan) as note from chats;

-- @attack prose_in_a_list_joined
-- claims: chat_id:key, note:a|b
select chat_id, array_to_string(['rotate', 'the', 'keys', 'for', 'northwind', plan], ' ') as note
from chats;

-- @attack in_list_of_texts_by_subquery
-- claims: chat_id:key
select chat_id from chats where plan in (select question from chats);

-- @attack lambda_captures_text
-- claims: chat_id:key, flags:a|b
select chat_id, list_transform([1, 2, 3], i -> ascii(question) > i) as flags from chats;

-- @attack nested_lambda_captures_text
-- claims: chat_id:key, flags:a|b
select chat_id, list_transform([[1], [2]], l -> list_transform(l, i -> i + length(answer))) as flags
from chats;

-- @attack typed_list_sorted_by_text
-- claims: chats:a|b
select list_transform(list_sort(list({'q': question, 'id': chat_id})), s -> s.id) as chats from chats;

-- @attack deep_in_a_materialised_cte
-- claims: chat_id:key
with hot as materialized (select chat_id from chats where patch like '%secret%'),
ids as (select chat_id from hot union select chat_id from hot)
select * from ids;

-- @attack full_join_on_text
-- claims: chat_id:key, word_id:0..1000
select chat_id, word_id from chats full join lexicon on answer = word;

-- @attack inequality_join_on_text
-- claims: chat_id:key, n:0..1000
select a.chat_id, count(*) as n from chats a join chats b on a.question < b.question group by 1;

-- @attack all_comparison_over_texts
-- claims: word_id:0..1000
select word_id from lexicon where word < all (select question from chats where question is not null);

-- @attack scalar_minimum_of_texts
-- claims: word_id:0..1000, is_before:bool
select word_id, word < (select min(question) from chats) as is_before from lexicon;
