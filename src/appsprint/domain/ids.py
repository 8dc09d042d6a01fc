"""Identifiers: ours are prefixed and sort by the time they were made."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

AppId = NewType("AppId", str)
KeyId = NewType("KeyId", str)
LinkId = NewType("LinkId", str)
ClickId = NewType("ClickId", str)
InstallId = NewType("InstallId", str)
EventId = NewType("EventId", str)
DeliveryId = NewType("DeliveryId", str)
TokenId = NewType("TokenId", str)
MemberId = NewType("MemberId", str)


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
