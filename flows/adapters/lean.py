"""What a process that writes landing and nothing else goes without."""

import gc
import os
import sys
from importlib.abc import MetaPathFinder

_LEFT_OUT = ("numpy", "pandas")


class _LeftOut(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in _LEFT_OUT:
            raise ModuleNotFoundError(f"{name} is left out of this process", name=name)


def be_lean() -> None:
    """Call it before pyarrow is imported. Processes that fork from this one inherit it.

    Numpy and pandas: pyarrow imports the one where it is there (0.15 CPU-s, and a thread that waits
    actively), and the other to find out whether a list that it is given is a pandas object
    (0.4 CPU-s, 45 MiB). The search for cycles: rows are tuples and have none (6 % of the time).
    Arrow's usual allocator: jemalloc gives back what is free (40 to 60 MiB less); Arrow is built
    with it on Linux.
    """
    sys.meta_path.insert(0, _LeftOut())
    gc.disable()
    if sys.platform == "linux":
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
