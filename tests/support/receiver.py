"""A browser that was subscribed to push: its keys, and how it reads what is pushed (RFC 8291).

Written apart from the product's code and its library, from the RFCs.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Receiver:
    """One browser."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"0123456789abcdef"

    @property
    def p256dh(self) -> str:
        """Its public key, as its script gives it."""
        return encoded(_point(self.private.public_key()))

    @property
    def auth(self) -> str:
        """Its shared secret, as its script gives it."""
        return encoded(self.secret)

    def reads(self, body: bytes) -> dict[str, Any]:
        """What was pushed, decrypted (RFC 8188 §2, RFC 8291 §3.4)."""
        salt, length = body[:16], body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        info = b"WebPush: info\0" + _point(self.private.public_key()) + sender
        key = _derived(self.secret, shared, info, 32)
        cipher = AESGCM(_derived(salt, key, b"Content-Encoding: aes128gcm\0", 16))
        padded = cipher.decrypt(_derived(salt, key, b"Content-Encoding: nonce\0", 12), record, None)
        text, delimiter = padded.rstrip(b"\0")[:-1], padded.rstrip(b"\0")[-1:]
        assert delimiter == b"\x02"
        told: dict[str, Any] = json.loads(text)
        return told


def claims_of(authorization: str) -> dict[str, Any]:
    """What a VAPID header claims (RFC 8292 §3), once its signature is found to be right."""
    scheme, _blank, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _dot, signature = parts["t"].rpartition(".")
    raw = decoded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    key.verify(encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256()))
    claims: dict[str, Any] = json.loads(decoded(signed.split(".")[1]))
    return {**claims, "scheme": scheme, "key": parts["k"]}


def _derived(salt: bytes, key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
