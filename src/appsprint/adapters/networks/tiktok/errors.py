"""The table of TikTok's answers: what each one means for sending, and for every other call.

Codes and meanings: SDK constants and the portal's list of return codes (page 1737172488964097).
A row says three things: what becomes of the events of the call, which error the other calls
raise, and what the account's owner can do about it. Everything that can come back has a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, assert_never

from appsprint.adapters.networks.tiktok.transport import Response, TransportFailure
from appsprint.domain.delivery import (
    AwaitReconnect,
    DeadReason,
    Delivered,
    GiveUp,
    NetworkAnswer,
    TryAgain,
    Verdict,
)
from appsprint.errors import (
    AdNetworkBusy,
    AdNetworkRefused,
    AdNetworkUnavailable,
    ConnectionRevoked,
)

# Recovery by quota: a second's with the next second, a minute's after five minutes, a day's at
# 00:00 UTC (portal, "Rate limits"); the last is asked for once an hour.
MINUTE_QUOTA_PAUSE_SECONDS = 300
DAY_QUOTA_PAUSE_SECONDS = 3600
_BLOCK_LIST = 61000
# Recorded forms: "Batch.0.properties.contents.0.content_id: …", "Invalid value for data.3.…".
_PLACE = re.compile(r"\b(?:batch|data)(?:\.|\[)(\d{1,4})\b", re.IGNORECASE)


class Fate(StrEnum):
    """What becomes of the events of a call.

    ``RETRY``: TikTok did not take them. ``SLOW_DOWN``: the same, and it wants fewer calls for this
    pixel. ``RETRY_UNSURE``: it may have taken them. ``REJECT_SOME``: one bad event can have
    failed the others.
    """

    DELIVERED = "delivered"
    RETRY = "retry"
    SLOW_DOWN = "slow_down"
    RETRY_UNSURE = "retry_unsure"
    RECONNECT = "reconnect"
    REJECT_SOME = "reject_some"
    REJECT_ALL = "reject_all"


class Row(NamedTuple):
    """One line of the table."""

    fate: Fate
    error: type[AdNetworkRefused] | type[AdNetworkUnavailable]
    meaning: str


def _retry(meaning: str) -> Row:
    return Row(Fate.RETRY, AdNetworkUnavailable, meaning)


def _slow_down(meaning: str) -> Row:
    return Row(Fate.SLOW_DOWN, AdNetworkBusy, meaning)


def _unsure(meaning: str) -> Row:
    return Row(Fate.RETRY_UNSURE, AdNetworkUnavailable, meaning)


def _reconnect(meaning: str) -> Row:
    return Row(Fate.RECONNECT, ConnectionRevoked, meaning)


def _misconfigured(meaning: str) -> Row:
    """Events wait, as nothing is wrong with them; connecting again would not help."""
    return Row(Fate.RECONNECT, AdNetworkRefused, meaning)


def _reject_some(meaning: str) -> Row:
    return Row(Fate.REJECT_SOME, AdNetworkRefused, meaning)


def _reject_all(meaning: str) -> Row:
    return Row(Fate.REJECT_ALL, AdNetworkRefused, meaning)


def _lost_account(meaning: str) -> Row:
    """Says nothing about a pixel's right to events, and everything about reading the account."""
    return Row(Fate.REJECT_ALL, ConnectionRevoked, meaning)


CODES: Mapping[int, Row] = {
    0: Row(Fate.DELIVERED, AdNetworkUnavailable, "accepted"),
    20001: Row(Fate.DELIVERED, AdNetworkUnavailable, "accepted in part"),
    40000: _reject_some("a parameter is invalid"),
    40001: _reconnect(
        "no permission: the pixel and the token do not belong together, "
        "or the account was lost to the person who connected it"
    ),
    40002: _reject_some("a parameter is wrong"),
    40003: _reject_all("the call is forbidden"),
    40006: _reject_all("this version of the API is not served"),
    40007: _reject_all("the object does not exist"),
    40008: _reject_all("the endpoint is not implemented"),
    40009: _reject_all("TikTok's sandbox does not serve this endpoint"),
    40010: _reject_all("the wrong address of the API"),
    40011: _reject_some("too many ids in one call"),
    40013: _reject_all("TikTok's sandbox does not serve this"),
    40014: _reject_all("TikTok's sandbox has no such account"),
    40016: _slow_down("too many requests"),
    # TikTok has this very request already, so nothing is left to do.
    40050: Row(Fate.DELIVERED, AdNetworkRefused, "a repeat of an earlier request"),
    40051: _reject_all("this version of the API is not served"),
    40061: _reject_some("the number of events in the call is not allowed"),
    40062: _reject_some("personal data was not hashed"),
    40063: _reject_some("the partner's name is not known"),
    40100: _slow_down("too many requests"),
    40101: _reject_all("the app id, the secret or the code is wrong"),
    40102: _reconnect("the access token has expired"),
    40103: _reconnect("the refresh token has expired"),
    40104: _reconnect("the access token is empty"),
    40105: _reconnect("the access token is wrong or was revoked"),
    40106: _reconnect("the person who gave the access token is gone"),
    40107: _reconnect("the refresh token is invalid"),
    40108: _reject_all("the kind of grant is wrong"),
    40109: _reject_all("the request could not be deciphered"),
    40110: _reject_all("the authorisation code was used or has expired: start connecting again"),
    40112: _reject_all("the password is wrong"),
    40113: _misconfigured("the developer app is blocked, or its id and secret do not match"),
    40115: _reject_all("the authorisation took too long: start connecting again"),
    40116: _reject_all("the signature is wrong"),
    40117: _reject_all("the method is forbidden"),
    40118: _reject_all("the developer app is not on TikTok's list for this call"),
    40119: _reject_all("the identity does not match"),
    40124: _misconfigured("TikTok has not approved the developer"),
    40125: _misconfigured("the developer has no permission"),
    40130: _reconnect("the permission for this was not granted"),
    40131: _reconnect("the permission for this was not granted"),
    40132: _slow_down("too many requests for this pixel"),
    40133: _slow_down("too many requests for this ad account"),
    40200: _retry("the task failed"),
    40201: _retry("the task is not ready"),
    40202: _retry("another change was under way"),
    40300: _lost_account("there is no such ad account"),
    40301: _lost_account("the ad account does not have the right role"),
    40400: _reject_all("there is no such endpoint"),
    40700: _retry("an inner service could not check the request"),
    41000: _reject_all("TikTok does not serve this server's country"),
    41001: _reject_all("the endpoint was switched off"),
    41002: _reject_all("the fields were switched off"),
    50000: _retry("a fault in TikTok's system"),
    # Their documented meanings include a time-out inside TikTok: the events may have arrived.
    50002: _unsure("an error or a time-out in TikTok's processing"),
    51010: _unsure("a time-out inside TikTok"),
    60001: _retry("TikTok is under maintenance"),
    61000: _slow_down("too many requests: the developer app is blocked for now"),
}
_INNER_FAULT = _retry("a fault in one of TikTok's inner services")
_UNKNOWN_CODE = _unsure("a code that TikTok does not document")

