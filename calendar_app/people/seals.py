"""Small facts signed with this installation's key, so that nobody else can have made them.

And secrets of others, locked with it: what has to be read again cannot be kept as a hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeSerializer

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


def seal(key: str, purpose: str, fact: str) -> str:
    """`fact`, signed for `purpose`; safe in addresses and cookies."""
    return str(URLSafeSerializer(key, salt=f"kapstok.{purpose}").dumps(fact))


def unsealed(key: str, purpose: str, sealed: str) -> str | None:
    """The fact that was sealed for `purpose`, or None when it was not sealed by us."""
    try:
        return str(URLSafeSerializer(key, salt=f"kapstok.{purpose}").loads(sealed))
    except BadSignature:
        return None


def lock(key: str, purpose: str, secret: str) -> str:
    """`secret`, encrypted for `purpose` with a key that is made of `key`."""
    return _fernet(key, purpose).encrypt(secret.encode()).decode("ascii")


def unlocked(key: str, purpose: str, locked: str) -> str | None:
    """The secret that was locked for `purpose`; None when the key has changed since."""
    # Imported here: a process without such secrets does without the library.
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return _fernet(key, purpose).decrypt(locked.encode()).decode()
    except InvalidToken:
        return None


def _fernet(key: str, purpose: str) -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    # The installation's key is long and random, so that one step of HMAC derives from it.
    derived = hmac.digest(key.encode(), f"kapstok.lock.{purpose}".encode(), hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(derived))
