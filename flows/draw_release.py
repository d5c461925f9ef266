"""One draw: exact contributions in, noisy rows and the record of the mechanism out."""

import json
from datetime import date

from expectations.allowlist import Export
from expectations.mechanisms import ERROR_SUFFIX
from flows.adapters import opendp_noise
from flows.adapters.contributions import Contributions
from flows.adapters.keys import KeyRing
from flows.policy.release_windows import Window
from flows.policy.tiers import Tier
from flows.release.aggregate_dp import draw_cohorts
from flows.release.bounding import cell_totals, sampled_truths
from flows.release.policies import cohorts_of, policy_digest, survey_of
from flows.release.randomized_response import draw_answers


def draw(
    export: Export, window: Window, today: date, contributions: Contributions, keys: KeyRing
) -> dict:
    """The record of a fresh draw, with the rows under `rows_drawn`; exact totals are let go of.

    `content` is a keyed hash of what was drawn from: equal for equal contributions, and of no use
    to anybody without the tier's control key.
    """
    is_aggregate = export.mechanism.name == "aggregate_dp"
    source = export.mechanism.source or export.name
    exact, drawn = (_cohorts if is_aggregate else _answers)(export, source, window, contributions)
    content = json.dumps([export.name, str(window.first), sorted(exact)], default=str)
    return {
        "tier": str(Tier.DEFAULT),
        "export": export.name,
        "mechanism": export.mechanism.name,
        "unit": export.mechanism.unit,
        "window": _stated(window),
        "drawn_on": str(today),
        "sessions_per_account": export.mechanism.sessions_per_account,
        "library": f"opendp {opendp_noise.version()}",
        "policy": policy_digest(export),
        "content": keys.control_key("release", content),
        **drawn,
        "rows_drawn": _in_column_order(export, window, drawn["rows_drawn"]),
    }


def _cohorts(export: Export, source: str, window: Window, contributions: Contributions):
    cohorts = cohorts_of(export)
    query = cell_totals(source, window, cohorts)
    exact = contributions.cells(query, len(cohorts.keys))
    found = draw_cohorts(cohorts, exact, opendp_noise.discrete_laplace)
    return exact.items(), {
        "noise": "discrete_laplace",
        "public_keys": export.mechanism.public_keys,
        "measures": found.stated,
        "minimum_accounts": {"column": cohorts.count_name, "at_least": cohorts.least},
        "epsilon": found.epsilon,
        "rows_drawn": found.rows,
    }


def _answers(export: Export, source: str, window: Window, contributions: Contributions):
    survey = survey_of(export)
    truths = contributions.rows(sampled_truths(source, window, survey))
    seed = opendp_noise.permutation_seed()
    found = draw_answers(survey, truths, opendp_noise.answering, opendp_noise.chance, seed)
    scale = 1 / survey.epsilon_of_count * (1 + 1e-9)
    (count,), epsilon = opendp_noise.discrete_laplace([len(truths)], scale, 1)
    return truths, {
        "rows": survey.rows,
        "permutation_seed": seed,
        "responses": found.stated,
        "answered": {"count": count, "epsilon": epsilon, "scale": scale},
        "epsilon": found.epsilon + epsilon,
        "rows_drawn": found.rows,
    }


def _in_column_order(export: Export, window: Window, rows: list[tuple]) -> list[tuple]:
    """Rows as drawn (keys, then totals with their errors; or answers) as the export lists them."""
    mechanism = export.mechanism
    totals = [name for each in mechanism.measures for name in (each, each + ERROR_SUFFIX)]
    answers = [name for name in export.columns if name in mechanism.responses]
    drawn = [export.partition, *export.keys, *totals, *answers]
    order = [drawn.index(name) for name in export.columns]
    whole = ((window.first, *row) for row in rows)
    return [tuple(row[place] for place in order) for row in whole]


def _stated(window: Window) -> dict:
    days = (window.last - window.first).days + 1
    return {"first": str(window.first), "last": str(window.last), "days": days}
