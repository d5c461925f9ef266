"""Judges one tier's landing by counts of lines and by its typed Parquet files; never reads raw."""

import statistics
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from expectations.landing.policy import Policy, load_policy, load_schema
from expectations.landing.report import Finding

Counts = Mapping[date, Mapping[str, int]]


def check_landing(
    landing: Path, counts: Counts, today: date, policy: Path | None = None
) -> list[Finding]:
    """What is unusual about `landing` (the folder `landing/<tier>`).

    `counts` has for each source day `lines.read`, `lines.landed` and `lines.refused.<reason>`.
    Raises PolicyError for a policy that cannot be used.
    """
    known = load_policy(policy)
    if unreadable := list(_unreadable(landing, today, known)):
        return unreadable
    return [
        *_schema(landing, today, known),
        *_freshness(counts, today, known),
        *_volume(counts, today, known),
        *_refused(counts, today, known),
        *_other(landing, today, known),
    ]


def _unreadable(landing: Path, today: date, policy: Policy) -> Iterator[Finding]:
    """Files without a whole footer: nothing can be judged of the dataset, and so of the rest."""
    import pyarrow

    remedy = "remove the tier's folder state/<tier>/landed and run again: it is landed anew"
    for dataset in load_schema():
        for path in _files(landing / dataset, today, policy):
            try:
                _columns(path)
            except (pyarrow.ArrowException, OSError):
                place = f"{path.relative_to(landing).as_posix()} cannot be read"
                yield Finding("schema", "fail", place, remedy)


def _schema(landing: Path, today: date, policy: Policy) -> Iterator[Finding]:
    remedy = "purge and pull the day again, with the version of winnow that builds from it"
    for dataset, columns in load_schema().items():
        files = _files(landing / dataset, today, policy)
        if any(_columns(path) != list(columns.items()) for path in files):
            yield Finding("schema", policy.schema.level, dataset, remedy)


def _freshness(counts: Counts, today: date, policy: Policy) -> Iterator[Finding]:
    landed = [day for day, found in counts.items() if found.get("lines.landed")]
    most = timedelta(days=policy.freshness.most_days)
    if not landed or today - max(landed) > most:
        place = f"newest day {max(landed)}" if landed else "no day has landed"
        remedy = "see whether the product still writes to the source, and `winnow status`"
        yield Finding("freshness", policy.freshness.level, place, remedy)


def _volume(counts: Counts, today: date, policy: Policy) -> Iterator[Finding]:
    """Against the median, which one odd day does not move."""
    rule, last = policy.volume, today - timedelta(days=1)
    trailing = [last - timedelta(days=back) for back in range(1, rule.trailing_days + 1)]
    landed = [counts[day].get("lines.landed", 0) for day in trailing if day in counts]
    if sum(map(bool, landed)) < rule.least_days:
        return
    ratio = counts.get(last, {}).get("lines.landed", 0) / statistics.median(filter(None, landed))
    if not rule.least_ratio <= ratio <= rule.most_ratio:
        side = "far fewer" if ratio < rule.least_ratio else "far more"
        remedy = "compare the source's day with the ones before; a backfill lands what came late"
        yield Finding("volume", rule.level, f"{side} lines than usual on {last}", remedy)


def _refused(counts: Counts, today: date, policy: Policy) -> Iterator[Finding]:
    rule = policy.refused
    for day in _recent(today, policy):
        found = counts.get(day, {})
        read = found.get("lines.read", 0)
        faults = sum(count for name, count in found.items() if _is_fault(name, set(rule.expected)))
        if read >= rule.least_lines and faults > rule.most_share * read:
            remedy = "the run's summary lists the reasons; a new client's format needs its reader"
            yield Finding("refused", rule.level, f"many lines refused on {day}", remedy)


def _is_fault(name: str, expected: set[str]) -> bool:
    prefix, _, reason = name.rpartition(".")
    return prefix == "lines.refused" and reason not in expected


def _other(landing: Path, today: date, policy: Policy) -> Iterator[Finding]:
    rule = policy.other
    for day in _recent(today, policy):
        files = sorted(_day_folder(landing / "events", day).glob("*.parquet"))
        for column, (others, known) in _others(files, list(rule.most_share)).items():
            if known >= rule.least_events and others > rule.most_share[column] * known:
                remedy = "add the new word to the reader's and the policy's vocabulary"
                place = f"{column} is often `other` on {day}"
                yield Finding("other", rule.level, place, remedy)


def _others(files: list[Path], columns: list[str]) -> dict[str, tuple[int, int]]:
    """column → (values `other`, values known)."""
    import duckdb

    if not files:
        return {}
    counts = ", ".join(f"count(*) filter ({name} = 'other'), count({name})" for name in columns)
    with duckdb.connect() as connection:
        found = connection.execute(
            f"select {counts} from read_parquet($1, hive_partitioning = false)",
            [[str(path) for path in files]],
        ).fetchone()
    return dict(zip(columns, zip(found[::2], found[1::2], strict=True), strict=True))


def _files(dataset: Path, today: date, policy: Policy) -> list[Path]:
    """Control datasets have no days."""
    recent = [_day_folder(dataset, day) for day in _recent(today, policy)]
    return sorted(path for folder in (dataset, *recent) for path in folder.glob("*.parquet"))


def _columns(path: Path) -> list[tuple[str, str]]:
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(path)
    return [(field.name, str(field.type)) for field in schema]


def _recent(today: date, policy: Policy) -> list[date]:
    return [today - timedelta(days=back) for back in range(policy.recent_days)]


def _day_folder(dataset: Path, day: date) -> Path:
    return dataset / f"date={day}"
