"""The partition of a key: Bob Jenkins' lookup3 folded to 16 bits, as the SDK's buffered producer works it out by itself.

A hash of our own would part the events of one key between producers that are buffered and those that are not.
"""

import struct
from functools import lru_cache

_WHOLE = 0xFFFFFFFF
_SEED = 0xDEADBEEF
_BLOCK = struct.Struct("<III")
_MIX_TURNS = (4, 6, 8, 16, 19, 4)
_FINAL_TURNS = (14, 11, 25, 16, 4, 14, 24)
_FOLD = struct.Struct(">h")


@lru_cache(maxsize=4096)
def partition_index(key: str, partitions: int) -> int:
    """The partition that the key belongs to, as long as their number stays."""
    hashed = _lookup3(key.encode()) if key else 0
    folded: int = _FOLD.unpack((hashed & 0xFFFF).to_bytes(2, "big"))[0]
    return folded % partitions


def _lookup3(key: bytes) -> int:
    """Both halves of the hash, one folded onto the other."""
    padded = key.ljust(-(-len(key) // _BLOCK.size) * _BLOCK.size, b"\0")
    a = b = c = (_SEED + len(key)) & _WHOLE
    *blocks, last = _BLOCK.iter_unpack(padded)
    for x, y, z in blocks:
        a, b, c = _mix(a + x, b + y, c + z)
    return _final(a + last[0], b + last[1], c + last[2])


def _turned(word: int, bits: int) -> int:
    return word << bits | word >> (32 - bits)


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    a, b, c = a & _WHOLE, b & _WHOLE, c & _WHOLE
    for bits in _MIX_TURNS:
        # Each turn does to (a, b, c) what the one before did to (c, a, b).
        a, b, c = b, (c + b) & _WHOLE, ((a - c) ^ _turned(c, bits)) & _WHOLE
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    a, b, c = a & _WHOLE, b & _WHOLE, c & _WHOLE
    for bits in _FINAL_TURNS:
        a, b, c = b, ((c ^ b) - _turned(b, bits)) & _WHOLE, a
    return a ^ b  # after seven turns: the words that began as b and c
