"""The matrix of attacks and layers, as Markdown: which layer catches a case with the others off.

python tests/benchmarks/lineage_matrix.py
"""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "tests" / "expectations" / "lineage")]

import lineage_fixture  # noqa: E402
from lineage_layers import LAYERS, caught_by  # noqa: E402


def main() -> int:
    """Print the matrix and its totals; exit code 1 if the static layer misses a case."""
    rows = [(attack.name, caught_by(attack)) for attack in lineage_fixture.attacks()]
    print("| case | " + " | ".join(LAYERS) + " |")
    print("|---|" + "---|" * len(LAYERS))
    for name, caught in rows:
        cells = ("yes" if caught[layer] else "–" for layer in LAYERS)
        print(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    totals = [sum(caught[layer] for _, caught in rows) for layer in LAYERS]
    print(f"| **of {len(rows)}** | " + " | ".join(map(str, totals)) + " |")
    return 0 if totals[0] == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
