"""Asks TikTok whether a token may send to a pixel, with a call that holds no event.

``POST /event/track/`` looks at the token first, at the pixel next and at the events last, and
refuses a call without any (spec, A.10): the refusal tells that token and pixel were in order, and
nothing can be counted, not even as a test. TikTok has no call that is meant for this.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appsprint.adapters.networks.tiktok.transport import TikTokTransport
from appsprint.domain.connection import CredentialCheck
from appsprint.domain.connection_states import CheckedCredential
from appsprint.domain.delivery import NetworkAnswer
from appsprint.ports.ad_network import EventsCredential

# Everything else tells nothing about the credential: rate limits, outages, gateways, no answer.
_CHECKS: Mapping[int, CredentialCheck] = {
    0: CredentialCheck.VALID,
    20001: CredentialCheck.VALID,
    40000: CredentialCheck.VALID,
    40002: CredentialCheck.VALID,
    40061: CredentialCheck.VALID,
    40001: CredentialCheck.WRONG_PIXEL,
    40102: CredentialCheck.TOKEN_REJECTED,
    40104: CredentialCheck.TOKEN_REJECTED,
    40105: CredentialCheck.TOKEN_REJECTED,
    40106: CredentialCheck.TOKEN_REJECTED,
    # The token does not have the permission "Report Conversion Event".
    40130: CredentialCheck.TOKEN_REJECTED,
    40131: CredentialCheck.TOKEN_REJECTED,
}
_WORDS: Mapping[CredentialCheck, str] = {
    CredentialCheck.VALID: "TikTok knows the token and takes events for this pixel with it",
    CredentialCheck.WRONG_PIXEL: (
        "TikTok knows the token, and does not let it send to this pixel: copy the Pixel ID and "
        "generate the token on the page of one and the same pixel"
    ),
    CredentialCheck.TOKEN_REJECTED: (
        "TikTok does not accept the token: generate a new one for this pixel in TikTok Events "
        "Manager, under Settings → Events API"
    ),
    CredentialCheck.NOT_CHECKABLE: (
        "TikTok gave no answer that tells whether pixel and token are right; the first event will"
    ),
}


def check_credential(transport: TikTokTransport, credential: EventsCredential) -> CheckedCredential:
    """One call; never raises, as no answer is an answer too."""
    body = {"event_source": "web", "event_source_id": credential.pixel_id, "data": []}
    response = transport.post(
        "event/track/", msgspec.json.encode(body), access_token=credential.access_token
    )
    return judged(response.answer)


def judged(answer: NetworkAnswer) -> CheckedCredential:
    """What the answer to such a call says of the credential."""
    check = _check_of(answer)
    if check is CredentialCheck.VALID:
        return CheckedCredential(check, _WORDS[check])
    reason = answer.message if answer.code is None else f"{answer.code} {answer.message}"
    return CheckedCredential(check, f"{_WORDS[check]}. TikTok's answer: {reason}", reason)


def _check_of(answer: NetworkAnswer) -> CredentialCheck:
    is_gateway = answer.http_status is None or answer.http_status >= 500
    if is_gateway or answer.code is None:
        return CredentialCheck.NOT_CHECKABLE
    return _CHECKS.get(answer.code, CredentialCheck.NOT_CHECKABLE)
