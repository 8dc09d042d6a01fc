"""Registers installs, keeps what becomes known of them, and shows them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from appsprint.domain.app import App
from appsprint.domain.apple_ads import AppleLookup
from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, EventId, IdPrefix, InstallId, LinkId
from appsprint.domain.inapp_event import INSTALL_EVENT_TYPE, InAppEvent
from appsprint.domain.install import IdentifierKind, Install
from appsprint.domain.link import SelfAttributingNetwork
from appsprint.domain.revision import DecisionCause, LateFact
from appsprint.domain.test_device import as_listed
from appsprint.errors import InstallNotFound, NotFound
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.installs import (
    AttributedInstall,
    Attribution,
    InstallFilter,
)
from appsprint.ports.store import Store, UnitOfWork
from appsprint.services.attribution import (
    Networks,
    Revision,
    dated_by_named_clicks,
    decide_install,
    read_link,
)
from appsprint.services.directory import Directory
from appsprint.services.eligibility import deliveries_for, with_skip_reason
from appsprint.services.late_facts import (
    DEFAULT_GRACE,
    LateFacts,
    cause_of,
    told_by_repeat,
    with_late_facts,
)
from appsprint.services.network_lists import NetworkLists


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredInstall:
    """An install with its decision and what answers need of the credited click and link.

    Attributes:
        apple_ads: What Apple told of its ad, by Apple's names; empty unless Apple Ads has credit.
    """

    found: AttributedInstall
    link_name: str | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    apple_ads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallStory:
    """One install and how it came.

    Attributes:
        decisions: Every version of the decision, newest first.
        customer_user_id: The latest; None when the app never told one.
        click: The credited one; None when no click has credit.
        apple_lookup: What Apple was asked; None when the app told no token.
        link_names: Of the links whose clicks were considered, by id.
    """

    found: AttributedInstall
    decisions: Sequence[Attribution]
    customer_user_id: str | None
    click: Click | None
    apple_lookup: AppleLookup | None
    link_names: Mapping[str, str]


class InstallIntake:
    """The write side that SDK routes use. Every method runs inside the writer's unit of work."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: IdSource,
        directory: Directory,
        networks: Networks,
        lists: NetworkLists,
        grace: timedelta = DEFAULT_GRACE,
    ) -> None:
        self._lists = lists
        self._grace = grace
        self._clock = clock
        self._ids = ids
        self._directory = directory
        self._networks = networks

    def register(
        self, uow: UnitOfWork, app: App, install: Install, facts: LateFacts
    ) -> RegisteredInstall:
        """Store an install and decide who earned it.

        A repeat gives the first one's answer, unless it tells what that one lacked.
        """
        install = as_listed(install, self._directory.test_devices(app.id))
        install = dated_by_named_clicks(uow.clicks, install)
        if uow.installs.add(install):
            self.decide(uow, app, install, now=self._clock.now())
            self._note(uow, install.app_id, install.id, facts)
            self._make_install_event(uow, install)
        else:
            known = self._known(uow, app.id, install.appsprint_id).install
            if facts.refuses_tracking:
                uow.installs.forget_advertising_ids(app.id, known.id)
            _note_consent(uow, known, facts)
            told = with_late_facts(known, uow.installs.identifiers(app.id, known.id))
            self._update(uow, app, install.appsprint_id, told_by_repeat(facts, told, install))
        return self.answer(uow, app.id, install.appsprint_id)

    def answer(self, uow: UnitOfWork, app_id: AppId, appsprint_id: str) -> RegisteredInstall:
        """What the SDK is told of an install now.

        Raises:
            InstallNotFound: The app does not know it.
        """
        found = self._known(uow, app_id, appsprint_id)
        attribution = found.attribution
        if attribution.click_id is None or attribution.link_id is None:
            return RegisteredInstall(found=found, apple_ads=_apple_ads(uow, attribution))
        click = uow.clicks.get(app_id, attribution.click_id)
        link = uow.links.get(app_id, attribution.link_id)
        return RegisteredInstall(
            found=found,
            link_name=link.name if link else None,
            utm=read_link(self._networks, click).utm if click else {},
        )

    def note_customer(self, uow: UnitOfWork, app: App, appsprint_id: str, value: str) -> None:
        """Keep the customer's id; the latest one counts.

        Raises:
            InstallNotFound: The app does not know the install.
        """
        self._update(uow, app, appsprint_id, LateFacts(customer_user_id=value))

    def note_adservices_token(
        self, uow: UnitOfWork, app: App, appsprint_id: str, value: str
    ) -> None:
        """Keep Apple's token for a later look-up.

        Raises:
            InstallNotFound: The app does not know the install.
        """
        self._update(uow, app, appsprint_id, LateFacts(adservices_token=value))

    def refuse_tracking(self, uow: UnitOfWork, app: App, appsprint_id: str, status: str) -> None:
        """Keep no advertising id of a person who does not allow it, whatever the status says.

        Credit that the id brought while it was allowed stays.

        Raises:
            InstallNotFound: The app does not know the install.
        """
        del status
        install_id = self._known(uow, app.id, appsprint_id).install.id
        uow.installs.forget_advertising_ids(app.id, install_id)

    def note_idfa(self, uow: UnitOfWork, app: App, appsprint_id: str, value: str) -> bool:
        """Keep the advertising id that a person allowed, and look for its click.

        An id that is another install's is refused once. The SDK answers by registering again
        and repeating at once, without limit (SDK wire protocol §3), so the second time the id
        goes over to the install that insists: it is the same device after a new installation.

        Returns:
            False when the id was refused as another install's.

        Raises:
            InstallNotFound: The app does not know the install.
        """
        install_id = self._known(uow, app.id, appsprint_id).install.id
        if self._is_contested(uow, app.id, install_id, value):
            now, kind = self._clock.now(), IdentifierKind.CONTESTED_IDFA
            uow.installs.note_identifier(app.id, install_id, kind, value, at=now)
            return False
        self._update(uow, app, appsprint_id, LateFacts(idfa=value))
        return True

    def _is_contested(
        self, uow: UnitOfWork, app_id: AppId, install_id: InstallId, value: str
    ) -> bool:
        """Whether the id is another install's and this one has not insisted yet."""
        owner = uow.installs.owner_of_identifier(app_id, IdentifierKind.IDFA, value)
        if owner is None or owner == install_id:
            return False
        own = uow.installs.identifier(app_id, install_id, IdentifierKind.IDFA)
        asked = uow.installs.identifier(app_id, install_id, IdentifierKind.CONTESTED_IDFA)
        return value not in (own, asked)

    def _known(self, uow: UnitOfWork, app_id: AppId, appsprint_id: str) -> AttributedInstall:
        found = uow.installs.by_appsprint_id(app_id, appsprint_id)
        if found is None:
            raise InstallNotFound("this app does not know the install")
        return found

    def _update(self, uow: UnitOfWork, app: App, appsprint_id: str, facts: LateFacts) -> None:
        found = self._known(uow, app.id, appsprint_id)
        cause = cause_of(self._note(uow, app.id, found.install.id, facts))
        if cause is not None:
            self._decide_again(uow, app, found, cause)

    def reconsider(
        self,
        uow: UnitOfWork,
        app: App,
        install_id: InstallId,
        cause: DecisionCause,
        *,
        late_clicks: Collection[ClickId] = frozenset(),
    ) -> None:
        """Decide an install again after a fact that did not come from its device.

        An install that is not known any more is left alone.
        """
        found = uow.installs.get(app.id, install_id)
        if found is not None:
            self._decide_again(uow, app, found, cause, late_clicks)

    def _note(
        self, uow: UnitOfWork, app_id: AppId, install_id: InstallId, facts: LateFacts
    ) -> Set[IdentifierKind]:
        """Keep the facts; the kinds that brought something new."""
        now = self._clock.now()
        new = {
            kind
            for kind, value in facts.by_kind().items()
            if uow.installs.note_identifier(app_id, install_id, kind, value, at=now)
        }
        if IdentifierKind.ADSERVICES_TOKEN in new:
            uow.apple_ads.begin(app_id, install_id, at=now)
        return new

    def _decide_again(
        self,
        uow: UnitOfWork,
        app: App,
        found: AttributedInstall,
        cause: DecisionCause,
        late_clicks: Collection[ClickId] = frozenset(),
    ) -> None:
        """A late fact's say; events that waited for the credit that it gives go out too."""
        now = self._clock.now()
        after = self.revise(uow, app, found, cause, late_clicks=late_clicks, now=now)
        if after.network is not found.attribution.network:
            self._queue_waiting_events(uow, found.install)

    def revise(
        self,
        uow: UnitOfWork,
        app: App,
        found: AttributedInstall,
        cause: DecisionCause,
        *,
        now: datetime,
        late_clicks: Collection[ClickId] = frozenset(),
    ) -> Attribution:
        """Decide a stored install again with all that is known of it; events are left alone."""
        known, before = found.install, found.attribution
        lookup = uow.apple_ads.get(app.id, known.id)
        fact = LateFact(
            cause=cause,
            is_in_time=now <= known.received_at + self._grace,
            late_clicks=late_clicks,
        )
        claim = None if lookup is None else lookup.claim
        install = with_late_facts(known, uow.installs.identifiers(app.id, known.id))
        revision = Revision(in_force=before, fact=fact, claim=claim)
        return self.decide(uow, app, install, now=now, revision=revision)

    def decide(
        self,
        uow: UnitOfWork,
        app: App,
        install: Install,
        *,
        now: datetime,
        revision: Revision | None = None,
    ) -> Attribution:
        """Decide a stored install, now or as it would have been decided; see ``decide_install``."""
        return decide_install(
            uow,
            self._networks,
            app,
            install,
            now=now,
            shared=self._lists.shared.networks(),
            data_centres=self._lists.data_centres.networks(),
            revision=revision,
        )

    def send_waiting(
        self, uow: UnitOfWork, app_id: AppId, install_id: InstallId, *, since: datetime
    ) -> None:
        """Queue the events from ``since`` on that waited for a credit which is there now."""
        found = uow.installs.get(app_id, install_id)
        if found is not None and found.attribution.network is not None:
            self._queue_waiting_events(uow, found.install, since=since)

    def _queue_waiting_events(
        self, uow: UnitOfWork, install: Install, *, since: datetime | None = None
    ) -> None:
        context = uow.installs.context(install.app_id, install.appsprint_id)
        if context is None:
            return
        routes = self._directory.routes(install.app_id)
        for event in uow.events.unattributed_of(install.app_id, install.id):
            if since is not None and event.occurred_at < since:
                continue
            deliveries = deliveries_for(
                event, routes, context, ids=self._ids, now=self._clock.now()
            )
            uow.deliveries.add(deliveries)
            reason = with_skip_reason(replace(event, skip_reason=None), routes, context).skip_reason
            uow.events.set_skip_reason(install.app_id, [event.id], reason)

    def _make_install_event(self, uow: UnitOfWork, install: Install) -> None:
        """The install as an event, for the networks that it is mapped for."""
        routes = [
            route
            for route in self._directory.routes(install.app_id)
            if INSTALL_EVENT_TYPE in route.mapping
        ]
        context = uow.installs.context(install.app_id, install.appsprint_id)
        if not routes or context is None:
            return
        event = with_skip_reason(self._install_event(install), routes, context)
        uow.events.add([event])
        uow.deliveries.add(
            deliveries_for(event, routes, context, ids=self._ids, now=self._clock.now())
        )

    def _install_event(self, install: Install) -> InAppEvent:
        return InAppEvent(
            id=EventId(self._ids.new(IdPrefix.EVENT)),
            app_id=install.app_id,
            event_id=install.id,
            install_id=install.id,
            appsprint_id=install.appsprint_id,
            environment=install.environment,
            event_type=INSTALL_EVENT_TYPE,
            event_name=None,
            occurred_at=install.installed_at,
            device_timestamp_ms=round(install.installed_at.timestamp() * 1000),
            received_at=install.received_at,
            revenue_micros=None,
            currency=None,
            parameters=None,
            client_ip=install.client_ip,
        )


