"""Samples of a trace as the few bytes that one row holds.

A first byte tells how the rest is written: how wide a sample is, whether the highest code of that
width stands for a missing sample, and whether the rest is differences under Zstandard (RFC 8878);
whichever way is shorter is taken. Nothing outside this file sees those codes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

import zstandard

_WIDTHS = {0: "B", 1: "H", 2: "I"}
_HAS_MISSING = 0x04
_IS_COMPRESSED = 0x08
_LONGEST_BYTES = 1 << 20
_packer = zstandard.ZstdCompressor(level=3, write_content_size=False)
_unpacker = zstandard.ZstdDecompressor()


def pack(samples: Sequence[int | None]) -> bytes:
    """Return the bytes of the samples (0 to 4294967294 each, None: missing); 1 MB at most.

    Raises ValueError for a sample outside that range, or for more than 1 MB.
    """
    code = _width_of(samples)
    typecode = _WIDTHS[code]
    missing = _highest(typecode)
    if None in samples:
        code |= _HAS_MISSING
    numbers = array(typecode, [missing if sample is None else sample for sample in samples])
    if len(numbers) * numbers.itemsize > _LONGEST_BYTES:
        raise ValueError(
            f"a chunk holds at most {_LONGEST_BYTES} bytes, not {len(numbers)} samples"
        )
    plain = _as_little_endian(numbers).tobytes()
    packed = _packer.compress(_as_little_endian(_differences(numbers, missing)).tobytes())
    if len(packed) < len(plain):
        return bytes([code | _IS_COMPRESSED]) + packed
    return bytes([code]) + plain


def unpack(packed: bytes) -> tuple[int | None, ...]:
    """Return the samples that :func:`pack` wrote; raises ValueError for anything else."""
    if not packed or packed[0] & 0x03 not in _WIDTHS:
        raise ValueError("these bytes are not samples of a trace")
    code, rest = packed[0], packed[1:]
    numbers = array(_WIDTHS[code & 0x03])
    missing = _highest(numbers.typecode)
    if code & _IS_COMPRESSED:
        numbers.frombytes(_decompressed(rest))
        numbers = _sums(_as_little_endian(numbers), missing)
    else:
        numbers.frombytes(rest)
        numbers = _as_little_endian(numbers)
    if not code & _HAS_MISSING:
        return tuple(numbers)
    return tuple(None if number == missing else number for number in numbers)


def _width_of(samples: Sequence[int | None]) -> int:
    """Return the code of the narrowest width whose highest number is not a sample's."""
    known = [sample for sample in samples if sample is not None]
    highest = max(known, default=0) + (1 if len(known) < len(samples) else 0)
    if min(known, default=0) < 0:
        raise ValueError(f"a sample is 0 or more, not {min(known)}")
    for code, typecode in _WIDTHS.items():
        if highest <= _highest(typecode):
            return code
    raise ValueError(f"a sample is at most {_highest('I') - 1}, not {highest}")


def _highest(typecode: str) -> int:
    return int((1 << (8 * array(typecode).itemsize)) - 1)


def _differences(numbers: array[int], mask: int) -> array[int]:
    before = [0, *numbers[:-1]]
    return array(numbers.typecode, [(b - a) & mask for a, b in zip(before, numbers, strict=False)])


def _sums(differences: array[int], mask: int) -> array[int]:
    total, sums = 0, array(differences.typecode)
    for difference in differences:
        total = (total + difference) & mask
        sums.append(total)
    return sums


def _as_little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "little":
        return numbers
    swapped = array(numbers.typecode, numbers)
    swapped.byteswap()
    return swapped


def _decompressed(packed: bytes) -> bytes:
    try:
        return _unpacker.decompress(packed, max_output_size=_LONGEST_BYTES)
    except zstandard.ZstdError as error:
        raise ValueError(f"these bytes are not samples of a trace: {error}") from error
