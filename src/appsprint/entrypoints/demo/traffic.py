"""Turns the truth into requests in the order of time. Still pure: nobody sends anything here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.ads import Ad
from appsprint.entrypoints.demo.developer import DEVELOPER_PLATFORM, developer_of
from appsprint.entrypoints.demo.machines import MachineVisit
from appsprint.entrypoints.demo.people import (
    AdClick,
    AppInstall,
    Dialect,
    Person,
    Referrer,
    Session,
)
from appsprint.entrypoints.demo.sdk_bodies import (
    Body,
    broken_body,
    event_body,
    id_field,
    install_body,
    sdk_headers,
)
from appsprint.entrypoints.demo.world import World

_ANDROID_TIKTOK = "com.zhiliaoapp.musically"
_TIKTOK_PAGE = "https://www.tiktok.com/"
OK, NOT_FOUND, UNPROCESSABLE = 200, 404, 422


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkVisit:
    """A request to an ad link; the answer must be a redirect.

    Attributes:
        link: The place of the link among its app's.
        ad: The ad that the macros name; None where TikTok leaves them standing.
        person: Who tapped; None for a machine. Only a person's visit is a click.
    """

    at: datetime
    platform: Platform
    link: int
    ad: Ad | None
    ttclid: str | None
    method: str
    headers: Mapping[str, str]
    person: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkCall:
    """A request of an SDK.

    Attributes:
        referrer_of: The person whose last redirect gives this body its Play referrer.
        status: What the protocol says that the server answers.
        is_test: Sent with the app's test key.
    """

    at: datetime
    platform: Platform
    method: str
    path: str
    headers: Mapping[str, str]
    body: Body | None = None
    referrer_of: int | None = None
    status: int = OK
    is_test: bool = False


Action = LinkVisit | SdkCall


def timeline(world: World) -> list[Action]:
    """Every request, the earliest first; at the same instant in the order they were made."""
    actions: list[Action] = list(_test_calls(world))
    for person in world.people:
        actions += _calls_of(person)
    actions += [_machine_visit(visit) for visit in world.machines]
    actions.sort(key=lambda action: action.at)
    return actions


def visited(link_url: str, visit: LinkVisit) -> str:
    """Path and query of an ad link as TikTok opens it, its macros replaced."""
    parts = urlsplit(link_url)
    target = f"{parts.path}?{parts.query}"
    if visit.ad is not None:
        for macro, value in _macros(visit.ad).items():
            target = target.replace(macro, quote(value, safe=""))
    return target if visit.ttclid is None else f"{target}&ttclid={visit.ttclid}"


def _macros(ad: Ad) -> Mapping[str, str]:
    """TikTok's macros for website ads (tiktok-business-api.md, G.3)."""
    return {
        "__CAMPAIGN_NAME__": ad.campaign_name,
        "__CAMPAIGN_ID__": ad.campaign_id,
        "__AID_NAME__": ad.adgroup_name,
        "__AID__": ad.adgroup_id,
        "__CID_NAME__": ad.ad_name,
        "__CID__": ad.ad_id,
        "__PLACEMENT__": "TikTok",
    }


def _calls_of(person: Person) -> Iterator[Action]:
    for click in person.clicks:
        yield from _visits(person, click)
    install = person.install
    if install is None:
        return
    yield from _registration(person, install)
    for session in person.sessions:
        yield from _batches(person, install, session)
    if person.customer_id is not None:
        at = person.sessions[0].sent_at + timedelta(seconds=2)
        body: Body = {
            id_field(person): install.appsprint_id,
            "customerUserId": person.customer_id,
        }
        yield _call(person, at, install.address, "customer-user-id", body)


def _visits(person: Person, click: AdClick) -> Iterator[LinkVisit]:
    headers = _browser_headers(person, click)
    visit = LinkVisit(
        at=click.at,
        platform=person.platform,
        link=click.campaign.link or 0,
        ad=click.ad if click.is_expanded else None,
        ttclid=click.ttclid,
        method="GET",
        headers=headers,
        person=person.number,
    )
    if click.has_prefetch:
        yield LinkVisit(
            at=click.at - timedelta(seconds=2),
            platform=visit.platform,
            link=visit.link,
            ad=visit.ad,
            ttclid=visit.ttclid,
            method="GET",
            headers={**headers, "X-Moz": "prefetch"},
            person=None,
        )
    yield visit


def _browser_headers(person: Person, click: AdClick) -> Mapping[str, str]:
    headers = {
        "User-Agent": click.browser,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": person.place.accept_language,
        "X-Forwarded-For": click.address,
    }
    if person.platform is Platform.ANDROID:
        return {**headers, "X-Requested-With": _ANDROID_TIKTOK}
    # Some of TikTok's browsers tell where they come from.
    return {**headers, "Referer": _TIKTOK_PAGE} if person.number % 2 else headers