class InstallService:
    """The read side: what the management API shows."""

    def __init__(self, *, store: Store) -> None:
        self._store = store

    def page(
        self, app_id: AppId, wanted: InstallFilter, *, after: InstallId | None, limit: int
    ) -> Sequence[AttributedInstall]:
        """Installs, newest arrival first."""
        return self._store.read(
            lambda uow: uow.installs.page(app_id, wanted, after=after, limit=limit)
        )

    def get(
        self, app_id: AppId, install_id: InstallId
    ) -> tuple[AttributedInstall, Sequence[Attribution]]:
        """One install and every version of its decision, newest first.

        Raises:
            NotFound: The app has no such install.
        """

        def work(uow: UnitOfWork) -> tuple[AttributedInstall, Sequence[Attribution]]:
            found = uow.installs.get(app_id, install_id)
            if found is None:
                raise NotFound(f"no install {install_id} in this app")
            return found, uow.installs.decisions(app_id, install_id)

        return self._store.read(work)

    def story(self, app_id: AppId, install_id: InstallId) -> InstallStory:
        """One install with all that tells why it got its click, or none.

        Raises:
            NotFound: The app has no such install.
        """
        found, decisions = self.get(app_id, install_id)

        def work(uow: UnitOfWork) -> InstallStory:
            kind, click_id = IdentifierKind.CUSTOMER_USER_ID, found.attribution.click_id
            links = (uow.links.get(app_id, one) for one in _considered_links(found.attribution))
            return InstallStory(
                found=found,
                decisions=decisions,
                customer_user_id=uow.installs.identifier(app_id, install_id, kind),
                click=None if click_id is None else uow.clicks.get(app_id, click_id),
                apple_lookup=uow.apple_ads.get(app_id, install_id),
                link_names={link.id: link.name for link in links if link is not None},
            )

        return self._store.read(work)


