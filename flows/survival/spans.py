"""Checkpoints: names like 1h, 7d and what they mean."""

import re

from flows.policy.errors import WinnowError
from flows.policy.vocabulary import CHECKPOINTS

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hd])")
_SECONDS = {"h": 3_600, "d": 86_400}


def parse_checkpoints(text: str | None) -> dict[str, int]:
    """Name → seconds, in order of time; the pipeline's five by default.

    Raises WinnowError (exit code 2) for a name that is not a number of hours or days.
    """
    names = CHECKPOINTS if text is None else [name.strip() for name in text.split(",")]
    spans = {}
    for name in names:
        match = _SPAN.fullmatch(name)
        if match is None:
            raise WinnowError(
                "a checkpoint is not a number of hours or days",
                remedy="write them like --checkpoints 1h,1d,7d",
                exit_code=2,
            )
        spans[name] = int(match[1]) * _SECONDS[match[2]]
    return dict(sorted(spans.items(), key=lambda each: each[1]))
