"""SQL that bounds what one account contributes. Everything in it is policy, nothing is data.

Of each account (`cluster_key`, stable over epochs) the first sessions by `session_key` are kept: a
keyed hash, so that the choice is random, stable, and not the account's to make.
"""

from collections.abc import Sequence

from flows.policy.locked import between, text
from flows.policy.release_windows import Window
from flows.release.aggregate_dp import Cohorts, Total
from flows.release.randomized_response import Question, Survey

_OTHER = "other"
_KEPT = """
select *, row_number() over (partition by cluster_key order by session_key) as ordinal
from main.{source}
where {window}
qualify ordinal <= {sessions}
"""


def kept_sessions(source: str, window: Window, sessions: int) -> str:
    """One row a kept session: the model's columns and `ordinal`, 1 for an account's first."""
    days = between("session_date", window.first, window.last)
    return _KEPT.format(source=_name(source), window=days, sessions=sessions)


def cell_totals(source: str, window: Window, cohorts: Cohorts) -> str:
    """One row a cell that anybody is in: its keys, then the exact totals. Never to be written."""
    keys = [
        f"{public_value(key, [cell[place] for cell in cohorts.cells])} as {_name(key)}"
        for place, key in enumerate(cohorts.keys)
    ]
    totals = [f"{_total(total)} as {_name(total.name)}" for total in cohorts.totals]
    grouped = "group by all" if keys else ""
    kept = kept_sessions(source, window, cohorts.sessions_per_account)
    return f"select {', '.join([*keys, *totals])} from ({kept}) {grouped}"


def sampled_truths(source: str, window: Window, survey: Survey) -> str:
    """One row an account of the sample: the answers it would give, in the order of its key."""
    truths = ", ".join(map(_truth, survey.questions))
    kept = kept_sessions(source, window, 1)
    return f"select {truths} from ({kept}) order by cluster_key limit {survey.rows}"


def session_count(source: str, window: Window) -> str:
    days = between("session_date", window.first, window.last)
    return f"select count(*) from main.{_name(source)} where {days}"


def public_value(column: str, values: Sequence[str]) -> str:
    """The column where it is one of the public values, `other` or null where it is not."""
    listed = ", ".join(text(value) for value in dict.fromkeys(values))
    rest = text(_OTHER) if _OTHER in values else "null"
    return f"case when {_name(column)} in ({listed}) then {_name(column)} else {rest} end"


def _total(total: Total) -> str:
    if total.of == "accounts":
        return "count(*) filter (where ordinal = 1)"
    if total.of == "sessions":
        return "count(*)"
    if total.clamp is None:
        return f"count(*) filter (where {_name(total.of)})"
    low, high = total.clamp
    clamped = f"least(greatest({_name(total.of)}::bigint, {low}), {high})"
    return f"coalesce(sum({clamped}) filter (where {_name(total.of)} is not null), 0)::bigint"


def _truth(question: Question) -> str:
    if isinstance(question.values[0], bool):
        return f"coalesce({_name(question.of)}, false)"
    values = question.values
    rest = _OTHER if _OTHER in values else values[-1]
    return f"coalesce({public_value(question.of, values)}, {text(rest)})"


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
