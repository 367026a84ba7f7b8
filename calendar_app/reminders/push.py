"""Push to a browser: what it needs to be one of our own, and what only that browser can read.

A browser that wants messages gives an address at its maker's push service and two keys. The service
sees only that something comes from us: each message is encrypted for the browser (RFC 8291) and
carries our signature (VAPID, RFC 8292), whose key is made of this installation's secret key, so
that every machine of it has the same one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from calendar_app.config import Config
from calendar_app.errors import Refused
from calendar_app.language import N_
from calendar_app.outbound import expect_address, may_reach, origin_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

PUSH = "push"
# Of the group of P-256 (FIPS 186-4 §D.1.2.3): a private key is a number below it.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_POINT_BYTES = 65
_AUTH_BYTES = 16
# RFC 8292 §2: a day at most.
_SIGNED_FOR = timedelta(hours=12)
_PROGRAMS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


@dataclass(frozen=True)
class Subscription:
    """One browser: its address at a push service, and the keys (RFC 8291 §3.1) to write to it."""

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)

    def as_text(self) -> str:
        """As it is kept, locked."""
        return json.dumps([self.endpoint, self.p256dh, self.auth])

    @classmethod
    def from_text(cls, text: str) -> Subscription:
        """What `as_text` gave."""
        return cls(*json.loads(text))


def expect_subscription(
    endpoint: str, p256dh: str, auth: str, allowed: Sequence[str] = ()
) -> Subscription:
    """What a browser sent, if it can be one. Raises Refused: it comes from a web request."""
    parts = expect_address(endpoint)
    host = str(parts.hostname)
    is_allowed = not may_reach(host, host, ()) and may_reach(host, host, allowed)
    if parts.scheme != "https" and not is_allowed:
        raise Refused(N_("Give an address that begins with https://."))
    if not _is_point(_decoded(p256dh)) or len(_decoded(auth)) != _AUTH_BYTES:
        raise Refused(N_("Your browser sent something that is no subscription. Try it again."))
    return Subscription(endpoint, p256dh, auth)


def public_key(secret_key: str) -> str:
    """The key by which browsers know this installation, as scripts take it."""
    return _encoded(_point_of(_signing_key(secret_key)))


def sealed(
    config: Config, to: Subscription, told: bytes, useful_until: datetime, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """The body that only that browser can read, and the headers for its push service.

    The service throws it away once it is of no use (TTL, RFC 8030 §5.2).
    """
    # Imported here: a process that pushes nothing does without.
    import http_ece  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    said = json.loads(told)
    body = http_ece.encrypt(
        # Shorter than the ASCII in which it is kept: there is room for 4 kB.
        json.dumps(said, ensure_ascii=False).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_decoded(to.p256dh),
        auth_secret=_decoded(to.auth),
        version="aes128gcm",
    )
    left = max(0, int((useful_until - now).total_seconds()))
    return bytes(body), {
        "Authorization": _authorization(config, to.endpoint, now),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(left),
        "Urgency": "high",
        # What has not come to the browser yet is replaced by its repetition.
        "Topic": str(said["tag"]).replace("-", "")[:32],
    }


def browser_name(user_agent: str) -> str:
    """What a person calls the browser that they use: "Firefox, Windows"."""
    named = (name for sign, name in _PROGRAMS.items() if f"{sign}/" in user_agent)
    program = next(named, "Safari" if "Safari/" in user_agent else "Browser")
    system = next((system for system in _SYSTEMS if system in user_agent), "")
    return f"{program}, {system}" if system else program


def _authorization(config: Config, endpoint: str, now: datetime) -> str:
    from py_vapid import jwt  # noqa: PLC0415

    key = _signing_key(config.secret_key)
    claims = {
        "aud": origin_of(endpoint),
        "exp": int((now + _SIGNED_FOR).timestamp()),
        "sub": f"mailto:{parseaddr(config.mail_from)[1]}",
    }
    return f"vapid t={jwt.sign(claims, key)}, k={_encoded(_point_of(key))}"


def _signing_key(secret_key: str) -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    # 512 bits: what is left after the division favours no number that matters.
    digest = hmac.digest(secret_key.encode(), b"kapstok.vapid", hashlib.sha512)
    number = int.from_bytes(digest, "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _point_of(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _is_point(found: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    if len(found) != _POINT_BYTES:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found)
    except ValueError:
        return False
    return True


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    """The bytes of base64url (RFC 4648 §5), empty for what is none."""
    try:
        bare = text.rstrip("=")
        return base64.b64decode(bare + "=" * (-len(bare) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
