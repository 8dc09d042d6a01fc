"""What an operator lives through on the way, and mends: a rejected token, a lost advertiser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from appsprint.domain.app import Platform
from appsprint.domain.connection import ConnectionStatus
from appsprint.domain.delivery import DeliveryStatus
from appsprint.entrypoints.demo.ads import APPS
from appsprint.entrypoints.demo.connecting import ConnectedApp, reconnect
from appsprint.entrypoints.demo.sandbox_world import API as SANDBOX_API
from appsprint.entrypoints.demo.sandbox_world import (
    add_events_token,
    give_back,
    take_away,
)
from appsprint.entrypoints.demo.wire import DemoFailed, Wire

# Whose token is rejected, and who loses the advertiser.
TOKEN_PLATFORM, ADVERTISER_PLATFORM = Platform.IOS, Platform.ANDROID
_NEW_TOKEN = "demo-events-token-ios-2"
_FIRST_ERROR = 400
# The next event finds out; the demonstration does not go on before it did.
_NOTICED_SECONDS = 20.0
_POLL_SECONDS = 0.05
_Json = Mapping[str, Any]


class Operator:
    """Somebody with the owner's token, and with TikTok's pages open beside it.

    What happened is told by ``chapters``; whatever is not as it should be ends the demonstration.

    Args:
        settle: Waits until no delivery is open.
        window: The body of an import of all days.
    """

    def __init__(
        self,
        api: Wire,
        sandbox: Wire,
        apps: Mapping[Platform, ConnectedApp],
        *,
        settle: Callable[[], None],
        window: _Json,
    ) -> None:
        self._api = api
        self._sandbox = sandbox
        self._apps = apps
        self._settle = settle
        self._window = window
        self.chapters: list[str] = []
        self._sent_before = 0
        self._kept_before: object = None

    def token_is_rejected(self) -> None:
        """TikTok no longer takes the token, as when a person made another one."""
        self._settle()
        token = APPS[TOKEN_PLATFORM].account.events_token
        self._sandbox.ask("POST", f"{SANDBOX_API}/tokens/revoke", {"access_token": token})

    def paste_a_new_token(self) -> None:
        """What waited goes out; nobody has to send it again."""
        app = self._apps[TOKEN_PLATFORM]
        found = self._once_noticed(app)
        waiting = found["counts"]["open"]
        account = app.app.account
        add_events_token(self._sandbox, account, _NEW_TOKEN)
        body = {"pixel_id": account.pixel_code, "access_token": _NEW_TOKEN}
        self._api.ask("PUT", f"{app.path}/tiktok/events-api", body)
        self._settle()
        after = self._wait_for(app, ConnectionStatus.ACTIVE)
        sent = after["counts"]["sent"] - found["counts"]["sent"]
        if sent < waiting:
            raise DemoFailed(f"{waiting} events waited for a new token, and {sent} went out")
        self.chapters.append(
            f"Token rejected: TikTok refused the Events API token of {app.app.name}; {waiting} "
            f"events waited, and all went out once a new token was pasted."
        )

    def _once_noticed(self, app: ConnectedApp) -> _Json:
        """The connection once the next event found the token out; as it is when none came."""
        if self._counts(app)["open"] == 0:
            found: _Json = self._api.ask("GET", f"{app.path}/tiktok")
            return found
        return self._wait_for(app, ConnectionStatus.TOKEN_REJECTED)

    def advertiser_is_lost(self) -> None:
        """The person who connected loses the ad account; the next import finds out."""
        app = self._apps[ADVERTISER_PLATFORM]
        take_away(self._sandbox, app.app.account)
        refused = self._api.send("POST", f"{app.path}/tiktok/sync", body=self._window)
        if refused.status < _FIRST_ERROR:
            raise DemoFailed("an import of a lost ad account succeeded")
        self._wait_for(app, ConnectionStatus.RECONNECT_NEEDED)
        self._sent_before = self._counts(app)[DeliveryStatus.SENT]
        self._kept_before = self._kept(app)

    def reconnect(self) -> None:
        """Through TikTok's page, as at first; events went on all the while."""
        app = self._apps[ADVERTISER_PLATFORM]
        self._settle()
        sent = self._counts(app)[DeliveryStatus.SENT] - self._sent_before
        give_back(self._sandbox, app.app.account)
        reconnect(self._api, self._sandbox, app)
        self._wait_for(app, ConnectionStatus.ACTIVE)
        if self._kept(app) != self._kept_before:
            raise DemoFailed("connecting again changed the mapping or the ad links")
        self.chapters.append(
            f"Reconnected: {app.app.name} lost its advertiser, so imports paused while {sent} "
            "events went on to TikTok; connecting again kept mapping, ad links and history."
        )

    def _kept(self, app: ConnectedApp) -> object:
        """What connecting again must leave as it is."""
        links = self._api.ask("GET", f"{app.path}/links")["items"]
        mapping = self._api.ask("GET", f"{app.path}/tiktok/mapping")["items"]
        return mapping, [link["url"] for link in links]

    def _counts(self, app: ConnectedApp) -> _Json:
        counts: _Json = self._api.ask("GET", f"{app.path}/tiktok")["counts"]
        return counts

    def _wait_for(self, app: ConnectedApp, status: ConnectionStatus) -> _Json:
        """The connection once it has a status."""
        deadline = time.monotonic() + _NOTICED_SECONDS
        while True:
            found: _Json = self._api.ask("GET", f"{app.path}/tiktok")
            if found["status"] == status:
                return found
            if time.monotonic() > deadline:
                raise DemoFailed(f"{app.app.name} is {found['status']} instead of {status}")
            time.sleep(_POLL_SECONDS)


