"""The table of errors by version, as the feedback tier's warehouse has it."""

from pathlib import Path

from flows.policy.errors import WinnowError

_TABLE = "feedback_errors"
_ORDER = "error_count desc, client_major, client_minor, client_patch, error_kind, tool_kind"


def read_feedback_errors(warehouses: Path) -> list[dict]:
    """The rows of `feedback_errors`, the most frequent first; [] where nothing went wrong.

    Raises WinnowError where there is no table: not built yet, or purged or erased since.
    """
    import duckdb

    file = warehouses / "feedback.duckdb"
    if not file.is_file():
        raise _missing()
    with duckdb.connect(file, read_only=True) as connection:
        if (_TABLE,) not in connection.execute("show tables").fetchall():
            raise _missing()
        found = connection.execute(f"select * from main.{_TABLE} order by {_ORDER}")
        return found.to_arrow_table().to_pylist()


def _missing() -> WinnowError:
    return WinnowError(
        "the feedback tier has no table of errors yet, or none since its last purge",
        remedy="`winnow run --tier feedback` builds it",
    )