FAILURES: Mapping[TransportFailure, Row] = {
    TransportFailure.NOT_SENT: _retry("TikTok could not be reached"),
    TransportFailure.NO_ANSWER: _unsure("TikTok gave no answer"),
    TransportFailure.UNSENDABLE_TOKEN: _reconnect("the access token is malformed"),
}

# Answers that are not TikTok's envelope. A status that is not listed goes by its hundred.
STATUSES: Mapping[int, Row] = {
    404: _reject_all("there is no such endpoint"),
    405: _reject_all("the endpoint does not take this method"),
    408: _unsure("the gateway gave up waiting"),
    413: _reject_some("the call is too large"),
    429: _slow_down("too many requests for the gateway"),
}
_GATEWAY_SUCCESS = _unsure("the answer is not TikTok's")
_GATEWAY_REFUSAL = _retry("the gateway did not let the call through")
_GATEWAY_FAULT = _unsure("a fault of TikTok's gateway")


def row_of(response: Response) -> Row:
    """The line of the table for one response; a gateway's fault counts before any code."""
    if response.failure is not None:
        return FAILURES[response.failure]
    status, code = response.answer.http_status or 0, response.answer.code
    if status >= 500:
        return _GATEWAY_FAULT
    if code is not None:
        return CODES.get(code) or _row_of_unlisted(code)
    if status in STATUSES:
        return STATUSES[status]
    return _GATEWAY_SUCCESS if 200 <= status < 300 else _GATEWAY_REFUSAL


def verdict_of(response: Response) -> Verdict:
    """What a response to sending means for every event of the call."""
    row = row_of(response)
    match row.fate:
        case Fate.DELIVERED:
            return Delivered()
        case Fate.RETRY:
            return TryAgain(maybe_accepted=False)
        case Fate.SLOW_DOWN:
            pause = _pause_seconds(response.answer)
            return TryAgain(maybe_accepted=False, at_least_seconds=pause, is_limited=True)
        case Fate.RETRY_UNSURE:
            return TryAgain(maybe_accepted=True)
        case Fate.RECONNECT:
            return AwaitReconnect(problem=_sentence(row, response))
        case Fate.REJECT_SOME:
            suspect = _suspect(response.answer.message)
            return GiveUp(reason=DeadReason.REJECTED, splittable=True, suspect=suspect)
        case Fate.REJECT_ALL:
            return GiveUp(reason=DeadReason.REJECTED, splittable=False)
        case _:
            assert_never(row.fate)


def error_of(response: Response) -> AdNetworkRefused | AdNetworkUnavailable:
    """The error that a call other than sending raises for a response that is no success."""
    row, answer = row_of(response), response.answer
    sentence = _sentence(row, response)
    if issubclass(row.error, AdNetworkRefused):
        code = answer.code if answer.code is not None else answer.http_status
        return row.error(sentence, network_code=code or 0)
    is_busy = row.fate is Fate.RETRY and answer.code is not None
    return AdNetworkBusy(sentence) if is_busy else row.error(sentence)


def is_success(response: Response) -> bool:
    """Whether a call other than sending got what it asked for."""
    return row_of(response) is CODES[0] or row_of(response) is CODES[20001]


def _row_of_unlisted(code: int) -> Row:
    return _INNER_FAULT if 50000 <= code < 60000 else _UNKNOWN_CODE


def _pause_seconds(answer: NetworkAnswer) -> int:
    """How long a breached quota lasts; TikTok tells only by the words of its message."""
    message = answer.message
    if "QPD" in message:
        return DAY_QUOTA_PAUSE_SECONDS
    is_blocked_for_minutes = "temporarily restricted" in message and "QPS" not in message
    is_minutes = "QPM" in message or is_blocked_for_minutes or answer.code == _BLOCK_LIST
    return MINUTE_QUOTA_PAUSE_SECONDS if is_minutes else 0


def _suspect(message: str) -> int | None:
    """The place in the call that a message names, such as ``data.3.event`` or ``Batch.0.…``."""
    found = _PLACE.search(message)
    return None if found is None else int(found[1])


def _sentence(row: Row, response: Response) -> str:
    answer = response.answer
    if answer.code is None:
        return f"{row.meaning} ({answer.message})"
    return f"{row.meaning} (TikTok: {answer.code} {answer.message})"
