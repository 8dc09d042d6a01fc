"""One app with its facts, written through a store: what suites and golden cases are told with.

Every method writes at once and durably. Whatever a caller does not say is filled in with
something plausible that no rule of a report depends on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from appsprint.domain.app import App, Environment, Platform
from appsprint.domain.click import Click
from appsprint.domain.connection import Connection
from appsprint.domain.cost import AdEntity, AdLevel, CostRow
from appsprint.domain.ids import AppId, ClickId, EventId, InstallId, LinkId
from appsprint.domain.inapp_event import InAppEvent
from appsprint.domain.install import Dialect, Install
from appsprint.domain.link import AdNetwork, Link, SelfAttributingNetwork
from appsprint.domain.money import to_micros
from appsprint.ports.installs import Attribution
from appsprint.ports.store import Store, UnitOfWork
from appsprint.testing.builders import put_clicks

_CREATED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ADDRESS = "203.0.113.7"


class Scene:
    """An app on a store, and everything that happened to it.

    Args:
        store: Any store; several scenes with different ids can share it.
        app_id: The app's id; the app and one ad link named "Spring" are made at once.
    """

    network = AdNetwork.TIKTOK

    def __init__(
        self,
        store: Store,
        *,
        app_id: str = "app_1",
        time_zone: str = "UTC",
        currency: str = "USD",
    ) -> None:
        self.store = store
        self.app_id = AppId(app_id)
        self._numbers = count(1)
        self._app = App(
            id=self.app_id,
            name="Example",
            platform=Platform.IOS,
            store_url="https://apps.apple.com/us/app/example/id1",
            store_id="1",
            time_zone=time_zone,
            currency=currency,
            created_at=_CREATED_AT,
        )
        self.store.write(lambda uow: uow.apps.add(self._app))
        self.link_id = self.link("Spring")

    def link(self, name: str) -> LinkId:
        """A new ad link."""
        link_id = LinkId(self._id("lnk_"))
        link = Link(
            id=link_id,
            app_id=self.app_id,
            slug=link_id.replace("_", ""),
            network=self.network,
            name=name,
            destination_url=self._app.store_url,
            created_at=_CREATED_AT,
        )
        self.store.write(lambda uow: uow.links.add(link))
        return link_id

    def connect(self, connection: Connection) -> None:
        """Store the app's connection as given."""
        self.store.write(lambda uow: uow.connections.save(connection))

    def credited_install(
        self,
        at: datetime,
        *,
        campaign_id: str | None = None,
        campaign_name: str | None = None,
        adgroup_id: str | None = None,
        adgroup_name: str | None = None,
        ad_id: str | None = None,
        ad_name: str | None = None,
        link_id: LinkId | None = None,
        country: str | None = None,
        environment: Environment = Environment.LIVE,
        clicked_at: datetime | None = None,
        is_reinstall: bool = False,
        tags: tuple[str, ...] = (),
    ) -> InstallId:
        """An install at ``at`` that a click with these parameters earned, by default just then."""
        install = self._install(at, country, environment)
        click = self._click(at if clicked_at is None else clicked_at, link_id)
        decision = replace(
            _credited(_organic(install), click),
            campaign_id=campaign_id,
            campaign_name=campaign_name,
            adgroup_id=adgroup_id,
            adgroup_name=adgroup_name,
            ad_id=ad_id,
            ad_name=ad_name,
            is_reinstall=is_reinstall,
            is_test=environment is Environment.TEST,
            tags=tags,
        )
        self._store_install(install, decision)
        return install.id

    def organic_install(self, at: datetime) -> InstallId:
        """A live install that no click earned."""
        install = self._install(at, None, Environment.LIVE)
        self._store_install(install, _organic(install))
        return install.id

    def apple_install(self, at: datetime, *, campaign_id: str) -> InstallId:
        """A live install that Apple Ads earned."""
        install = self._install(at, None, Environment.LIVE)
        network = SelfAttributingNetwork.APPLE_ADS
        decision = replace(
            _organic(install), match_type="apple_ads", network=network, campaign_id=campaign_id
        )
        self._store_install(install, decision)
        return install.id

    def event(
        self,
        install_id: InstallId,
        at: datetime,
        *,
        revenue: Decimal | None = None,
        currency: str | None = "USD",
        event_type: str = "purchase",
        environment: Environment = Environment.LIVE,
    ) -> None:
        """An in-app event of an install; a negative ``revenue`` is a refund."""
        event = InAppEvent(
            id=EventId(self._id("evt_")),
            app_id=self.app_id,
            event_id=self._id("sdk-"),
            install_id=install_id,
            appsprint_id=f"device-of-{install_id}",
            environment=environment,
            event_type=event_type,
            event_name=None,
            occurred_at=at,
            device_timestamp_ms=0,
            received_at=at,
            revenue_micros=None if revenue is None else to_micros(revenue),
            currency=currency,
            parameters=None,
            client_ip=_ADDRESS,
        )
        self.store.write(lambda uow: uow.events.add([event]))

    def entity(
        self,
        level: AdLevel,
        entity_id: str,
        name: str,
        *,
        campaign_id: str | None = None,
        adgroup_id: str | None = None,
        advertiser_id: str | None = None,
        landing_page_url: str | None = None,
        is_deleted: bool = False,
        at: datetime = _CREATED_AT,
    ) -> None:
        """A campaign, an ad group or an ad as the network lists it."""
        entity = AdEntity(
            level=level,
            id=entity_id,
            name=name,
            campaign_id=entity_id if campaign_id is None else campaign_id,
            adgroup_id=adgroup_id,
            advertiser_id=advertiser_id,
            landing_page_url=landing_page_url,
            is_deleted=is_deleted,
        )

        def work(uow: UnitOfWork) -> None:
            uow.costs.save_entities(self.app_id, self.network, [entity], at=at)

        self.store.write(work)

    def cost(
        self,
        entity_id: str,
        day_on: date,
        *,
        level: AdLevel = AdLevel.CAMPAIGN,
        as_of: datetime = _CREATED_AT,
        spend: Decimal | None = None,
        impressions: int | None = None,
        clicks: int | None = None,
        installs: int | None = None,
        revenue: Decimal | None = None,
        currency: str | None = None,
        country: str | None = None,
    ) -> int:
        """What the network reports for one entity and day; 1 when it is news, else 0."""
        row = CostRow(
            level=level,
            entity_id=entity_id,
            day_on=day_on,
            as_of=as_of,
            spend_micros=None if spend is None else to_micros(spend),
            impressions=impressions,
            clicks=clicks,
            reported_installs=installs,
            reported_revenue_micros=None if revenue is None else to_micros(revenue),
            country=country,
        )
        return self.store.write(
            lambda uow: uow.costs.save_costs(self.app_id, self.network, [row], currency=currency)
        )

    def redecide(
        self,
        install_id: InstallId,
        *,
        at: datetime,
        campaign_id: str | None = None,
        campaign_name: str | None = None,
    ) -> None:
        """Decide again: that the campaign earned the install, or that it is organic."""
        click = None if campaign_id is None else self._click(at)

        def work(uow: UnitOfWork) -> None:
            found = uow.installs.get(self.app_id, install_id)
            if found is not None:
                version = found.attribution.version + 1
                again = replace(_organic(found.install), version=version, decided_at=at)
                if click is not None:
                    again = replace(
                        _credited(again, click),
                        campaign_id=campaign_id,
                        campaign_name=campaign_name,
                    )
                uow.installs.decide(again)

        self.store.write(work)

    def _click(self, at: datetime, link_id: LinkId | None = None) -> Click:
        click = Click(
            id=ClickId(self._id("clk_")),
            app_id=self.app_id,
            link_id=self.link_id if link_id is None else link_id,
            network=self.network,
            occurred_at=at,
            client_ip=_ADDRESS,
            address_key=None,
            user_agent="",
            page_url="https://example.com/",
        )
        put_clicks(self.store, click)
        return click

    def _install(self, at: datetime, country: str | None, environment: Environment) -> Install:
        install_id = InstallId(self._id("ins_"))
        return Install(
            id=install_id,
            app_id=self.app_id,
            appsprint_id=f"device-of-{install_id}",
            dialect=Dialect.APPSPRINT,
            environment=environment,
            platform=Platform.IOS,
            installed_at=at,
            received_at=at,
            client_ip=_ADDRESS,
            address_key=_ADDRESS,
            user_agent=None,
            device_model=None,
            os_version=None,
            locale=None if country is None else f"en-{country}",
        )

    def _store_install(self, install: Install, decision: Attribution) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.installs.add(install)
            uow.installs.decide(decision)

        self.store.write(work)

    def _id(self, prefix: str) -> str:
        return f"{prefix}{self.app_id.removeprefix('app_')}_{next(self._numbers):032x}"


def _organic(install: Install) -> Attribution:
    return Attribution(
        app_id=install.app_id,
        install_id=install.id,
        version=1,
        decided_at=install.received_at,
        rule_version=1,
        match_type="organic",
        confidence=0.0,
        reason="told by the scene",
    )


def _credited(decision: Attribution, click: Click) -> Attribution:
    return replace(
        decision,
        match_type="click_id",
        confidence=1.0,
        click_id=click.id,
        link_id=click.link_id,
        network=click.network,
    )
