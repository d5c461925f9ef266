"""Hashing of features: CRC-32 and a fixed mixer, the same on every machine and version."""

import zlib

import numpy as np

_FIRST, _SECOND, _SALT = np.uint32(0x9E3779B1), np.uint32(0x85EBCA77), np.uint32(0xC2B2AE3D)
_FINAL = np.uint32(0x2C1B3C6D)


def stable_hash(text: str) -> int:
    """CRC-32 of the UTF-8 bytes, lone surrogates included."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def mix(first: np.ndarray, second: np.ndarray | int, salt: int) -> np.ndarray:
    """Two hashes and the kind of the feature as one; arrays of uint32, wrapping."""
    with np.errstate(over="ignore"):
        second = np.asarray(second, np.uint32)
        mixed = first.astype(np.uint32) * _FIRST + second * _SECOND + np.uint32(salt) * _SALT
        mixed ^= mixed >> np.uint32(15)
        mixed *= _FINAL
        return mixed ^ (mixed >> np.uint32(13))
