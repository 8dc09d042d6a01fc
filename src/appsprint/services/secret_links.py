"""Secrets that are shown once and kept as a hash: of sessions, invitations and tokens."""

from __future__ import annotations

import hashlib
import secrets

MAX_SECRET_LENGTH = 512


def new_secret(prefix: str = "") -> str:
    """256 random bits as text; so long a secret needs no slow hash."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def hash_secret(plain: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
