"""The one password of all the sample's people."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from argon2 import PasswordHasher

from calendar_app import private
from calendar_app.config import Config

_FILE = "sample_password"


def password(config: Config) -> str:
    """The password that the operator set, else one made once and kept in the data folder."""
    return config.sample_password or _kept(config.data_dir / _FILE)


def hashed(secret: str) -> str:
    """The argon2 hash of `secret`, as Flask-Security checks it, made without Flask."""
    return PasswordHasher().hash(secret)


def _kept(path: Path) -> str:
    private.make_folder(path.parent)
    try:
        # O_EXCL: what others may read already is not written over.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made := secrets.token_urlsafe(12))
    return made
