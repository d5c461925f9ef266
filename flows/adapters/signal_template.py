"""What a new signal starts as: a pair that builds, passes its tests and the linter."""

from pathlib import Path

from flows.adapters.files import write_whole
from flows.policy.errors import WinnowError

_SQL = """with

sessions as (

    select * from {{{{ ref('stg_sessions') }}}}

),

events as (

    select * from {{{{ ref('stg_events') }}}}

),

acts as (

    select distinct session_key
    from events
    where kind = 'clarification' and not is_sidechain

),

final as (

    select
        sessions.session_key,
        acts.session_key is not null as has_{name}
    from sessions
    left join acts on sessions.session_key = acts.session_key

)

select * from final
"""

_PROPERTIES = """models:
  - name: sig_session__{name}
    description: One row per session. Whether the user wanted a question to be clarified.
    config:
      contract: {{enforced: true}}
    columns:
      - name: session_key
        data_type: varchar
        constraints: [{{type: not_null}}]
      - name: has_{name}
        data_type: boolean
        constraints: [{{type: not_null}}]
    data_tests: [one_row_per_session]

unit_tests:
  - name: test_a_session_has_{name}_or_stays_without
    model: sig_session__{name}
    given:
      - input: ref('stg_sessions')
        rows:
          - {{session_key: with}}
          - {{session_key: without}}
      - input: ref('stg_events')
        rows:
          - {{session_key: with, kind: clarification, is_sidechain: false}}
          - {{session_key: without, kind: prompt, is_sidechain: false}}
    expect:
      rows:
        - {{session_key: with, has_{name}: true}}
        - {{session_key: without, has_{name}: false}}
"""


def write_signal(project: Path, name: str) -> tuple[Path, Path]:
    """Writes `sig_session__<name>.sql` and `.yml`; raises WinnowError where one is there."""
    stem = project / "models" / "signals" / f"sig_session__{name}"
    sql, properties = stem.with_suffix(".sql"), stem.with_suffix(".yml")
    if sql.exists() or properties.exists():
        raise WinnowError(
            f"{stem.name} is there already",
            remedy=f"edit dbt/models/signals/{stem.name}.sql, or take another name",
            exit_code=2,
        )
    write_whole(sql, _SQL.format(name=name).encode())
    write_whole(properties, _PROPERTIES.format(name=name).encode())
    return sql, properties
