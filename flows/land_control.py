"""Lands a tier's control data: consent, assignments and survival, keyed and closed-typed."""

from collections import Counter
from datetime import datetime

from flows.adapters.control import AssignmentLine, SurvivalLine, as_utc, read_lines
from flows.adapters.experiments import load_experiments
from flows.adapters.landed_sessions import session_keys
from flows.adapters.landing import write_table
from flows.adapters.sources import open_source
from flows.orchestrator import task
from flows.policy.consent import NO_CONSENT
from flows.policy.control import (
    assignment_refusal,
    assignment_rows,
    consent_rows,
    survival_refusal,
    survival_rows,
)
from flows.policy.pseudonyms import live_epochs
from flows.policy.schemas import ASSIGNMENTS, CONSENT, SURVIVAL
from flows.policy.windows import is_date_in_window, window_dates


@task(retries=2)
def land_control(pull) -> Counter:
    """Rewrites consent and assignments whole. Returns counts by dataset and reason."""
    epochs = live_epochs(window_dates(pull.settings.today))
    return _land_consent(pull, epochs) + _land_assignments(pull, epochs)


def _land_consent(pull, epochs: list[int]) -> Counter:
    if pull.consent is None:
        return Counter()
    rows = consent_rows(pull.consent, _account_keys(pull, epochs), pull.settings.now)
    write_table(pull.landing / "consent" / "current.parquet", sorted(rows), CONSENT)
    counts = {"consent.accounts": len(pull.consent), "consent.contradictory": pull.contradictory}
    return +Counter(counts)


def _land_assignments(pull, epochs: list[int]) -> Counter:
    refused: Counter = Counter()
    experiments = load_experiments()
    control = _control(pull)
    kept = []
    for line in read_lines(control, "assignments", AssignmentLine, refused, pull.staging):
        reason = assignment_refusal(line, experiments) or _account_refusal(pull, line)
        refused.update([reason] if reason else [])
        if reason is None:
            kept.append((line.account_id, line.experiment, line.variant, as_utc(line.assigned_at)))
    rows = assignment_rows(kept, _account_keys(pull, epochs), pull.settings.today)
    write_table(pull.landing / "assignments" / "current.parquet", rows, ASSIGNMENTS)
    return _named("assignments", len(kept), refused)


def _account_refusal(pull, line: AssignmentLine) -> str | None:
    """Nothing is kept of who does not take part, nor what was assigned before an erasure."""
    now = pull.settings.now
    if pull.consent is not None:
        timeline = pull.consent.get(line.account_id, NO_CONSENT)
        if not timeline.is_granted_at(now):
            return "no_consent"
    erased_at = pull.erased and pull.erased.get(pull.keys.control_key("account", line.account_id))
    return "erased" if erased_at and as_utc(line.assigned_at) < erased_at else None


@task(retries=2)
def land_survival(pull) -> Counter:
    """One file a source day, so that a purge of a day is the removal of a file. Of a session that
    did not land, for want of consent or otherwise, nothing lands here either: it comes after them.
    """
    refused: Counter = Counter()
    folder = pull.landing / "survival"
    days = [day for day in pull.source.folders("survival") if _is_kept(day, pull.settings.today)]
    known = session_keys(pull.landing) if days else set()
    keys_of = _session_keys(pull, live_epochs(window_dates(pull.settings.today)))
    written: set[str] = set()
    landed = 0
    for day in days:
        lines = read_lines(pull.source, f"survival/{day}", SurvivalLine, refused, pull.staging)
        good = [line for line in lines if not _refuse(pull, line, keys_of, known, refused)]
        rows = survival_rows(good, lambda session: [k for k in keys_of(session) if k in known])
        if rows:
            write_table(folder / f"{day}.parquet", sorted(rows), SURVIVAL)
            written.add(day)
        landed += len(good)
    for path in folder.glob("*.parquet"):
        if path.stem not in written:
            path.unlink()
    return _named("survival", landed, refused)


def _refuse(pull, line: SurvivalLine, keys_of, known: set[str], refused: Counter) -> bool:
    reason = survival_refusal(line, as_utc(line.checked_at).date(), pull.settings.today)
    if reason is None and pull.erased_sessions.intersection(keys_of(line.session_id)):
        reason = "erased"
    if reason is None and known.isdisjoint(keys_of(line.session_id)):
        reason = "unknown_session"
    refused.update([reason] if reason else [])
    return reason is not None


def _control(pull):
    own = pull.tier_settings
    return open_source(own.control, own, create=pull.settings.owns(own.control))


def _account_keys(pull, epochs: list[int]):
    """account id → its key in every live epoch."""
    return lambda account: pull.keys.epoch_keys("account", account, epochs)


def _session_keys(pull, epochs: list[int]):
    return lambda session: pull.keys.epoch_keys("session", session, epochs)


def _is_kept(day: str, today) -> bool:
    try:
        return is_date_in_window(datetime.strptime(day, "%Y-%m-%d").date(), today)
    except ValueError:
        return False


def _named(dataset: str, landed: int, refused: Counter) -> Counter:
    counts = Counter({f"{dataset}.landed": landed})
    counts.update({f"{dataset}.refused.{reason}": n for reason, n in refused.items()})
    return counts
