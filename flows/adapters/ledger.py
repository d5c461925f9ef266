"""The ledger of ε spent on releases: the chain `state/<tier>/ledger/charges.jsonl`.

A charge names export, window, ε, the policy it was made under and the SHA-256 of what was drawn;
no count and no value. It is kept when the release itself is purged: what was spent stays spent.
"""

from pathlib import Path

from flows.adapters.chain import Chain
from flows.policy.accounting import Charge
from flows.policy.errors import WinnowError


class Ledger:
    def __init__(self, home: Path, tier: str) -> None:
        self._chain = Chain(home / "state" / tier / "ledger", "charges", _broken)
        self.locked = self._chain.locked

    def charges(self) -> list[Charge]:
        """Every charge, oldest first. Raises WinnowError when the ledger was changed: what is
        left to spend is not known then, and nothing is released."""
        if not self._chain.is_whole():
            raise _broken()
        return [Charge.of(record) for record in self._chain.read()]

    def append(self, charge: Charge) -> None:
        self._chain.append(charge.as_record())


def _broken() -> WinnowError:
    return WinnowError(
        "the privacy ledger is broken, by hand or by a fault, so nothing is released",
        remedy="restore state/<tier>/ledger from where you keep copies; without one, everything "
        "may have been spent: move the folder away, keep it as evidence, and wait 30 days",
    )
