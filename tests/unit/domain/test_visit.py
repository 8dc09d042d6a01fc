"""Visits: which requests count as a person's click."""

from __future__ import annotations

import re
import string

import pytest
from crawlerdetect import CrawlerDetect
from crawlerdetect.providers import crawlers
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.domain.visit import (
    USER_AGENT_READ_LENGTH,
    VisitKind,
    classify_user_agent,
    classify_visit,
    readable_part,
)
from tests.support.user_agents import (
    BROWSERS,
    CHROME_REDUCED,
    CRAWLERS,
    HTTP_STACKS,
    IPHONE_SAFARI,
    PREVIEWERS,
    TIKTOK,
    TIKTOK_IPHONE_WITH_UUID,
    TIKTOK_PIXEL,
    android,
)

LITERAL_PATTERN = re.compile(r"(?:[\w :/!@-]|\\[^\w])+", re.ASCII)
LIBRARY = CrawlerDetect()
# What crawlerdetect looks for as plain text, anywhere in a user agent.
CRAWLER_NAMES = [
    re.sub(r"\\(.)", r"\1", pattern)
    for pattern in crawlers.data
    if LITERAL_PATTERN.fullmatch(pattern)
]


def visit(user_agent: str = CHROME_REDUCED, method: str = "GET", **headers: str) -> VisitKind:
    """The kind of a visit with these headers, ``_`` in their names for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return classify_visit(method=method, headers=named, user_agent=user_agent)


@pytest.mark.parametrize("name", TIKTOK)
def test_tiktoks_own_browsers_click(name: str) -> None:
    """Every known user agent of TikTok's in-app browser is a person's."""
    assert visit(TIKTOK[name]) is VisitKind.CLICK


@pytest.mark.parametrize("name", BROWSERS)
def test_browsers_and_other_in_app_browsers_click(name: str) -> None:
    """A browser is a person's, inside an app or not, whatever the phone is called."""
    assert visit(BROWSERS[name]) is VisitKind.CLICK


@pytest.mark.parametrize("name", PREVIEWERS)
def test_link_previewers_are_no_clicks(name: str) -> None:
    """A messenger that draws a preview of the link clicked nothing."""
    assert visit(PREVIEWERS[name]) is VisitKind.PREVIEW


@pytest.mark.parametrize("name", [*CRAWLERS, *HTTP_STACKS])
def test_crawlers_and_programs_are_no_clicks(name: str) -> None:
    """Crawlers, monitors, headless browsers and HTTP libraries are machines."""
    assert visit((CRAWLERS | HTTP_STACKS)[name]) is VisitKind.CRAWLER


def test_an_empty_user_agent_clicks() -> None:
    """Privacy tools leave the user agent out: its absence proves no machine."""
    assert visit("") is VisitKind.CLICK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x_moz", "prefetch"),
        ("x_moz", "Prefetch"),
        ("purpose", "prefetch"),
        ("sec_purpose", "prefetch"),
        ("sec_purpose", "prefetch;prerender"),
        ("sec_purpose", "prefetch;anonymous-client-ip"),
        ("sec_purpose", "prerender"),
        ("x_purpose", "preview"),
    ],
)
def test_prefetches_are_no_clicks(name: str, value: str) -> None:
    """A browser that loads ahead says so in a header; TikTok's says ``X-Moz: prefetch``."""
    assert visit(TIKTOK_PIXEL, **{name: value}) is VisitKind.PREFETCH


@pytest.mark.parametrize(
    ("name", "value"),
    [("x_moz", ""), ("purpose", "navigate"), ("referer", "prefetch"), ("sec_purpose", "")],
)
def test_other_headers_prove_no_prefetch(name: str, value: str) -> None:
    """Only a purpose header that names a prefetch makes one."""
    assert visit(**{name: value}) is VisitKind.CLICK


def test_head_comes_first() -> None:
    """HEAD fetches nothing, whoever sends it."""
    assert visit(PREVIEWERS["Facebook"], "HEAD", purpose="prefetch") is VisitKind.HEAD


def test_prefetch_comes_before_the_user_agent() -> None:
    """A prefetch stays one when a previewer or crawler makes it."""
    assert visit(CRAWLERS["Googlebot"], purpose="prefetch") is VisitKind.PREFETCH


def test_in_app_browsers_are_believed_whatever_the_phone_is_called() -> None:
    """A model or build with a crawler's name in it does not cost TikTok the credit."""
    platform = "Linux; Android 11; CUBOT curl Build/Ahrefs.1; wv"

    assert visit(android(platform, "musical_ly_2022803040")) is VisitKind.CLICK
    assert visit(android(platform)) is VisitKind.CRAWLER


def test_only_the_readable_part_counts() -> None:
    """What stands beyond the limit is not read, and costs nothing."""
    padding = "x " * USER_AGENT_READ_LENGTH

    assert visit(f"{CHROME_REDUCED} {padding} Googlebot/2.1") is VisitKind.CLICK
    assert len(readable_part(padding)) == USER_AGENT_READ_LENGTH


def test_tiktoks_uuid_for_each_person_is_not_read() -> None:
    """Two persons with the same phone and app have the same readable part."""
    other = TIKTOK_IPHONE_WITH_UUID.replace("9BBBCC25", "00000000")

    assert readable_part(other) == readable_part(TIKTOK_IPHONE_WITH_UUID)
    assert readable_part(IPHONE_SAFARI) == IPHONE_SAFARI


def test_most_crawler_names_are_plain_text() -> None:
    """The two tests below cover nearly all that the library knows."""
    assert len(CRAWLER_NAMES) > 0.9 * len(crawlers.data)


@settings(deadline=None)
@given(st.sampled_from(CRAWLER_NAMES))
def test_every_crawler_of_the_library_is_known(name: str) -> None:
    """Each name that crawlerdetect looks for is found inside a longer user agent too."""
    user_agent = f"Mozilla/5.0 (compatible; {name}; x)"

    if LIBRARY.is_crawler(user_agent):
        assert classify_user_agent(user_agent) is not VisitKind.CLICK


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*CRAWLER_NAMES[::7], *BROWSERS.values(), "(", ")", ";", "/1.0", "x"]),
        max_size=4,
    )
)
def test_crawlers_are_those_of_the_library(parts: list[str]) -> None:
    """Our search calls nothing a crawler that crawlerdetect, much slower, does not."""
    user_agent = f"x {' '.join(parts)} x"[:USER_AGENT_READ_LENGTH].strip()

    if classify_user_agent(user_agent) is VisitKind.CRAWLER:
        assert LIBRARY.is_crawler(user_agent)


@settings(deadline=None)
@given(st.text(max_size=2_000), st.text(max_size=20), st.dictionaries(st.text(), st.text()))
def test_any_request_has_one_kind(user_agent: str, method: str, headers: dict[str, str]) -> None:
    """No text raises, and the same request is always of the same kind."""
    first = classify_visit(method=method, headers=headers, user_agent=user_agent)

    assert first is classify_visit(method=method, headers=headers, user_agent=user_agent)


@settings(deadline=None)
@given(
    st.text(string.printable, min_size=1, max_size=8),
    st.sampled_from(["bot ", "curl", "go ", "java", "newsblur ", "a-", "1", "cubot", "Linux"]),
)
def test_hostile_user_agents_are_answered(filler: str, word: str) -> None:
    """Eight kilobytes made to slow a pattern down still have a kind; the suite's time-out holds."""
    assert classify_user_agent((word + filler) * 1_000) in VisitKind
