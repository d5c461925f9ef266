"""candidate → gate → publish, for one tier."""

from collections import Counter
from collections.abc import Collection
from datetime import date

from flows.export_days import Release, check_day, open_release, publish_day, withdraw_day
from flows.orchestrator import flow
from flows.policy.errors import WinnowError
from flows.policy.releases import Check, refusals_of, stop_on_refusal
from flows.policy.tiers import Tier
from flows.policy.windows import window_dates
from flows.record_contributions import record_contributions
from flows.release_default import prepare_releases
from flows.settings import load_settings


@flow
def export_training(tier: Tier) -> dict:
    """Publishes, keeps, holds or withdraws every kept day of every export of `tier`, once what
    leaves by a privacy mechanism alone was drawn.

    Returns references and counts: see `export_dates`. Raises WinnowError when the gate refused a
    candidate, with every refusal, after what need not wait for it is done; exit code 2 for an
    allowlist that cannot be used.
    """
    settings = load_settings()
    release = open_release(settings.home, tier, settings.today, settings.now, settings.project_dir)
    prepared = prepare_releases(settings.home, tier, settings.today, release.allowlist)
    summary = export_dates(release, window_dates(settings.today))
    record_contributions(settings, tier, summary["exports"])
    summary = summary | {name: summary[name] + prepared[name] for name in prepared}
    if summary["refusals"]:
        raise WinnowError(
            "the gate refused:\n" + "\n".join(_line(tier, each) for each in summary["refusals"]),
            remedy="nothing of these exports was published, what was published before stays;"
            " each line names its own remedy",
        )
    return summary


def export_dates(release: Release, dates: Collection[date]) -> dict:
    """Acts on each of `dates` of every export. One refused day stops its whole export.

    Returns `counts` by outcome, `exports` (export, date, outcome, and where something is
    published path, rows, bits_per_row, key_bits) and `refusals` (export, date, rule, column,
    count, remedy).
    """
    exports, refusals = [], []
    for name in release.store.names():
        candidates = [day for day in release.store.candidate_days(name) if day in set(dates)]
        gone = set(dates).intersection(release.store.released_days(name)).difference(candidates)
        exports += [withdraw_day(release, name, day) for day in sorted(gone)]
        checks: list[Check] = [check_day(release, name, day) for day in candidates]
        refusals += [refusal for check in checks for refusal in refusals_of(name, check)]
        exports += [publish_day(release, name, check) for check in stop_on_refusal(checks)]
    counts = Counter(entry["outcome"] for entry in exports)
    return {"counts": dict(counts), "exports": exports, "refusals": refusals}


def _line(tier: Tier, refusal: dict) -> str:
    place = f"{tier}/{refusal['export']}/date={refusal['date']}"
    column = f", column {refusal['column']}" if refusal["column"] else ""
    count = f" ({refusal['count']})" if refusal["count"] is not None else ""
    return f"  {place}: {refusal['rule']}{column}{count} → {refusal['remedy']}"
