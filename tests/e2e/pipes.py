"""A named pipe in the place of a source object holds its reader where a test wants it."""

import errno
import os
import time
from pathlib import Path
from typing import TextIO

_SECONDS = 60


def write_end(pipe: Path) -> TextIO:
    """Opens the pipe once a process reads it. Raises TimeoutError after a minute, where a plain
    open would wait for ever."""
    limit = time.monotonic() + _SECONDS
    while time.monotonic() < limit:
        try:
            descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(0.05)
            continue
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "w")
    raise TimeoutError(f"nobody read {pipe.name}")
