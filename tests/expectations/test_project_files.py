"""What SQL analysis cannot see is not there: each way past it is refused by file, rule, remedy."""

from pathlib import Path

import pytest

from expectations.files.findings import REMEDIES
from expectations.project import check_project_files

MODEL = "models/signals/sig_session__turns.sql"
GOOD = {
    "dbt_project.yml": "name: winnow\nprofile: winnow\nmodels: {winnow: {+materialized: view}}\n",
    "profiles.yml": """
winnow:
  outputs:
    opt_in:
      type: duckdb
      path: "{{ env_var('DBT_TIER_DATABASE') }}"
      plugins:
        - module: flows.adapters.dbt_lock
          config: {plan: "{{ env_var('DBT_TIER_PLAN') }}"}
""",
    MODEL: "select session_key, {{ bucket('n', [1, 5]) }} as turns from {{ ref('stg_events') }}\n",
    "models/signals/sig_session__turns.yml": """
models:
  - name: sig_session__turns
    config: {contract: {enforced: true}}
    columns: [{name: session_key, data_type: varchar}]
unit_tests:
  - name: test_turns
    model: sig_session__turns
    given: [{input: ref('stg_events'), rows: [{session_key: s1, words: "synthetic user words"}]}]
    expect: {rows: [{session_key: s1}]}
""",
    "macros/bucket.sql": "{% macro bucket(n, bounds) %}{% for b in bounds %}{{ b }}{% endfor %}"
    "{% endmacro %}\n",
    "tests/generic/once.sql": "{% test once(model) %}select 1 from {{ model }}{% endtest %}\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in GOOD.items():
        write(tmp_path, name, text)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(project: Path) -> set[tuple[str, str]]:
    return {(finding.file, finding.rule) for finding in check_project_files(project)}


def test_a_plain_project_is_let_through(project):
    assert check_project_files(project) == []


def test_the_project_of_this_repository_is_let_through():
    assert check_project_files(Path(__file__).parents[2] / "dbt") == []


JINJA = {
    "{% set x = run_query('select 1') %}": "introspection",
    "{{ log('x', info=True) }}": "introspection",
    "{{ print(1) }}": "introspection",
    "{{ env_var('HOME') }}": "introspection",
    "{{ adapter.get_relation('a', 'b', 'c') }}": "introspection",
    "{% call statement('x') %}select 1{% endcall %}": "introspection",
    "{{ load_result('x') }}": "introspection",
    "{{ graph.nodes }}": "introspection",
    "{{ modules.datetime.datetime.now() }}": "introspection",
    "{{ invocation_id }}": "introspection",
    "{{ run_started_at }}": "introspection",
    "{% if execute %}x{% endif %}": "introspection",
    "{{ exceptions.warn('x') }}": "introspection",
    "{{ target.path }}": "introspection",
    "{{ target['password'] }}": "introspection",
    "{{ ref.__globals__ }}": "unknown_jinja",
    "{{ some_package.macro() }}": "unknown_jinja",
    "{% include 'x.sql' %}": "unknown_jinja",
    "{{ config(pre_hook='select 1') }}": "hook",
    "{{ config(post_hook=['x']) }}": "hook",
    "{{ config(materialized='incremental') }}": "config",
    "{{ config(materialized='external', location='x.parquet') }}": "config",
    "{{ config({'materialized': 'view'}) }}": "config",
    "{{ config(store_failures=true) }}": "store_failures",
    "{% snapshot x %}select 1{% endsnapshot %}": "introspection",
    "{% materialization x, default %}{% endmaterialization %}": "introspection",
    "{{ unclosed": "unreadable",
}


@pytest.mark.parametrize(("jinja", "rule"), JINJA.items())
def test_jinja_that_does_more_than_put_sql_together_is_refused(project, jinja, rule):
    write(project, MODEL, f"{jinja}\nselect 1 as session_key\n")
    assert (MODEL, rule) in found(project)


@pytest.mark.parametrize("place", ["macros/leak.sql", "tests/leak.sql", "analyses/leak.sql"])
def test_jinja_is_judged_wherever_it_stands(project, place):
    write(project, place, "{% macro leak() %}{{ run_query('select 1') }}{% endmacro %}")
    assert (place, "introspection") in found(project)


def test_a_name_that_a_macro_takes_as_an_argument_is_its_own(project):
    write(project, "macros/own.sql", "{% macro own(model) %}{{ model }}{% endmacro %}")
    assert found(project) == set()


SQL = {
    "select * from read_csv('x.csv')": "external",
    "select * from read_text ('x')": "external",
    "select * from glob('*')": "external",
    "select * from 'x.parquet'": "external",
    "select * from query('select 1')": "external",
    "select getvariable('x')": "external",
    "select * from duckdb_columns()": "external",
    "select * from information_schema.tables": "external",
    "attach 'x.db' as x": "statement",
    "select 1; copy t to 'x.csv'": "statement",
    "{{ ref('a') }}; install httpfs": "statement",
    "set variable x = 1": "statement",
    "create table x as select 1": "statement",
    "select raw__text from {{ ref('stg_raw') }}": "raw_outside",
    "select * from {{ source('raw', 'raw') }}": "raw_outside",
}


@pytest.mark.parametrize(("sql", "rule"), SQL.items())
def test_sql_that_reads_or_does_something_else_is_refused(project, sql, rule):
    write(project, MODEL, sql)
    assert (MODEL, rule) in found(project)


def test_a_comment_may_name_what_sql_may_not(project):
    write(project, MODEL, "-- no read_csv('x') here\nselect 1 as session_key\n")
    assert found(project) == set()


def test_raw_may_be_read_in_its_room(project):
    sql = "select event_key from {{ source('raw', 'raw') }} where raw__text = 'a'"
    write(project, "models/declassified/dec_prompts__x.sql", sql)
    write(
        project,
        "models/declassified/dec_prompts__x.yml",
        "models: [{name: dec_prompts__x, config: {contract: {enforced: true}}}]",
    )
    assert found(project) == set()


CONFIG = {
    "on-run-end: [\"{{ log('x') }}\"]": "hook",
    "models: {winnow: {+pre-hook: select 1}}": "hook",
    "models: {winnow: {+post_hook: select 1}}": "hook",
    "data_tests: {+store_failures: true}": "store_failures",
    "models: {winnow: {+location: s3}}": "external",
    "query-comment: x": "external",
    "dispatch: []": "config",
    "models: {winnow: {+sql_header: select 1}}": "external",
}


@pytest.mark.parametrize(("text", "rule"), CONFIG.items())
def test_a_key_of_the_project_that_is_not_listed_is_refused(project, text, rule):
    write(project, "dbt_project.yml", f"name: winnow\nprofile: winnow\n{text}\n")
    assert ("dbt_project.yml", rule) in found(project)


PROFILES = {
    "a default target": ("  outputs:", "  target: opt_in\n  outputs:", "config"),
    "an attached database": ("      type: duckdb", "      type: duckdb\n      attach: [{path: x}]",
                             "external"),
    "an extension": ("      type: duckdb", "      type: duckdb\n      extensions: [httpfs]",
                     "external"),
    "another plugin": ("flows.adapters.dbt_lock", "excel", "external"),
    "another variable": ("DBT_TIER_DATABASE", "AWS_SECRET_ACCESS_KEY", "introspection"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROFILES)
def test_a_profile_opens_the_locked_database_and_nothing_else(project, case):
    old, new, rule = PROFILES[case]
    write(project, "profiles.yml", GOOD["profiles.yml"].replace(old, new, 1))
    assert ("profiles.yml", rule) in found(project)


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("models/signals/leak.py", "def model(dbt, session): ...", "python_model"),
        ("packages.yml", "packages: []", "package"),
        ("dbt_packages/x/macros/x.sql", "select 1", "package"),
        ("snapshots/x.sql", "select 1", "snapshot"),
        ("seeds/notes.csv", "id,note\n1,please rotate the keys\n", "seed_text"),
        ("run.sh", "true", "unknown_file"),
        ("models/signals/alone.sql", "select 1", "missing_contract"),
        ("models/bad.yml", "a: [", "unreadable"),
    ],
)
def test_a_file_that_does_not_belong_there_is_refused(project, name, text, rule):
    write(project, name, text)
    assert (name, rule) in found(project)


