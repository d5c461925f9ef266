"""How much there is to compare, and each day's own figures."""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.scorecard.accounts import MINIMUM_ACCOUNTS, Split
from flows.scorecard.looks import Calendar
from flows.scorecard.measures import Measure
from flows.scorecard.metrics import Metric


@dataclass(frozen=True)
class VariantSize:
    """Accounts and sessions that count; None both where there are too few accounts to say."""

    variant: str
    accounts: int | None
    sessions: int | None


@dataclass(frozen=True)
class Rates:
    """One metric by day: variant → a value a day, None where too few accounts were seen."""

    metric: Metric
    days: tuple[int, ...]
    values: dict[str, tuple[float | None, ...]]


def sizes(split: Split) -> Iterator[VariantSize]:
    for name, accounts, rows in zip(
        split.variants, split.account_counts(), split.row_counts(), strict=True
    ):
        is_small = 0 < accounts < MINIMUM_ACCOUNTS
        yield VariantSize(name, None if is_small else accounts, None if is_small else rows)


def daily_rates(split: Split, when: Calendar, each: Measure) -> Rates:
    looks = each.looks
    values = {}
    for code, name in enumerate(split.variants):
        cells = zip(
            looks.daily_accounts[code], looks.daily_sums[code], looks.daily_sizes[code], strict=True
        )
        values[name] = tuple(
            float(total / size) if accounts >= MINIMUM_ACCOUNTS and size > 0 else None
            for accounts, total, size in cells
        )
    return Rates(each.metric, tuple(int(day) for day in when.days), values)
