"""The authorisation page that a person is sent to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.settings import TikTokSettings

STATE = "st&te/é="
REDIRECT_URI = "https://mmp.example/oauth/tiktok/callback?x=1"
OURS = [("app_id", "7300"), ("state", STATE), ("redirect_uri", REDIRECT_URI)]


def _authorize_url(auth_url: str) -> str:
    settings = TikTokSettings(app_id="7300", secret="s3cr3t", auth_url=auth_url)
    adapter = TikTokAdapter(settings)
    try:
        return adapter.flow.authorize_url(state=STATE, redirect_uri=REDIRECT_URI)
    finally:
        adapter.close()


@pytest.mark.parametrize(
    ("auth_url", "kept"),
    [
        ("https://tiktok.example/portal/auth", []),
        ("https://tiktok.example/portal/auth?", []),
        ("https://tiktok.example/portal/auth?rid=abc&lang=", [("rid", "abc"), ("lang", "")]),
        ("https://tiktok.example/portal/auth?app_id=old&state=old&rid=a#top", [("rid", "a")]),
    ],
)
def test_the_page_gets_our_three_parameters(auth_url: str, kept: list[tuple[str, str]]) -> None:
    """The page keeps its own query; app id, state and redirect address stand in it once."""
    url = urlsplit(_authorize_url(auth_url))

    assert (url.scheme, url.netloc, url.path) == ("https", "tiktok.example", "/portal/auth")
    assert parse_qsl(url.query, keep_blank_values=True) == [*kept, *OURS]
    assert url.fragment == ""


def test_the_page_never_gets_the_secret() -> None:
    """The address passes through the person's browser."""
    assert "s3cr3t" not in _authorize_url("https://tiktok.example/portal/auth")


@pytest.mark.parametrize(
    ("app_id", "secret", "configured"),
    [("7300", "s3cr3t", True), ("", "s3cr3t", False), ("7300", "", False), ("", "", False)],
)
def test_connecting_needs_a_developer_app(app_id: str, secret: str, configured: bool) -> None:
    """Without both the id and the secret there is nothing to connect with."""
    adapter = TikTokAdapter(TikTokSettings(app_id=app_id, secret=secret))

    assert adapter.flow.is_configured() is configured

    adapter.close()
