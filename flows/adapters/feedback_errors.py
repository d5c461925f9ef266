"""The table of errors by version, as the feedback tier's warehouse has it."""

from pathlib import Path

from flows.policy.errors import WinnowError

_TABLE = "feedback_errors"
_FILE = "feedback.duckdb"
_ORDER = "error_count desc, client_major, client_minor, client_patch, error_kind, tool_kind"


def read_feedback_errors(warehouses: Path) -> list[dict]:
    """The rows of `feedback_errors`, the most frequent first; [] where nothing went wrong.

    Raises WinnowError where the warehouse has not been built.
    """
    import duckdb

    file = warehouses / _FILE
    if not file.is_file():
        raise WinnowError(
            "the feedback tier has no warehouse yet",
            remedy="`winnow run --tier feedback` builds it",
        )
    with duckdb.connect(file, read_only=True) as connection:
        rows = connection.execute(f"select * from main.{_TABLE} order by {_ORDER}").to_arrow_table()
    return rows.to_pylist()
