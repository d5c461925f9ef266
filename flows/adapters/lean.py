"""What a process leaves unloaded."""

import sys
from importlib.abc import MetaPathFinder


class _NoPandas(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out of this process", name=name)


def without_pandas() -> None:
    """For a process that writes landing and nothing else: pyarrow looks whether every list that it
    is given is a pandas object, and imports pandas (0.4 CPU-s, 45 MiB) to find out."""
    sys.meta_path.insert(0, _NoPandas())
