"""Which evidence an install without a click lacked, kind by kind in the order of strength."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from appsprint.domain.app import Platform
from appsprint.domain.decision import Decision, InstallEvidence, MatchType, OrganicReason
from appsprint.domain.referrer import ReferrerKind


class MissingEvidence(StrEnum):
    """One kind of evidence that named no click, and why."""

    NO_REFERRER = "no_referrer"
    REFERRER_ORGANIC = "referrer_organic"
    REFERRER_FOREIGN = "referrer_foreign"
    REFERRER_UNKNOWN_CLICK = "referrer_unknown_click"
    NO_ADVERTISING_ID = "no_advertising_id"
    NO_CLICK_WITH_ADVERTISING_ID = "no_click_with_advertising_id"
    NO_CLICK_ID = "no_click_id"
    UNKNOWN_CLICK_ID = "unknown_click_id"
    ADDRESS_MATCHING_OFF = "address_matching_off"
    SHARED_NETWORK = "shared_network"
    PRIVATE_ADDRESS = "private_address"
    NO_CLICK_FROM_ADDRESS = "no_click_from_address"


_REFERRERS: Mapping[ReferrerKind, MissingEvidence] = {
    ReferrerKind.ABSENT: MissingEvidence.NO_REFERRER,
    ReferrerKind.NOT_SET: MissingEvidence.NO_REFERRER,
    ReferrerKind.ORGANIC: MissingEvidence.REFERRER_ORGANIC,
    ReferrerKind.OTHER: MissingEvidence.REFERRER_FOREIGN,
    ReferrerKind.OURS: MissingEvidence.REFERRER_UNKNOWN_CLICK,
}


def missing_evidence(evidence: InstallEvidence, decision: Decision) -> tuple[MissingEvidence, ...]:
    """What tied no click to the install, the strongest first; nothing when a click was credited.

    A kind that tied a click which then lost is not missing: the candidate tells why it lost.
    """
    return () if decision.is_attributed else tuple(_missing(evidence, decision))


def _missing(evidence: InstallEvidence, decision: Decision) -> Iterator[MissingEvidence]:
    found = {candidate.match_type for candidate in decision.candidates}
    is_android = evidence.platform is Platform.ANDROID
    if is_android and MatchType.INSTALL_REFERRER not in found:
        yield _REFERRERS[evidence.referrer.kind]
    if not found & {MatchType.IDFA, MatchType.GAID}:
        has_id = evidence.advertising_id is not None
        yield (
            MissingEvidence.NO_CLICK_WITH_ADVERTISING_ID
            if has_id
            else MissingEvidence.NO_ADVERTISING_ID
        )
    if MatchType.CLICK_ID not in found:
        has_id = evidence.given_click_id is not None
        yield MissingEvidence.UNKNOWN_CLICK_ID if has_id else MissingEvidence.NO_CLICK_ID
    if MatchType.IP_USER_AGENT not in found:
        yield _why_no_address(evidence, decision)


def _why_no_address(evidence: InstallEvidence, decision: Decision) -> MissingEvidence:
    if evidence.is_shared_network:
        return MissingEvidence.SHARED_NETWORK
    if evidence.address_key is None:
        return MissingEvidence.PRIVATE_ADDRESS
    is_off = decision.reason == OrganicReason.PROBABILISTIC_OFF
    return MissingEvidence.ADDRESS_MATCHING_OFF if is_off else MissingEvidence.NO_CLICK_FROM_ADDRESS
