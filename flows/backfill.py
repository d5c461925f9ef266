"""A backfill is the daily run with other dates. It reads the span's source folders; what has
landed is not read again, so a stopped backfill goes on where it was."""

from datetime import date

from flows.orchestrator import flow
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.policy.windows import clip_to_window, oldest_kept_date
from flows.run_tiers import run_tiers
from flows.settings import load_settings


@flow
def backfill(first: date, last: date, tiers: list[Tier] | None = None) -> dict:
    """`{"clipped": what became of the dates, "tiers": counts by tier}`.

    Raises WinnowError (exit code 2) where no day of the span is in the window.
    """
    settings = load_settings()
    span = clip_to_window(first, last, settings.today)
    if span is None:
        raise WinnowError(
            f"no day of {first} … {last} is in the window "
            f"{oldest_kept_date(settings.today)} … {settings.today}",
            remedy="name days of the window, the first one first",
            exit_code=2,
        )
    word = "the whole span is in the window" if span == (first, last) else (
        f"cut to the window: {span[0]} … {span[1]} of {first} … {last}"
    )  # fmt: skip
    return {"clipped": word, "tiers": run_tiers(settings, tiers, span[1], span[0])}
