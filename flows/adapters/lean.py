"""What a process that writes landing and nothing else goes without."""

import gc
import os
import sys
from importlib.abc import MetaPathFinder


class _NoPandas(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out of this process", name=name)


def be_lean() -> None:
    """Call it before pyarrow is imported; worker processes inherit a part, and call it as well.

    Pandas: pyarrow looks whether a list that it is given is a pandas object, and imports pandas
    (0.4 CPU-s, 45 MiB) to find out. The search for cycles: rows are tuples and have none (6 % of
    the time). Arrow's usual allocator: jemalloc gives back what is free (40 to 60 MiB less); Arrow
    is built with it on Linux.
    """
    sys.meta_path.insert(0, _NoPandas())
    gc.disable()
    if sys.platform == "linux":
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")
