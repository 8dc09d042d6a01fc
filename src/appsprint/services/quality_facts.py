"""Gathers what the quality rules look at, by a few bounded look-ups in indexes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.click import Click
from appsprint.domain.emulators import DeviceMarks
from appsprint.domain.install import Install
from appsprint.domain.quality import LinkTraffic, QualityFacts
from appsprint.domain.quality_rules import QualityRule, QualityRules
from appsprint.domain.shared_network import SharedNetworks
from appsprint.ports.store import UnitOfWork
from appsprint.services.install_body import read_body

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """An install with the click that it is judged by.

    Attributes:
        click: The one that the rule of credit chose, whatever becomes of it; None for an organic
            install.
        injected_after: How long after the installation began a click was made that the rule of
            credit ruled out for it; None when there was none.
    """

    install: Install
    click: Click | None
    injected_after: timedelta | None = None


class FactFinder:
    """Looks at stored traffic as it was when an install arrived; only for rules that are on.

    Args:
        uow: Only read.
        rules: The app's.
        data_centres: Networks of data centres.
    """

    def __init__(self, uow: UnitOfWork, rules: QualityRules, data_centres: SharedNetworks) -> None:
        self._installs = uow.installs
        self._quality = uow.quality
        self._rules = rules
        self._data_centres = data_centres

    def facts(self, one: Suspicion) -> QualityFacts:
        """Everything that the rules want to know of an install."""
        click, install, injected = one.click, one.install, one.injected_after
        waited = None if click is None else install.received_at - click.occurred_at
        return QualityFacts(
            device=marks_of(install),
            is_data_centre=self._data_centres.holds(install.client_ip),
            injected_after_seconds=None if injected is None else injected.total_seconds(),
            arrived_after_seconds=None if waited is None else waited.total_seconds(),
            address_clicks=None if click is None else self._address_clicks(click),
            link=None if click is None else self._link(click),
            soon_and_late=None if click is None else self.soon_and_late(click, install),
            device_installs=self._device_installs(install),
            address_installs=self._address_installs(install),
            key_installs=self._key_installs(install),
        )

    def soon_and_late(self, click: Click, install: Install) -> tuple[int, int] | None:
        """See ``QualityFacts``; the install itself is not among them."""
        if not self._rules.is_on(QualityRule.ODD_DELAYS):
            return None
        delays = self._quality.latest_delays(
            click.app_id,
            click.link_id,
            until=install.received_at,
            limit=self._limit(QualityRule.ODD_DELAYS),
        )
        soon = self._rules.threshold(QualityRule.ODD_DELAYS, "minutes") * _MINUTE
        number = sum(delay <= soon for delay in delays)
        return number, len(delays) - number

    def _address_clicks(self, click: Click) -> int | None:
        if click.address_key is None or not self._rules.is_on(QualityRule.ADDRESS_FLOOD):
            return None
        return self._quality.count_clicks_of_address(
            click.app_id,
            click.address_key,
            since=click.occurred_at - _HOUR,
            until=click.occurred_at,
            limit=self._rules.threshold(QualityRule.ADDRESS_FLOOD, "clicks"),
        )

    def _link(self, click: Click) -> LinkTraffic | None:
        if not self._rules.is_on(QualityRule.LINK_FLOOD):
            return None
        return self._quality.link_traffic(click.app_id, click.link_id, at=click.occurred_at)

    def _device_installs(self, install: Install) -> int | None:
        rule = QualityRule.REPEATED_INSTALLS
        if not self._rules.is_on(rule):
            return None
        days = timedelta(days=self._rules.threshold(rule, "days"))
        earlier = self._installs.earlier_of_device(install, limit=self._limit(rule))
        recent = {one.id for one in earlier if install.installed_at - one.installed_at <= days}
        return 1 + len(recent)

    def _address_installs(self, install: Install) -> int | None:
        rule = QualityRule.ADDRESS_BURST
        if install.address_key is None or not self._rules.is_on(rule):
            return None
        return 1 + self._quality.count_installs_of_address(
            install.app_id,
            install.address_key,
            since=install.received_at - _HOUR,
            until=install.received_at,
            limit=self._limit(rule) - 1,
        )

    def _key_installs(self, install: Install) -> int | None:
        rule = QualityRule.KEY_BURST
        if not self._rules.is_on(rule):
            return None
        return 1 + self._quality.count_installs(
            install.app_id,
            install.environment,
            since=install.received_at - _MINUTE,
            until=install.received_at,
            limit=self._limit(rule) - 1,
        )

    def _limit(self, rule: QualityRule) -> int:
        return self._rules.threshold(rule, "installs")


def marks_of(install: Install) -> DeviceMarks:
    """What an install tells of its device's make."""
    told = json.loads(install.body)
    return DeviceMarks(
        user_agent=install.user_agent,
        model=install.device_model,
        manufacturer=told.get("deviceManufacturer"),
        brand=told.get("deviceBrand"),
        product=told.get("deviceProduct"),
        hardware=told.get("deviceHardware"),
        renderer=told.get("gpuRenderer"),
    )


def injected_after(clicked_at: datetime, install: Install) -> timedelta | None:
    """How long after the installation began a click was made; None where Play does not tell.

    Play's time of the click counts where it is told, because it is of the same clock.
    """
    told = read_body(install.body)
    if told.play_began_at is None:
        return None
    return (told.play_click_at or clicked_at) - told.play_began_at
