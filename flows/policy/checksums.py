"""One checksum over the plans of several scopes, each of which has its own."""

import hashlib
from collections.abc import Mapping


def overall_checksum(checksums: Mapping[str, str]) -> str:
    """Scope → its plan's checksum: that of the only one, or SHA-256 over all in their order."""
    if len(checksums) == 1:
        return next(iter(checksums.values()))
    text = "\n".join(f"{scope}:{checksum}" for scope, checksum in checksums.items())
    return hashlib.sha256(text.encode()).hexdigest()
