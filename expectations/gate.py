"""The run-time gate: whether a candidate may be published.

It trusts neither the models nor the static gate, reads the files alone, and refuses what it cannot
check.
"""

from datetime import UTC, date, datetime
from pathlib import Path

from expectations import capacity, rules, second_opinion
from expectations.allowlist import Allowlist, AllowlistError, Export, load_allowlist
from expectations.candidate import Candidate
from expectations.verdict import Refusal, Verdict

__all__ = ["Allowlist", "AllowlistError", "Refusal", "Verdict", "check_export"]

_UNCHECKED = "it could not be checked, which counts as refused: build the candidate anew"


def check_export(
    path: Path,
    tier: str,
    *,
    today: date | None = None,
    allowlists: Path | None = None,
    purposes: Path | None = None,
) -> Verdict:
    """Judges the candidate folder `…/<tier>/<export>/date=<day>/` by the allowlist of `tier`.

    `today` is the clock of the window (default: the UTC date), `allowlists` a folder of
    `<tier>.yml` files and `purposes` the table of purposes that bounds them (default: those
    shipped). Writes nothing. Raises AllowlistError for an allowlist that cannot be used; whatever
    is wrong with the candidate is a refusal.
    """
    allowlist = load_allowlist(tier, allowlists, purposes)
    candidate = Candidate(path, allowlist, today or datetime.now(UTC).date())
    try:
        return _judge(candidate)
    finally:
        candidate.close()


def _judge(candidate: Candidate) -> Verdict:
    before = _digests(candidate)
    refusals, passed = _run_stages(candidate)
    if not refusals:
        refusals = _second_opinion(candidate)
    if _digests(candidate) != before or before is None:
        refusals.append(candidate.refusal("unchanged", _UNCHECKED))
    refused = {refusal.rule for refusal in refusals}
    return _verdict(candidate, refusals, [name for name in passed if name not in refused], before)


def _run_stages(candidate: Candidate) -> tuple[list[Refusal], list[str]]:
    refusals, passed = [], []
    for stage in rules.STAGES:
        for rule in stage:
            found = _run(rule, candidate)
            refusals += found
            passed += [] if found else [rule.NAME]
        if refusals:
            break
    return refusals, passed


def _run(rule, candidate: Candidate) -> list[Refusal]:
    """A rule that fails is a refusal: its exception may quote data, so nothing of it is kept."""
    try:
        return list(rule.check(candidate))
    except Exception:
        return [candidate.refusal(rule.NAME, _UNCHECKED)]


def _second_opinion(candidate: Candidate) -> list[Refusal]:
    try:
        expectations = [
            expectation
            for rule in rules.RULES
            if hasattr(rule, "expect")
            for expectation in rule.expect(candidate)
        ]
        failed = second_opinion.failed(expectations, candidate.files)
    except Exception:
        return [candidate.refusal("second_opinion", _UNCHECKED)]
    remedies = {rule.NAME: rule.REMEDY for rule in rules.RULES}
    return [candidate.refusal(it.rule, remedies[it.rule], it.column) for it in failed]


def _digests(candidate: Candidate) -> dict[str, str] | None:
    try:
        return candidate.digests()
    except OSError:
        return None


def _verdict(candidate: Candidate, refusals, passed, files) -> Verdict:
    export: Export | None = candidate.export
    return Verdict(
        tier=candidate.tier,
        export=candidate.name,
        refusals=tuple(dict.fromkeys(refusals)),
        rules=tuple(passed),
        bits_per_row=capacity.bits_per_row(export) if export else 0.0,
        key_bits=capacity.key_bits(export) if export else 0.0,
        rows=0 if refusals else candidate.rows,
        files=files or {},
        mechanism={} if refusals else dict(candidate.record or {}),
    )
