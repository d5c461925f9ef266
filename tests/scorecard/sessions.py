"""Tables of sessions made from account effects, with seeds."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.adapters.session_table import arrow_sessions
from flows.scorecard.analysis import Experiment, Options, analyse


def sessions(accounts=400, each=8, effect=0.0, seed=1, variants=("control", "treatment")) -> dict:
    """Columns of a table: a numeric metric, a boolean one, a ratio, covariates and days."""
    rng = np.random.default_rng(seed)
    variant = np.arange(accounts) % len(variants)
    trait = rng.normal(size=accounts)
    counts = 1 + rng.poisson(each - 1, accounts)
    account = np.repeat(np.arange(accounts), counts)
    rows, moved = len(account), effect * (variant[account] == 1)
    denominator = 1 + rng.poisson(4, rows)
    return {
        "account_key": [f"{number:032x}" for number in account],
        "variant": [variants[code] for code in variant[account]],
        "turns": 10 + trait[account] + rng.normal(size=rows) + moved,
        "is_interrupted": rng.random(rows) < 1 / (1 + np.exp(1 - trait[account] - moved)),
        "accepted": rng.binomial(denominator, 0.6),
        "accepted__denominator": denominator,
        "pre_turns": (10 + trait + rng.normal(size=accounts) / 2)[account],
        "observed_at": np.datetime64("2026-01-01") + rng.integers(0, 28, rows),
    }


def only(columns: dict, *names: str) -> dict:
    return {name: columns[name] for name in ("account_key", "variant", *names)}


def scored(columns: dict, **options) -> Experiment:
    """The one experiment of a table."""
    (experiment,) = analyse(arrow_sessions(pa.table(columns)), Options(**options))
    return experiment


def finding(columns: dict, metric: str, **options):
    (pair,) = scored(columns, **options).pairs
    return next(each for each in pair.findings if each.comparison.metric.name == metric)


def write(path: Path, columns: dict) -> Path:
    pq.write_table(pa.table(columns), path)
    return path
