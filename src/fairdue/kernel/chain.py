"""Hash chains and Merkle roots: how an edit, a gap, a change of order and a cut tail are found.

Every hash is SHA-256 over a domain word and length-prefixed parts, so that no two different lists of parts collide by
concatenation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from fairdue.kernel.plain_json import as_json

GENESIS = hashlib.sha256(b"fairdue chain genesis v1").hexdigest()


def canonical(value: object) -> bytes:
    """Give the one JSON writing of ``value``: sorted keys, no spaces, UTF-8. Floats are refused."""
    return as_json(_no_float(value)).encode()


_PLAIN = frozenset({str, int, bool, type(None)})


def _no_float(value: object) -> object:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        raise TypeError("a float has no canonical writing; store integers, ppm or text")
    if isinstance(value, dict):
        return {str(key): _no_float(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [item if type(item) in _PLAIN else _no_float(item) for item in value]
    return value


def digest(domain: str, *parts: bytes) -> str:
    """Give the hex SHA-256 of ``parts`` under ``domain``; each part is prefixed by its length."""
    sha = hashlib.sha256(domain.encode())
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.hexdigest()


def link(previous: str, sequence: int, content_hash: str) -> str:
    """Give the hash of entry number ``sequence`` on top of ``previous``."""
    return digest("fairdue link v1", previous.encode(), str(sequence).encode(), content_hash.encode())


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Give the Merkle root of ``leaves`` in their order (RFC 6962 shape: leaf and node hashes have own domains)."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        level = _fold(level)
    return level[0].hex()


def _fold(level: Sequence[bytes]) -> list[bytes]:
    folded = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        folded.append(level[-1])
    return folded