def restated_chapter(api: Wire, app: ConnectedApp, ad_id: str, day: str) -> str:
    """What TikTok told of a day at first, and then.

    Raises:
        DemoFailed: Only one reading was kept.
    """
    query = f"level=ad&date={day}"
    readings = api.ask("GET", f"{app.path}/tiktok/campaigns/{ad_id}/readings?{query}")["items"]
    if len(readings) < 2:
        raise DemoFailed(f"{len(readings)} readings of {day} are kept, and TikTok restated it")
    first, last = readings[0], readings[-1]
    return (
        f"Restated: of {day} TikTok first told {first['spend']} {first['currency']} of spend for "
        f"an ad of {app.app.name}, later {last['spend']}; both readings are kept, and the report "
        "shows the later one."
    )


def unsent_chapters(api: Wire, apps: Mapping[Platform, ConnectedApp]) -> Iterator[str]:
    """One dead letter and one skipped event, as the delivery log has them.

    Raises:
        DemoFailed: There is none of a kind.
    """
    dead, app = _first(api, apps, DeliveryStatus.DEAD)
    last = api.ask("GET", f"{app.path}/deliveries/{dead['id']}")["attempts"][-1]
    yield (
        f"Given up: {dead['sdk_event']} of {app.app.name} as {dead['tiktok_event']}, as TikTok "
        f"answered {last['code']} {last['message']!r}; the others of its batch went out, and the "
        "dead letter can be sent again."
    )
    skipped, app = _first(api, apps, DeliveryStatus.SKIPPED)
    yield (
        f"Skipped: {skipped['sdk_event']} of {app.app.name}, reason {skipped['reason']}: TikTok "
        "could not have told whose it is."
    )


def _first(
    api: Wire, apps: Mapping[Platform, ConnectedApp], status: DeliveryStatus
) -> tuple[_Json, ConnectedApp]:
    for app in apps.values():
        found = api.ask("GET", f"{app.path}/deliveries?status={status}&limit=500")["items"]
        for one in found:
            if one["reason"] != "refund":
                return one, app
    raise DemoFailed(f"no delivery is {status}")
