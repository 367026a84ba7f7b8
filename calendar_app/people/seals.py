"""Small facts signed with this installation's key, so that nobody else can have made them."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer


def seal(key: str, purpose: str, fact: str) -> str:
    """`fact`, signed for `purpose`; safe in addresses and cookies."""
    return str(URLSafeSerializer(key, salt=f"kapstok.{purpose}").dumps(fact))


def unsealed(key: str, purpose: str, sealed: str) -> str | None:
    """The fact that was sealed for `purpose`, or None when it was not sealed by us."""
    try:
        return str(URLSafeSerializer(key, salt=f"kapstok.{purpose}").loads(sealed))
    except BadSignature:
        return None
