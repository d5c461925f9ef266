"""Purge receipts on disk: the chain `state/purge/receipts.jsonl`."""

from pathlib import Path

from flows.adapters.chain import Chain
from flows.policy.errors import WinnowError


class Receipts(Chain):
    """The receipts below `home`; `append` takes a content-free receipt."""

    def __init__(self, home: Path) -> None:
        super().__init__(home / "state" / "purge", "receipts", broken_chain)


def broken_chain() -> WinnowError:
    return WinnowError(
        "the chain of purge receipts is broken: state/purge was changed by hand or by a fault",
        remedy="restore state/purge from where you keep copies; if there is none, move the folder "
        "away, keep it as evidence, and purge: a new chain begins",
    )
