"""Which files are opened below a folder, by any process and in any language: Linux's inotify."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ACCESS, _OPEN = 0x1, 0x20
_EVENT = struct.Struct("iIII")


@contextmanager
def opened_files(*roots: Path) -> Iterator[set[str]]:
    """Fills the set, at the end, with what was opened or read below `roots`; listing a folder
    counts as opening it."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    folders = {
        libc.inotify_add_watch(descriptor, os.fsencode(folder), _ACCESS | _OPEN): folder
        for root in roots
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir()))
    }
    _events(descriptor, folders)  # our own walk
    found: set[str] = set()
    try:
        yield found
        found.update(_events(descriptor, folders))
    finally:
        os.close(descriptor)


def _events(descriptor: int, folders: dict[int, Path]) -> set[str]:
    names = set()
    while True:
        try:
            data = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return names
        while data:
            watch, _, _, length = _EVENT.unpack_from(data)
            name = data[_EVENT.size : _EVENT.size + length].rstrip(b"\0").decode()
            names.add(str(folders.get(watch, Path()) / name))
            data = data[_EVENT.size + length :]
