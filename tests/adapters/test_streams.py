"""Objects that were cut short, at any byte, are told from whole ones."""

import gzip
import io
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from flows.adapters.streams import Lines
from flows.adapters.zstd_frames import is_whole

CHANCE = random.Random(3)
TEXT = b"".join(
    b'{"n": %d, "noise": "%s"}\n' % (n, CHANCE.randbytes(40).hex().encode()) for n in range(40)
)
RUN = b"a" * 300_000
SKIPPABLE = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"notes"


def unsized_zstd(data: bytes) -> bytes:
    """As a stream writes it: no size in the frame's header, no checksum."""
    packer = zstandard.ZstdCompressor(write_checksum=False, write_content_size=False)
    stream = packer.compressobj()
    return stream.compress(data) + stream.flush()


def checked_zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True, level=19).compress(data)


PACKS = {"gz": gzip.compress, "zst": zstandard.compress}
FORMS = {
    "gz": ("gz", gzip.compress(TEXT)),
    "zst": ("zst", zstandard.compress(TEXT)),
    "zst without sizes": ("zst", unsized_zstd(TEXT)),
    "zst with a checksum": ("zst", checked_zstd(TEXT)),
    "zst of one run": ("zst", checked_zstd(RUN)),
}


def read(kind: str, stored: bytes) -> tuple[bytes, bool]:
    lines = Lines(f"s1.jsonl.{kind}", io.BytesIO(stored))
    return b"".join(lines), lines.is_broken


@pytest.mark.parametrize("kind,packed", FORMS.values(), ids=FORMS)
def test_a_stream_cut_at_any_byte_is_broken_and_a_whole_one_is_not(kind, packed):
    whole, is_broken = read(kind, packed)
    assert not is_broken and whole in (TEXT, RUN)
    for cut in range(len(packed)):
        found, is_broken = read(kind, packed[:cut])
        assert is_broken, cut
        assert whole.startswith(found)


@pytest.mark.parametrize("kind,pack", PACKS.items(), ids=PACKS)
def test_appended_streams_are_one_and_a_cut_in_the_last_is_seen(kind, pack):
    packed = pack(TEXT) + pack(b"") + pack(RUN)
    assert read(kind, packed) == (TEXT + RUN, False)
    assert read(kind, packed[:-1])[1]


@pytest.mark.parametrize("kind,pack", PACKS.items(), ids=PACKS)
def test_what_is_no_stream_is_broken(kind, pack):
    assert read(kind, b"") == (b"", True)
    assert read(kind, TEXT) == (b"", True)
    assert read(kind, pack(TEXT) + b"plain words behind it")[1]


def test_a_plain_object_without_bytes_is_whole():
    lines = Lines("s1.jsonl", io.BytesIO(b""))
    assert list(lines) == [] and not lines.is_broken


def test_skippable_frames_are_part_of_a_zstd_file():
    packed = SKIPPABLE + zstandard.compress(TEXT) + SKIPPABLE
    assert read("zst", packed) == (TEXT, False)
    assert read("zst", packed[:-1])[1]


@given(st.binary(max_size=3000), st.integers(1, 19), st.booleans(), st.data())
def test_any_content_at_any_level_is_whole_and_any_part_of_it_is_not(data, level, checksum, draw):
    packer = zstandard.ZstdCompressor(level=level, write_checksum=checksum)
    packed = packer.compress(data)
    cut = draw.draw(st.integers(0, len(packed) - 1))
    assert is_whole(io.BytesIO(packed))
    assert not is_whole(io.BytesIO(packed[:cut]))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_judged_without_an_error(data):
    assert is_whole(io.BytesIO(data)) in (True, False)
