"""What the TikTok adapter must be told before it can work."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT_API_URL = "https://business-api.tiktok.com"
DEFAULT_AUTH_URL = "https://business-api.tiktok.com/portal/auth"
# About one call in twenty of a large sender gets no answer within a few seconds; shorter
# limits turn slow successes into unknown outcomes (spec, A.9).
DEFAULT_TIMEOUT_SECONDS = 10.0
# The quota of a new developer app (portal, "Rate limits", Basic).
DEFAULT_READS_PER_SECOND = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TikTokSettings:
    """The operator's developer app at TikTok and where TikTok is.

    Attributes:
        app_id: Empty while no developer app is registered: connecting is not possible then.
        secret: The developer app's secret.
        api_url: Scheme and host of the Business API, without its ``/open_api/v1.3``.
        auth_url: The whole authorisation page; it may have a query of its own.
        timeout_seconds: For connecting, for sending and for each wait for the answer.
        reads_per_second: How often an import may call one endpoint.
        read_pauses_seconds: Before an import's second try and so on, when TikTok is busy.
    """

    app_id: str = ""
    secret: str = field(default="", repr=False)
    api_url: str = DEFAULT_API_URL
    auth_url: str = DEFAULT_AUTH_URL
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    reads_per_second: int = DEFAULT_READS_PER_SECOND
    read_pauses_seconds: tuple[float, ...] = (1.0, 2.0, 4.0)
