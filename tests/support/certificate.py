"""A self-signed TLS certificate for 127.0.0.1, made afresh: no key is kept in the repository.

An ECDSA key on P-256 (FIPS 186-5) and an X.509 v3 certificate (RFC 5280) in DER, written out here
because the standard library can use certificates but not make them. Good for tests only: nothing
is constant-time.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FIELD = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
EC_PUBLIC_KEY = "2a8648ce3d0201"
PRIME256V1 = "2a8648ce3d030107"
ECDSA_WITH_SHA256 = "2a8648ce3d040302"
COMMON_NAME = "550403"
SUBJECT_KEY_IDENTIFIER = "551d0e"
KEY_USAGE = "551d0f"
SUBJECT_ALTERNATIVE_NAME = "551d11"
BASIC_CONSTRAINTS = "551d13"

Point = tuple[int, int] | None


def self_signed(path: Path, name: str = "localhost") -> Path:
    """Write a fresh certificate for 127.0.0.1 and `name`, with its key, to `path` as PEM.

    Returns `path`. The certificate may serve as its own authority, for `load_verify_locations`.
    """
    secret = secrets.randbelow(ORDER - 1) + 1
    public = _encoded(_times(secret, BASE))
    path.write_text(
        _pem("CERTIFICATE", _certificate(secret, public, name))
        + _pem("EC PRIVATE KEY", _private_key(secret, public)),
        encoding="ascii",
    )
    return path


def _certificate(secret: int, public: bytes, name: str) -> bytes:
    algorithm = _sequence(_oid(ECDSA_WITH_SHA256))
    subject = _sequence(_tlv(0x31, _sequence(_oid(COMMON_NAME), _tlv(0x0C, name.encode()))))
    content = _sequence(
        _tlv(0xA0, _integer(2)),
        _integer(secrets.randbits(120)),
        algorithm,
        subject,
        _sequence(_tlv(0x17, b"200101000000Z"), _tlv(0x17, b"491231235959Z")),
        subject,
        _sequence(_sequence(_oid(EC_PUBLIC_KEY), _oid(PRIME256V1)), _bits(public)),
        _tlv(0xA3, _sequence(*_extensions(public, name))),
    )
    return _sequence(content, algorithm, _bits(_signature(secret, content)))


def _extensions(public: bytes, name: str) -> list[bytes]:
    identifier = hashlib.sha1(public, usedforsecurity=False).digest()
    names = _sequence(_tlv(0x82, name.encode()), _tlv(0x87, bytes([127, 0, 0, 1])))
    return [
        _extension(BASIC_CONSTRAINTS, _sequence(_tlv(0x01, b"\xff")), critical=True),
        # digitalSignature and keyCertSign
        _extension(KEY_USAGE, _tlv(0x03, b"\x02\x84"), critical=True),
        _extension(SUBJECT_KEY_IDENTIFIER, _tlv(0x04, identifier)),
        _extension(SUBJECT_ALTERNATIVE_NAME, names),
    ]


def _extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return _sequence(_oid(oid), _tlv(0x01, b"\xff") if critical else b"", _tlv(0x04, value))


def _private_key(secret: int, public: bytes) -> bytes:
    return _sequence(
        _integer(1),
        _tlv(0x04, secret.to_bytes(32, "big")),
        _tlv(0xA0, _oid(PRIME256V1)),
        _tlv(0xA1, _bits(public)),
    )


def _signature(secret: int, content: bytes) -> bytes:
    digest = int.from_bytes(hashlib.sha256(content).digest(), "big")
    nonce = secrets.randbelow(ORDER - 1) + 1
    point = _times(nonce, BASE)
    assert point is not None
    first = point[0] % ORDER
    second = pow(nonce, -1, ORDER) * (digest + first * secret) % ORDER
    return _sequence(_integer(first), _integer(second))


def _times(factor: int, point: Point) -> Point:
    total: Point = None
    while factor:
        if factor & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        factor >>= 1
    return total


def _sum(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and one[1] != other[1]:
        return None
    slope = _slope(one, other)
    across = (slope * slope - one[0] - other[0]) % FIELD
    return across, (slope * (one[0] - across) - one[1]) % FIELD


def _slope(one: tuple[int, int], other: tuple[int, int]) -> int:
    if one == other:
        return 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, FIELD) % FIELD
    return (other[1] - one[1]) * pow(other[0] - one[0], -1, FIELD) % FIELD


def _encoded(point: Point) -> bytes:
    assert point is not None
    return b"\x04" + b"".join(coordinate.to_bytes(32, "big") for coordinate in point)


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tlv(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _bits(content: bytes) -> bytes:
    return _tlv(0x03, b"\x00" + content)


def _oid(encoded: str) -> bytes:
    return _tlv(0x06, bytes.fromhex(encoded))


def _pem(label: str, content: bytes) -> str:
    lines = textwrap.fill(base64.b64encode(content).decode("ascii"), 64)
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"
