"""Identifiers: ours are prefixed and sort by the time they were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AppId = NewType("AppId", str)
KeyId = NewType("KeyId", str)
LinkId = NewType("LinkId", str)
ClickId = NewType("ClickId", str)
InstallId = NewType("InstallId", str)
EventId = NewType("EventId", str)
DeliveryId = NewType("DeliveryId", str)
TokenId = NewType("TokenId", str)
MemberId = NewType("MemberId", str)
DeviceId = NewType("DeviceId", str)


class IdPrefix(StrEnum):
    """What an identifier of ours names, said at its front."""

    APP = "app_"
    KEY = "key_"
    LINK = "lnk_"
    CLICK = "clk_"
    FILTERED_VISIT = "vis_"
    INSTALL = "ins_"
    EVENT = "evt_"
    REFUSAL = "ref_"
    DELIVERY = "dlv_"
    SEND = "snd_"
    TOKEN = "tok_"
    MEMBER = "mem_"
    DEVICE = "dev_"


def first_id_at(prefix: IdPrefix, instant: datetime) -> str:
    """The smallest id that can have been made at ``instant`` or later.

    An id is its prefix, 48 bits of Unix milliseconds and 80 bits of chance, in hexadecimal.
    """
    milliseconds = (instant - _EPOCH) // timedelta(milliseconds=1)
    return f"{prefix.value}{max(milliseconds, 0):012x}{0:020x}"
