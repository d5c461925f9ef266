"""The scorecards: of a table that somebody names, and of the pipeline's own tiers.

Opted-in sessions are compared session by session, in their warehouse; of the default tier only
what was released counts, with its noise.
"""

from pathlib import Path

from flows.policy.tiers import Tier
from flows.scorecard.analysis import Options, analyse
from flows.scorecard.documents import document
from flows.scorecard.table import left_aside

NOT_BUILT = "opt_in: no warehouse with sessions in an experiment yet; `winnow run` builds it"
NOT_RELEASED = "default_tier: not released yet; nothing but released, noised totals is used"
_NOISED = (
    "default_tier: from released totals; intervals include the noise and bound what is not released"
)
_EXPORTS = ("training_cohorts", "survival_cohorts")


def compare_file(path: Path, options: Options) -> dict:
    """The scorecard of a Parquet table, as a document.

    Raises WinnowError (exit code 2) for a file that is no such table.
    """
    from flows.adapters.session_table import parquet_sessions

    with parquet_sessions(path) as sessions:
        notes = [f"column left aside, not a number: {name}" for name in left_aside(sessions.kinds)]
        return document(analyse(sessions, options), "file", notes)


def compare_pipeline(home: Path, options: Options) -> list[dict]:
    """A document a tier: opt_in from its warehouse, default_tier from its releases."""
    return [_compare_opt_in(home, options), _compare_default(home, options)]


def _compare_opt_in(home: Path, options: Options) -> dict:
    from flows.adapters.scorecard_data import warehouse_sessions

    sessions = warehouse_sessions(home / "warehouse" / f"{Tier.OPT_IN}.duckdb")
    if sessions is None or not sessions.rows:
        return document([], Tier.OPT_IN, [NOT_BUILT])
    return document(analyse(sessions, options), Tier.OPT_IN)


def _compare_default(home: Path, options: Options) -> dict:
    from flows.scorecard.noised import analyse_released

    found = analyse_released(_releases(home / "exports" / Tier.DEFAULT), options)
    return document(found, Tier.DEFAULT, [_NOISED] if found else [NOT_RELEASED])


def _releases(exports: Path) -> list:
    """The released cells of every export of totals that the policy lists."""
    from expectations.allowlist import load_allowlist
    from flows.adapters.scorecard_data import released_rows
    from flows.scorecard.noised import Release, noised_metrics

    listed = load_allowlist(Tier.DEFAULT).exports
    found = []
    for name in _EXPORTS:
        mechanism = listed[name].mechanism if name in listed else None
        rows = released_rows(exports / name) if mechanism else []
        if rows:
            measures = {key: (each.of, each.clamp) for key, each in mechanism.measures.items()}
            found.append(Release(rows, noised_metrics(measures), mechanism.sessions_per_account))
    return found
