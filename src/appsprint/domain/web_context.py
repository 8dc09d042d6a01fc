"""The web context of an event: what TikTok must know of the person for the event to count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from appsprint.domain.address import address_key, is_truncated
from appsprint.domain.delivery import SkipReason, WebContext
from appsprint.domain.device import is_browser_user_agent

# An install's events come with the same user agent, and telling what it is takes its time.
_is_browser = lru_cache(maxsize=4096)(is_browser_user_agent)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWebContext:
    """A web context that is complete: the values to send.

    Attributes:
        client_ip: None where the app keeps no whole addresses: a network is not the person's.
    """

    network_click_id: str
    page_url: str
    client_ip: str | None
    user_agent: str


def check_web_context(context: WebContext) -> CheckedWebContext | SkipReason:
    """The values to send, or the first thing that is missing.

    The first public address and the first browser user agent win, in the order given. An event
    without them would be sent with low-quality data, which the product promises not to do
    (product page, "Some events are not sent").
    """
    if not context.network_click_id:
        return SkipReason.MISSING_CLICK_ID
    client_ip = next(filter(_tells_where, context.client_ips), None)
    if client_ip is None:
        return SkipReason.MISSING_CLIENT_IP
    user_agent = next(filter(_is_browser, context.user_agents), None)
    if user_agent is None:
        return SkipReason.MISSING_USER_AGENT
    if not context.page_url:
        return SkipReason.MISSING_PAGE_URL
    return CheckedWebContext(
        network_click_id=context.network_click_id,
        page_url=context.page_url,
        # Once one of them was truncated, an older whole one is none of the network's business.
        client_ip=None if any(map(is_truncated, context.client_ips)) else client_ip,
        user_agent=user_agent,
    )


def _tells_where(text: str) -> bool:
    """Whether a public address was seen, even if only its network was kept."""
    return address_key(text) is not None
