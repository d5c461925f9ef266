"""YAML of policies: a key that is repeated is an error."""

import yaml

from expectations.documents import LOADER


class RepeatedKeyError(Exception):
    """A mapping has a key twice; names the key and the line."""


def load_strict(text: str) -> object:
    """The one document of a text. Raises RepeatedKeyError, or yaml.YAMLError for broken YAML."""
    return yaml.load(text, Loader=_UniqueKeys)


class _UniqueKeys(LOADER):
    """YAML lets a later key overwrite an earlier one in silence; a policy must not."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise RepeatedKeyError(f"repeats the key {key} (line {node.start_mark.line + 1})")
        return super().construct_mapping(node, deep)