def _note_consent(uow: UnitOfWork, known: Install, facts: LateFacts) -> None:
    """Keep a repeated registration's yes or no to data for ads; silence changes nothing."""
    before = (json.loads(known.body).get("googleAdsConsent") or {}).get("adUserData")
    word = facts.ad_user_data
    if word in ("GRANTED", "DENIED") and word != before:
        uow.installs.set_ad_user_data(known.app_id, known.id, word)


def _apple_ads(uow: UnitOfWork, attribution: Attribution) -> Mapping[str, str]:
    """What answers tell of Apple's ad; when the claim was forgotten, what the decision kept."""
    if attribution.network is not SelfAttributingNetwork.APPLE_ADS:
        return {}
    lookup = uow.apple_ads.get(attribution.app_id, attribution.install_id)
    if lookup is not None and lookup.claim is not None:
        return lookup.claim.fields
    kept = {
        "campaignId": attribution.campaign_id,
        "adGroupId": attribution.adgroup_id,
        "adId": attribution.ad_id,
    }
    return {name: value for name, value in kept.items() if value is not None}


def _considered_links(attribution: Attribution) -> set[LinkId]:
    candidates = json.loads(attribution.explanation).get("candidates", ())
    named = {LinkId(one["link_id"]) for one in candidates if one.get("link_id")}
    return named if attribution.link_id is None else named | {attribution.link_id}
