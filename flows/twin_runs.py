"""Twin runs: what is typed stays, the text is another, and a build must come out the same.

A build cannot open raw/; twins hold what that does not cover: compile time, macros, the
environment. Bits and declassified values stay as they are, doors being proven by other means.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from flows.adapters.locks import tier_lock
from flows.adapters.twin_landing import twin_landing
from flows.adapters.twin_outputs import Difference, Outputs, differences, keep_outputs
from flows.adapters.twin_texts import TWINS
from flows.adapters.warehouse import Warehouse
from flows.policy.errors import WinnowError
from flows.policy.tiers import Tier
from flows.settings import Settings


def check_twins(settings: Settings, tier: Tier, twins: Sequence[str] = TWINS) -> dict:
    """One tier's report: `tier`, `rows` of text that were replaced in each twin, `twins`,
    `candidates` (files compared), `refused` (place, rule, message, remedy) and `seconds`.

    Waits for the tier's lock. Raises WinnowError where the build fails on the original itself.
    """
    started = time.monotonic()
    with (
        tier_lock(settings.home, tier, settings.lock_seconds),
        twin_landing(settings.home, tier) as landing,
    ):
        builds = _Builds(settings, tier, landing.home)
        landing.put_original_text()
        original = builds.build("original")
        found, rows = [], 0
        for twin in twins:
            rows = landing.put_text(twin)
            found += builds.compared(original, twin)
    return {
        "tier": str(tier),
        "rows": rows,
        "twins": list(twins),
        "candidates": len(original.candidates),
        "refused": found,
        "seconds": round(time.monotonic() - started, 1),
    }


class _Builds:
    """Builds in the twin's home, one after another in the same place."""

    def __init__(self, settings: Settings, tier: Tier, home: Path) -> None:
        self.home, self.tier = home, tier
        self.warehouse = Warehouse(home, settings.project_dir / "dbt", tier, settings.today)

    def build(self, name: str) -> Outputs:
        """dbt compiles anew each time: what a macro would read, it reads again."""
        self.warehouse.build()
        self.warehouse.write_candidates()
        kept = self.home / "kept" / f"{name}.duckdb"
        return keep_outputs(self.warehouse.file, self.warehouse.candidates, kept)

    def compared(self, original: Outputs, twin: str) -> list[dict]:
        try:
            outputs = self.build(twin)
        except WinnowError as failure:
            message = f"the build fails on the twin {twin} alone: {failure.message}"
            return [_refusal(f"{self.tier}/build", message)]
        found = differences(original, outputs, self.home / "kept" / ".spill")
        outputs.warehouse.unlink()
        return [self._refused(each, twin) for each in found]

    def _refused(self, found: Difference, twin: str) -> dict:
        what = f"columns {', '.join(found.columns)}" if found.columns else "rows"
        message = f"other text, same typed data (twin {twin}): {what} came out different"
        return _refusal(f"{self.tier}/{found.place}", message)


def _refusal(place: str, message: str) -> dict:
    remedy = (
        "what it reads beside typed landing carries text: look at its macros, and at what "
        "`winnow check` says of it; publish nothing of the tier until the twins agree"
    )
    return {"place": place, "rule": "twin", "message": message, "remedy": remedy}
