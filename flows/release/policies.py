"""An export's entry of the allowlist as the release layer works with it."""

import hashlib
import json

from flows.release.aggregate_dp import Cohorts, Total
from flows.release.randomized_response import Question, Survey


def cohorts_of(export) -> Cohorts:
    """Of an export under aggregate_dp; each total gets the share of ε that its weight says."""
    mechanism = export.mechanism
    weights = sum(measure.weight for measure in mechanism.measures.values())
    totals = tuple(
        Total(
            name=name,
            of=measure.of,
            clamp=measure.clamp,
            epsilon=mechanism.epsilon * measure.weight / weights,
            bounds=(export.columns[name].domain.minimum, export.columns[name].domain.maximum),
        )
        for name, measure in mechanism.measures.items()
    )
    return Cohorts(
        keys=export.keys,
        cells=tuple(mechanism.cells(export.keys)),
        totals=totals,
        sessions_per_account=mechanism.sessions_per_account,
        count_name=export.minimum_accounts.column,
        least=export.minimum_accounts.at_least,
    )


def survey_of(export) -> Survey:
    """Of an export under randomized_response, its questions in the order of the columns."""
    mechanism = export.mechanism
    questions = tuple(
        Question(
            name=name,
            of=mechanism.responses[name].of,
            values=getattr(column.domain, "values", (False, True)),
            truth=mechanism.responses[name].truth,
        )
        for name, column in export.columns.items()
        if name in mechanism.responses
    )
    return Survey(questions, mechanism.rows, mechanism.epsilon_of_count)


def policy_digest(export) -> str:
    """16 hexadecimal digits: another entry in the allowlist gives another one."""
    import msgspec

    stated = [
        export.name,
        export.keys,
        export.partition,
        msgspec.to_builtins(export.minimum_accounts),
        msgspec.to_builtins(export.mechanism),
        [column.described() for column in export.columns.values()],
    ]
    return hashlib.sha256(json.dumps(stated, sort_keys=True).encode()).hexdigest()[:16]