def _registration(person: Person, install: AppInstall) -> Iterator[SdkCall]:
    first = SdkCall(
        at=install.sent_at,
        platform=person.platform,
        method="POST",
        path=_path(person, "install"),
        headers=sdk_headers(person, install.address),
        body=install_body(person, install),
        referrer_of=person.number if install.referrer is Referrer.CLICK else None,
    )
    yield first
    if install.is_repeated:
        yield SdkCall(
            at=first.at + timedelta(seconds=1),
            platform=first.platform,
            method=first.method,
            path=first.path,
            headers=first.headers,
            body=first.body,
            referrer_of=first.referrer_of,
        )
    if person.dialect is not Dialect.OLDEST:
        yield from _later_calls(person, install)


def _later_calls(person: Person, install: AppInstall) -> Iterator[SdkCall]:
    """What an SDK asks and tells in the seconds after it is registered."""
    at, headers = install.sent_at, sdk_headers(person, install.address)
    yield SdkCall(
        at=at + timedelta(milliseconds=1500),
        platform=person.platform,
        method="GET",
        path=f"/v1/sdk/attribution/{install.appsprint_id}",
        headers=headers,
    )
    if install.idfa is not None and person.dialect is Dialect.CURRENT:
        idfa = {"idfa": install.idfa, "attStatus": "authorized"}
        # By this word the stand-in knows that no ad of Apple's led to the install.
        token = {"adServicesToken": f"organic-{person.number}"}
        for seconds, path, told in ((1.7, "idfa", idfa), (1.9, "ad-services-token", token)):
            yield SdkCall(
                at=at + timedelta(seconds=seconds),
                platform=person.platform,
                method="PATCH",
                path=f"/v1/sdk/install/{path}",
                headers=headers,
                body={"appsprintId": install.appsprint_id, **told},
            )


def _batches(person: Person, install: AppInstall, session: Session) -> Iterator[SdkCall]:
    """A session's events in one batch, and once more when the SDK missed the answer."""
    times = 2 if session.is_repeated else 1
    for number in range(times):
        at = session.sent_at + timedelta(seconds=3 * number)
        if person.dialect is Dialect.OLDEST:
            yield from _single_events(person, install, session, at)
            continue
        good = [event_body(person, install, event) for event in session.events]
        broken = [broken_body(person, install, one) for one in session.broken]
        body: Body = {"events": [*good, *broken]}
        yield _call(person, at, session.address, "events/batch", body)


def _single_events(
    person: Person, install: AppInstall, session: Session, at: datetime
) -> Iterator[SdkCall]:
    """The oldest SDK sends one event at a time, and is told when one is refused."""
    for event in session.events:
        body = event_body(person, install, event)
        yield _call(person, at, session.address, "event", body)
    for one in session.broken:
        body = broken_body(person, install, one)
        yield _call(person, at, session.address, "event", body, status=UNPROCESSABLE)


def _call(
    person: Person, at: datetime, address: str, name: str, body: Body, *, status: int = OK
) -> SdkCall:
    return SdkCall(
        at=at,
        platform=person.platform,
        method="POST",
        path=_path(person, name),
        headers=sdk_headers(person, address),
        body=body,
        status=status,
    )


def _path(person: Person, name: str) -> str:
    return f"/v1/{name}" if person.dialect is Dialect.OLDEST else f"/v1/sdk/{name}"


def _machine_visit(visit: MachineVisit) -> LinkVisit:
    return LinkVisit(
        at=visit.at,
        platform=visit.platform,
        link=visit.link,
        ad=None,
        ttclid=None,
        method=visit.method,
        headers={"User-Agent": visit.user_agent, "X-Forwarded-For": visit.address},
        person=None,
    )


def _test_calls(world: World) -> Iterator[SdkCall]:
    """A developer tries the SDK out: too early at first, then as it should be."""
    person, event = developer_of(world.plan.start_at)
    install = person.install
    if install is None:
        return
    registered_at = install.sent_at
    tries = (
        (-1, "event", event_body(person, install, event), NOT_FOUND),
        (0, "install", install_body(person, install), OK),
        (1, "event", event_body(person, install, event), OK),
    )
    for seconds, name, body, status in tries:
        yield SdkCall(
            at=registered_at + timedelta(seconds=seconds),
            platform=DEVELOPER_PLATFORM,
            method="POST",
            path=_path(person, name),
            headers=sdk_headers(person, install.address),
            body=body,
            status=status,
            is_test=True,
        )
