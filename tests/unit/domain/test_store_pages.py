"""Store pages: which platform and which app an address names."""

from __future__ import annotations

import pytest

from appsprint.domain.app import Platform, StorePage, read_store_url
from appsprint.errors import InvalidInput


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://apps.apple.com/us/app/miles/id1234567890", (Platform.IOS, "1234567890")),
        ("https://apps.apple.com/app/id42?pt=1&ct=x", (Platform.IOS, "42")),
        ("https://apps.apple.com/fr/app/été-à-vélo/id42", (Platform.IOS, "42")),
        (
            "https://play.google.com/store/apps/details?id=com.example.app&hl=de",
            (Platform.ANDROID, "com.example.app"),
        ),
        ("https://play.google.com/store/apps/details/?id=a.b_C1", (Platform.ANDROID, "a.b_C1")),
    ],
)
def test_a_store_page_names_its_app(url: str, page: tuple[Platform, str]) -> None:
    """In any country, with parameters of the store's own."""
    assert read_store_url(url) == StorePage(*page)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "https address"),
        ("http://apps.apple.com/app/id42", "https address"),
        ("https://user:secret@apps.apple.com/app/id42", "https address"),
        ("https://apps.apple.com:444/app/id42", "https address"),
        ("https://apps.apple.com:port/app/id42", "not a usable address"),
        ("https://[apps.apple.com/app/id42", "not a usable address"),
        ("https://apps.apple.com/app/id42\n.evil.example", "not a usable address"),
        ("https://apps.apple.com.evil.example/app/id42", "not an App Store or Play Store address"),
        ("https://evil.example/apps.apple.com/id42", "not an App Store or Play Store address"),
        ("https://apps.apple.com/us/app/miles", "no app id"),
        ("https://apps.apple.com/us/app/miles/idx", "no app id"),
        ("https://play.google.com/store/apps/details", "no app in this Play Store address"),
        ("https://play.google.com/store/apps?id=a.b", "no app in this Play Store address"),
        (
            "https://play.google.com/store/apps/details?id=a.b&id=c.d",
            "no app in this Play Store address",
        ),
        ("https://play.google.com/store/apps/details?id=app", "not an Android package name"),
        ("https://play.google.com/store/apps/details?id=a.b/c", "not an Android package name"),
    ],
)
def test_what_is_no_store_page_is_told_why(url: str, why: str) -> None:
    """Under the name of the field it was given in."""
    with pytest.raises(InvalidInput, match=why) as refused:
        read_store_url(url, field="destination_url")

    [problem] = refused.value.problems
    assert problem.field == "destination_url"
