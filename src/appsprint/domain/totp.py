"""Time-based one-time passwords, the second factor of a member (RFC 6238, RFC 4226)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # as long as SHA-1's output (RFC 4226, section 4)
# A phone's clock may be one step early or late (RFC 6238, section 5.2).
_DRIFT_STEPS = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def step_at(now: datetime) -> int:
    """The number of the step of time that ``now`` is in."""
    return int((now - _EPOCH).total_seconds()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of one step."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def accepted_step(secret: bytes, typed: str, now: datetime, *, after: int) -> int | None:
    """The step whose code was typed; None when it is wrong, too old, or not later than ``after``.

    Args:
        typed: As a person types it; spaces between the digits do not matter.
        after: The last step that was used: a code that somebody overheard is of no use.
    """
    code = "".join(typed.split()).encode("utf-8", "replace")
    present = step_at(now)
    for step in range(present - _DRIFT_STEPS, present + _DRIFT_STEPS + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), code):
            return step
    return None


def secret_text(secret: bytes) -> str:
    """The secret as a person types it into an authenticator app."""
    return base64.b32encode(secret).decode().rstrip("=")


def provisioning_uri(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code of an authenticator app holds (the ``otpauth`` key URI format)."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    query = urlencode({"secret": secret_text(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"
