"""QR symbols (ISO/IEC 18004, byte mode, error correction M) as module matrices.

Encoding is table-driven, because a general encoder takes as long as drawing a page; ``tests/letters`` hold every symbol
equal to segno's. Tables and the ready-made frame of each version are segno's own.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import chain, zip_longest
from operator import itemgetter

import segno
from segno import consts

from fairdue.letters.facts import LettersError

MASK = 3
"""Mask pattern of every symbol: ``(row + column) % 3``. Any of the eight is readable, because the symbol states its own;
choosing the best of eight costs five times the encoding (docs/decisions/0003-letters-and-fonts.md)."""
VERSION_MAX = 25
"""Largest symbol of the Swiss QR-bill; the EPC code stops at 13."""
QUIET_MODULES = 4
BITS = bytes.maketrans(b"01", b"\x00\x01")
RUN = re.compile(b"\x01+|\x00+|\x02")
"""Dark modules, light modules, or the end of a row."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A square of modules, row by row, one byte each: 1 is dark."""

    side: int
    modules: bytes

    def svg(self) -> str:
        """Give the dark modules as one stroked SVG path, a unit a module, without quiet zone.

        A run of dark modules is a line as thick as a module: a third of the drawing commands of outlined rectangles. Light
        runs and the ends of rows move the pen, always relative to where it is.
        """
        side = self.side
        rows = b"\x02".join(self.modules[start : start + side] for start in range(0, side * side, side))
        path = "".join(map(_pen(side).__getitem__, RUN.findall(rows)))
        view = f"0 0 {side} {side}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path stroke="#000" d="M0 .5{path}"/></svg>'

    def png(self, scale: int = 4) -> bytes:
        """Give a black-and-white PNG with its quiet zone, ``scale`` pixels a module."""
        side = (self.side + 2 * QUIET_MODULES) * scale
        quiet = b"\x01" * (QUIET_MODULES * scale)
        light = self.modules.translate(bytes([1, 0]) + bytes(254))
        empty = _packed(b"\x01" * side) * (QUIET_MODULES * scale)
        lines = [empty]
        for start in range(0, len(light), self.side):
            row = b"".join(bytes([module]) * scale for module in light[start : start + self.side])
            lines.append(_packed(quiet + row + quiet) * scale)
        data = zlib.compress(b"".join([*lines, empty]), 9)
        head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


@cache
def _pen(side: int) -> dict[bytes, str]:
    """Give what the pen does for each run of a symbol's rows."""
    moves = {b"\x02": f"m-{side} 1"}
    for length in range(1, side + 1):
        moves[b"\x01" * length] = f"h{length}"
        moves[b"\x00" * length] = f"m{length} 0"
    return moves