def test_a_seed_of_vocabulary_words_is_let_through(project):
    write(project, "seeds/kinds.csv", "kind,weight\nedit,1\nread,2\n")
    assert found(project) == set()


def test_a_symbolic_link_is_refused(project):
    (project / "models" / "elsewhere.sql").symlink_to(project / "dbt_project.yml")
    assert ("models/elsewhere.sql", "symlink") in found(project)


def test_a_model_whose_contract_is_not_enforced_is_refused(project):
    yml = GOOD["models/signals/sig_session__turns.yml"].replace("true", "false")
    write(project, "models/signals/sig_session__turns.yml", yml)
    assert (MODEL, "missing_contract") in found(project)


FIXTURES = {
    "rows": "[{t: please rotate the keys for the northwind account}]",
    "rows in csv": '"t\\nplease rotate the keys for northwind"',
    "rows in sql": "\"select 'please rotate the keys for northwind' as t\"",
    "an encoded value": "[{t: 7f3a9c1b2d4e5f60}]",
    "nested": "[{t: {body: please rotate the keys for northwind}}]",
}


@pytest.mark.parametrize("case", FIXTURES)
def test_a_fixture_with_text_of_unknown_origin_is_refused(project, case):
    yml = f"""
unit_tests:
  - name: test_x
    model: sig_session__turns
    given: [{{input: ref('stg_events'), rows: {FIXTURES[case]}}}]
    expect: {{rows: []}}
"""
    write(project, "models/signals/more.yml", yml)
    assert ("models/signals/more.yml", "fixture_text") in found(project)


def test_a_finding_names_place_rule_and_remedy_and_no_text(project):
    write(project, MODEL, "select * from read_csv('/secret/place.csv')")
    (finding,) = check_project_files(project)
    assert str(finding).startswith(f"{MODEL}: external: ")
    assert finding.remedy == REMEDIES["external"]
    assert "secret" not in str(finding)
