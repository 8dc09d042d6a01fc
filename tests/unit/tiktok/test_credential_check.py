"""What TikTok's answers to a call without events say of pixel and token."""

from __future__ import annotations

import pytest

from appsprint.adapters.networks.tiktok.credential_check import judged
from appsprint.domain.connection import CredentialCheck
from appsprint.testing.builders import make_answer

VALID, WRONG_PIXEL, REJECTED, UNKNOWN = CredentialCheck


@pytest.mark.parametrize(
    ("code", "check"),
    [
        (0, VALID),
        (20001, VALID),
        (40000, VALID),
        (40002, VALID),
        (40061, VALID),
        (40001, WRONG_PIXEL),
        (40102, REJECTED),
        (40104, REJECTED),
        (40105, REJECTED),
        (40106, REJECTED),
        (40130, REJECTED),
        (40131, REJECTED),
        (40100, UNKNOWN),
        (40132, UNKNOWN),
        (40113, UNKNOWN),
        (50000, UNKNOWN),
        (60001, UNKNOWN),
        (12345, UNKNOWN),
    ],
)
def test_each_code_has_its_meaning(code: int, check: CredentialCheck) -> None:
    """TikTok looks at token, pixel and events in this order; its words are passed on."""
    found = judged(make_answer(http_status=200, code=code, message="TikTok's words"))

    assert found.check is check
    assert ("TikTok's words" in found.message) is (check is not VALID)


@pytest.mark.parametrize(("status", "code"), [(None, None), (200, None), (502, None), (503, 40105)])
def test_no_answer_says_nothing_of_the_credential(status: int | None, code: int | None) -> None:
    """Neither does a gateway's, whatever it pretends."""
    found = judged(make_answer(http_status=status, code=code, message="no answer in time"))

    assert found.check is UNKNOWN
    assert "no answer in time" in found.message