def _packed(row: bytes) -> bytes:
    """Pack one pixel row (a byte a pixel) to one bit a pixel, behind PNG's filter byte."""
    padded = row + b"\x01" * (-len(row) % 8)
    bits = padded.translate(b"01" + bytes(254))
    return b"\x00" + int(bits, 2).to_bytes(len(padded) // 8, "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def symbol(payload: str) -> Symbol:
    """Encode ``payload`` as UTF-8. Raises LettersError when it does not fit in version 25.

    1. The smallest version that holds mode, count and bytes is taken.
    2. Data codewords are padded, split into blocks, and each block gets its Reed-Solomon codewords.
    3. The interleaved bits, already masked, go to the frame's free modules in zigzag order.
    """
    data = payload.encode()
    version = next((v for v in range(1, VERSION_MAX + 1) if len(data) <= _room(v)), None)
    if version is None:
        raise LettersError(f"{len(data)} bytes do not fit in a payment code")
    side, fixed, pick, free, mask = _frame(version)
    message = _interleaved(_codewords(data, version), version)
    bits = format(int.from_bytes(message, "big") << (free - 8 * len(message)) ^ mask, f"0{free}b")
    return Symbol(side, bytes(pick(fixed + bits.encode().translate(BITS))))


@cache
def _blocks(version: int) -> tuple[tuple[int, int], ...]:
    """Give (data, correction) codewords of each block."""
    infos = consts.ECC[version][consts.ERROR_LEVEL_M]
    return tuple((i.num_data, i.num_total - i.num_data) for i in infos for _ in range(i.num_blocks))


def _room(version: int) -> int:
    """Give the bytes a version holds after mode and count."""
    return sum(data for data, _ in _blocks(version)) - (2 if version < 10 else 3)


def _codewords(data: bytes, version: int) -> bytes:
    count_bits = 8 if version < 10 else 16
    size = sum(block for block, _ in _blocks(version))
    head = (0b0100 << count_bits) | len(data)
    value = ((head << 8 * len(data)) | int.from_bytes(data, "big")) << 4
    words = value.to_bytes(len(data) + (count_bits + 8) // 8, "big")
    padding = size - len(words)
    return words + b"\xec\x11" * (padding // 2) + (b"\xec" if padding % 2 else b"")


@cache
def _correction_rows(degree: int) -> tuple[int, ...]:
    """Give, for each leading byte, what dividing by the generator of ``degree`` takes off, as one integer."""
    log, exp = consts.GALIOS_LOG, consts.GALIOS_EXP
    generator = consts.GEN_POLY[degree]
    rows = [0]
    for lead in range(1, 256):
        rows.append(int.from_bytes(bytes(exp[(log[lead] + power) % 255] for power in generator), "big"))
    return tuple(rows)


def _correction(block: bytes, degree: int) -> bytes:
    rows = _correction_rows(degree)
    top, keep = 8 * (degree - 1), (1 << 8 * (degree - 1)) - 1
    rest = 0
    for byte in block:
        rest = ((rest & keep) << 8) ^ rows[(rest >> top) ^ byte]
    return rest.to_bytes(degree, "big")


def _interleaved(words: bytes, version: int) -> bytes:
    blocks, corrections, start = [], [], 0
    for size, degree in _blocks(version):
        block = words[start : start + size]
        start += size
        blocks.append(block)
        corrections.append(_correction(block, degree))
    rows = chain(zip_longest(*blocks), zip_longest(*corrections))
    return bytes(word for row in rows for word in row if word is not None)


@cache
def _frame(version: int) -> tuple[int, bytes, Callable[[bytes], tuple[int, ...]], int, int]:
    """Give side, modules of the fixed patterns, what picks a symbol from these followed by the message bits, the number of
    those bits, and the mask over them.
    """
    ready = segno.make_qr("0", version=version, error="m", mask=MASK, boost_error=False).matrix
    side = len(ready)
    fixed = _fixed(version, side)
    free = [row * side + column for row, column in _zigzag(side) if not fixed[row * side + column]]
    picked = list(range(side * side))
    mask = 0
    for order, position in enumerate(free):
        picked[position] = side * side + order
        mask = mask << 1 | ((position // side + position % side) % 3 == 0)
    return side, b"".join(ready), itemgetter(*picked), len(free), mask


def _zigzag(side: int) -> list[tuple[int, int]]:
    path = []
    columns = [column for column in range(side - 1, 0, -2) if column > 6] + [5, 3, 1]
    for turn, column in enumerate(columns):
        rows = range(side - 1, -1, -1) if turn % 2 == 0 else range(side)
        path += [(row, c) for row in rows for c in (column, column - 1)]
    return path


def _fixed(version: int, side: int) -> bytearray:
    """Mark finder, timing, alignment, format and version modules."""
    marks = bytearray(side * side)

    def fill(top: int, left: int, height: int, width: int) -> None:
        for row in range(top, top + height):
            marks[row * side + left : row * side + left + width] = b"\x01" * width

    fill(0, 0, 9, 9)
    fill(0, side - 8, 9, 8)
    fill(side - 8, 0, 8, 9)
    fill(6, 0, 1, side)
    fill(0, 6, side, 1)
    centres = consts.ALIGNMENT_POS[version - 2] if version > 1 else ()
    last = side - 7
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, last), (last, 6)):
                fill(row - 2, column - 2, 5, 5)
    if version >= 7:
        fill(0, side - 11, 6, 3)
        fill(side - 11, 0, 3, 6)
    return marks
