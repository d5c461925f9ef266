"""What of the control data may land, and as which rows: closed values, keyed ids, no old dates."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from flows.policy.consent import Timeline
from flows.policy.vocabulary import CHECKPOINTS, LINES_BUCKETS
from flows.policy.windows import is_date_in_window, oldest_kept_date

KeysOf = Callable[[str], list[str]]

_STEPS = 1000


def consent_rows(
    timelines: dict[str, Timeline], keys_of: KeysOf, now: datetime
) -> list[tuple[str, str, datetime]]:
    """The accounts with consent in force under each live key, and since when.

    Of one that took it back nothing is kept: no row is no consent. `effective_at` is naive UTC,
    as all instants of landing are.
    """
    return [
        (key, event.state, event.effective_at.replace(tzinfo=None))
        for account, timeline in timelines.items()
        if (event := timeline.event_at(now)) and event.state == "granted"
        for key in keys_of(account)
    ]


def assignment_refusal(line, experiments: dict[str, list[str]]) -> str | None:
    if line.experiment not in experiments:
        return "unknown_experiment"
    return None if line.variant in experiments[line.experiment] else "unknown_variant"


def assignment_rows(kept: Iterable[tuple], keys_of: KeysOf, today: date) -> list[tuple]:
    """Rows (account_key, experiment, variant, assigned_date), each once, sorted.

    An assignment may be older than any session: its date is moved up to the window's first day.
    Every variant that an account was given stays: who saw two is excluded by the statistics.
    """
    oldest = oldest_kept_date(today)
    return sorted(
        {
            (key, experiment, variant, max(assigned_at.date(), oldest))
            for account, experiment, variant, assigned_at in kept
            for key in keys_of(account)
        }
    )


def survival_refusal(line, checked: date, today: date) -> str | None:
    """A float that is not one of the contract's values is refused by reason, never rounded in."""
    if line.checkpoint not in CHECKPOINTS:
        return "unknown_checkpoint"
    if not is_date_in_window(checked, today):
        return "outside_window"
    if line.survival_ratio is not None and not 0 <= line.survival_ratio <= 1:
        return "ratio_out_of_bounds"
    if line.lines_bucket is not None and line.lines_bucket not in LINES_BUCKETS:
        return "unknown_bucket"
    return None


def survival_rows(lines: Iterable, keys_of: KeysOf) -> set[tuple]:
    """Rows (session_key, checkpoint, survival_ratio in steps of 1/1000, lines_bucket, date)."""
    return {
        (key, line.checkpoint, _stepped(line.survival_ratio), line.lines_bucket,
         line.checked_at.date())
        for line in lines
        if line.survival_ratio is not None
        for key in keys_of(line.session_id)
    }  # fmt: skip


def _stepped(ratio: float) -> float:
    return round(ratio * _STEPS) / _STEPS
