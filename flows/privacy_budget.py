"""What the default tier's accounts may still be asked: the ledger of ε, by export."""

from datetime import date
from pathlib import Path

from flows.adapters.ledger import Ledger
from flows.export_days import usable_allowlist
from flows.policy.accounting import budget_of
from flows.policy.tiers import Tier


def budget_status(home: Path, today: date) -> list[dict]:
    """One entry an export under a privacy mechanism: budget, spent and left of one account in the
    30 days up to `today`, and when the next release can be paid for (`budget_of` has the fields).

    Raises WinnowError when the ledger is broken, exit code 2 for an unusable allowlist.
    """
    charges = Ledger(home, Tier.DEFAULT).charges()
    exports = usable_allowlist(Tier.DEFAULT).exports.values()
    return [
        budget_of(charges, export.name, export.mechanism, today)
        for export in exports
        if export.mechanism.needs_record and export.mechanism.enabled
    ]
