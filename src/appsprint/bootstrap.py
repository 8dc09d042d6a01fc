"""Wires adapters into services; the only place that chooses."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from appsprint.adapters.exchange_rates.ecb import EcbExchangeRates
from appsprint.adapters.network_file import NetworkFile
from appsprint.adapters.networks.apple_ads.adservices import AppleAdServices, SwitchedOff
from appsprint.adapters.networks.tiktok.adapter import TikTokAdapter
from appsprint.adapters.networks.tiktok.settings import TikTokSettings
from appsprint.adapters.parquet import ParquetWriter
from appsprint.adapters.passwords.argon2 import Argon2Passwords
from appsprint.adapters.secrets.box import AesGcmBox, LockedBox
from appsprint.adapters.secrets.keys import (
    PREVIOUS_SETTING,
    KeyFile,
    Keys,
    SecretKey,
    parse_key,
    parse_keys,
)
from appsprint.adapters.spool.file import FileSpool
from appsprint.adapters.sqlite.connection import database_path
from appsprint.adapters.sqlite.inspection import SqliteInspection
from appsprint.adapters.sqlite.maintenance import SqliteMaintenance
from appsprint.adapters.sqlite.store import SqliteStore
from appsprint.adapters.system import SortableIds, SystemClock
from appsprint.config import Settings
from appsprint.domain.attribution import attribute_install
from appsprint.domain.decision import AttributionRules
from appsprint.domain.link import AdNetwork
from appsprint.domain.member import SessionLimits
from appsprint.domain.retry import RetrySchedule
from appsprint.errors import ConfigurationError
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.apple_ads import AdServices
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.exchange_rates import ExchangeRates
from appsprint.ports.inspection import StoreInspection
from appsprint.ports.passwords import Passwords
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.spool import ClickSpool
from appsprint.ports.store import Store
from appsprint.services.access import AccessService
from appsprint.services.apple_ads import AppleAdsService
from appsprint.services.apps import AppService
from appsprint.services.audit import AuditService
from appsprint.services.campaigns import CampaignService
from appsprint.services.catalog import Services
from appsprint.services.checklist import ChecklistService
from appsprint.services.clicks import SpoolReplay
from appsprint.services.connections import ConnectionService
from appsprint.services.costs import CostSyncService
from appsprint.services.deliveries import DeliveryService
from appsprint.services.diagnostics import DiagnosticsService
from appsprint.services.directory import Directory
from appsprint.services.doctor import DoctorService
from appsprint.services.events import EventIntake, EventService
from appsprint.services.exports import ExportService
from appsprint.services.grants import GrantCheckService
from appsprint.services.idempotency import IdempotencyService
from appsprint.services.installs import InstallIntake, InstallService
from appsprint.services.late_clicks import LateClicks
from appsprint.services.ledger import LedgerService
from appsprint.services.links import LinkService
from appsprint.services.live import LiveService
from appsprint.services.mapping import MappingService
from appsprint.services.members import MemberService
from appsprint.services.network_lists import NetworkLists
from appsprint.services.overview import OverviewService
from appsprint.services.pacing import Pacer
from appsprint.services.privacy import PrivacyService
from appsprint.services.quality import QualityService
from appsprint.services.reconciliation import ReconciliationService
from appsprint.services.replay import Replay, Rule
from appsprint.services.reports import ReportService
from appsprint.services.retention import RetentionService
from appsprint.services.rollups import RollupService
from appsprint.services.secret_keys import SecretKeyService
from appsprint.services.self_checks import SelfCheckService
from appsprint.services.sending import SendingService
from appsprint.services.sessions import SessionService
from appsprint.services.setup import SetupService
from appsprint.services.stored_replay import StoredReplayService
from appsprint.services.system import SystemService
from appsprint.services.test_devices import DeviceListService
from appsprint.services.vbo import VboService

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Everything that one process holds open.

    Attributes:
        services: The use cases.
        doctor: The check of the whole installation.
        spool: Where clicks wait that the store could not take.
    """

    services: Services
    doctor: DoctorService
    spool: FileSpool
    store: SqliteStore
    tiktok: TikTokAdapter
    adservices: AppleAdServices | SwitchedOff

    def close(self) -> None:
        """Finish queued writes, then give everything back."""
        self.store.close()
        self.tiktok.close()
        self.adservices.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What services stand on.

    Attributes:
        adservices: Tells what Apple says of an install.
        jitter: A number from 0 to 1 that spreads retries.
        lease: How long a claimed delivery belongs to its sender.
        replays_spool: Whether this process brings spooled clicks into the store. The server does
            within a second; two processes must not.
    """

    settings: Settings
    clock: Clock
    ids: IdSource
    store: Store
    networks: Mapping[AdNetwork, AdNetworkAdapter]
    secrets: SecretBox
    passwords: Passwords
    secret_keys: SecretKeyService
    directory: Directory
    inspection: StoreInspection
    spool: ClickSpool
    adservices: AdServices
    jitter: Callable[[], float] = random.random
    lease: timedelta = LEASE
    replays_spool: bool = False


def build(
    settings: Settings,
    *,
    is_server: bool,
    clock: Clock | None = None,
    lease: timedelta = LEASE,
) -> Process:
    """Open the store and build every service.

    Args:
        settings: The whole configuration.
        is_server: A server takes the file for itself, and refuses to start beside another.
        clock: Another time than the machine's, for demonstrations.
        lease: How long a claimed delivery belongs to its sender.

    Raises:
        ConfigurationError: A setting, the database or the secret key cannot be used.
        StoreUnavailable: The database cannot be opened.
    """
    path = database_path(settings.database_url)
    listener = _ChangeListener()
    spool = FileSpool(path.with_name(f"{path.name}-spool"))
    store = SqliteStore(path, exclusive=is_server, on_foreign_change=listener)
    try:
        tiktok, adservices = _tiktok(settings), _adservices(settings)
        secrets, secret_keys = _secrets(settings, path, store, is_server=is_server)
        parts = Parts(
            settings=settings,
            clock=clock or SystemClock(),
            ids=SortableIds(),
            store=store,
            networks={AdNetwork.TIKTOK: tiktok},
            secrets=secrets,
            secret_keys=secret_keys,
            passwords=Argon2Passwords(),
            directory=Directory(store, {AdNetwork.TIKTOK: tiktok}),
            inspection=SqliteInspection(path),
            spool=spool,
            lease=lease,
            adservices=adservices,
            replays_spool=is_server,
        )
        parts.directory.refresh()
        services = services_over(parts)
        if is_server:
            services.network_lists.load()
    except Exception:
        store.close()
        raise
    listener.directory = parts.directory
    return Process(
        services=services,
        doctor=_doctor(services, parts.inspection, spool),
        spool=spool,
        store=store,
        tiktok=tiktok,
        adservices=adservices,
    )


class _ChangeListener:
    """Reads the small tables again when another process wrote; set up after the store."""

    def __init__(self) -> None:
        self.directory: Directory | None = None

    def __call__(self) -> None:
        if self.directory is not None:
            self.directory.refresh()


# long because: it is the list of all services, a line each.
def services_over(parts: Parts) -> Services:
    """Every service, over a directory that was read already."""
    store, clock, ids, directory = parts.store, parts.clock, parts.ids, parts.directory
    networks, secrets, settings = parts.networks, parts.secrets, parts.settings
    links, connections, rates = _links(parts), _connections(parts), _exchange_rates(settings)
    reports, reconciliation = _reports(parts, rates), _reconciliation(parts, rates)
    diagnostics = _diagnostics(parts, links, reconciliation)
    access, members = AccessService(store=store, clock=clock, ids=ids), _members(parts)
    lists = _network_lists(settings)
    intake = _install_intake(parts, lists)
    late_clicks, apple_ads = LateClicks(store=store, intake=intake), _apple_ads(parts, intake)
    return Services(
        settings=settings,
        clock=clock,
        ids=ids,
        store=store,
        networks=networks,
        secrets=secrets,
        secret_keys=parts.secret_keys,
        directory=directory,
        access=access,
        members=members,
        sessions=_sessions(parts),
        setup=SetupService(store=store, clock=clock, access=access, members=members),
        audit=AuditService(store=store),
        apps=AppService(store=store, clock=clock, ids=ids, directory=directory),
        test_devices=DeviceListService(store=store, clock=clock, ids=ids, directory=directory),
        links=links,
        connections=connections,
        grants=GrantCheckService(store=store, clock=clock, networks=networks, secrets=secrets),
        mapping=MappingService(store=store, clock=clock, directory=directory, networks=networks),
        install_intake=intake,
        late_clicks=late_clicks,
        apple_ads=apple_ads,
        self_checks=SelfCheckService(store=store, clock=clock),
        stored_replay=_stored_replay(parts, intake),
        installs=InstallService(store=store),
        event_intake=EventIntake(ids=ids, directory=directory),
        events=EventService(store=store),
        deliveries=DeliveryService(store=store, clock=clock, schedule=_schedule(settings)),
        sending=_sending(parts),
        costs=CostSyncService(store=store, clock=clock, networks=networks, secrets=secrets),
        campaigns=CampaignService(store=store),
        reports=reports,
        overview=OverviewService(clock, reports, connections, diagnostics),
        reconciliation=reconciliation,
        checklist=ChecklistService(store=store, clock=clock),
        rollups=RollupService(store=store),
        live=LiveService(store=store),
        system=_system(parts),
        ledger=LedgerService(store=store, clock=clock),
        vbo=VboService(store=store, clock=clock, threshold=settings.tiktok_vbo_threshold),
        diagnostics=diagnostics,
        idempotency=_idempotency(parts),
        exports=ExportService(store=store, clock=clock, networks=networks, parquet=ParquetWriter()),
        privacy=_privacy(parts, late_clicks),
        quality=QualityService(store=store, clock=clock, data_centres=lists.data_centres),
        network_lists=lists,
        retention=RetentionService(store=store, clock=clock, retention=settings.retention),
    )


def _apple_ads(parts: Parts, intake: InstallIntake) -> AppleAdsService:
    return AppleAdsService(
        store=parts.store, clock=parts.clock, apple=parts.adservices, intake=intake
    )


def _idempotency(parts: Parts) -> IdempotencyService:
    return IdempotencyService(
        store=parts.store, clock=parts.clock, secrets=parts.secrets, directory=parts.directory
    )


def _install_intake(parts: Parts, lists: NetworkLists) -> InstallIntake:
    return InstallIntake(
        clock=parts.clock,
        ids=parts.ids,
        directory=parts.directory,
        networks=parts.networks,
        lists=lists,
        grace=timedelta(hours=parts.settings.late_facts_hours),
    )


def _network_lists(settings: Settings) -> NetworkLists:
    return NetworkLists(
        shared=NetworkFile("APPSPRINT_SHARED_NETWORKS_PATH", settings.shared_networks_path),
        data_centres=NetworkFile("APPSPRINT_DATA_CENTRES_PATH", settings.data_centres_path),
    )


def _stored_replay(parts: Parts, intake: InstallIntake) -> StoredReplayService:
    store, clock = parts.store, parts.clock
    return StoredReplayService(
        store=store,
        clock=clock,
        intake=intake,
        apps=AppService(store=store, clock=clock, ids=parts.ids, directory=parts.directory),
        rollups=RollupService(store=store),
        retention=parts.settings.retention,
    )


def _members(parts: Parts) -> MemberService:
    return MemberService(
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
        passwords=parts.passwords,
        secrets=parts.secrets,
    )


def _privacy(parts: Parts, late_clicks: LateClicks) -> PrivacyService:
    spool = SpoolReplay(store=parts.store, spool=parts.spool, reconsider=late_clicks.reconsider)
    return PrivacyService(
        store=parts.store,
        clock=parts.clock,
        retention=parts.settings.retention,
        replay_spool=spool.replay if parts.replays_spool else lambda: None,
    )


def _reports(parts: Parts, rates: ExchangeRates) -> ReportService:
    return ReportService(store=parts.store, clock=parts.clock, rates=rates)


def _reconciliation(parts: Parts, rates: ExchangeRates) -> ReconciliationService:
    return ReconciliationService(
        store=parts.store, clock=parts.clock, rates=rates, networks=parts.networks
    )


def _diagnostics(
    parts: Parts, links: LinkService, reconciliation: ReconciliationService
) -> DiagnosticsService:
    return DiagnosticsService(
        store=parts.store,
        clock=parts.clock,
        networks=parts.networks,
        settings=parts.settings,
        links=links,
        reconciliation=reconciliation,
    )


def _system(parts: Parts) -> SystemService:
    return SystemService(
        store=parts.store,
        clock=parts.clock,
        inspection=parts.inspection,
        spool=parts.spool,
        retention=parts.settings.retention,
    )


def _sessions(parts: Parts) -> SessionService:
    settings = parts.settings
    return SessionService(
        store=parts.store,
        clock=parts.clock,
        passwords=parts.passwords,
        secrets=parts.secrets,
        limits=SessionLimits(
            idle=timedelta(hours=settings.session_idle_hours),
            absolute=timedelta(days=settings.session_days),
        ),
    )


def _links(parts: Parts) -> LinkService:
    return LinkService(
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
        directory=parts.directory,
        networks=parts.networks,
        settings=parts.settings,
    )


def _connections(parts: Parts) -> ConnectionService:
    return ConnectionService(
        store=parts.store,
        clock=parts.clock,
        directory=parts.directory,
        networks=parts.networks,
        secrets=parts.secrets,
        settings=parts.settings,
    )


def _sending(parts: Parts) -> SendingService:
    settings = parts.settings
    return SendingService(
        store=parts.store,
        clock=parts.clock,
        ids=parts.ids,
        networks=parts.networks,
        secrets=parts.secrets,
        schedule=_schedule(settings),
        jitter=parts.jitter,
        pacer=Pacer(
            clock=parts.clock,
            per_pixel=settings.tiktok_pixel_calls_per_second,
            in_all=settings.tiktok_app_calls_per_second,
        ),
        lease=parts.lease,
    )


def _schedule(settings: Settings) -> RetrySchedule:
    return RetrySchedule(
        first_pause=timedelta(seconds=settings.retry_first_seconds),
        longest_pause=timedelta(seconds=settings.retry_longest_seconds),
        max_attempts=settings.retry_max_attempts,
    )


def _doctor(services: Services, inspection: StoreInspection, spool: FileSpool) -> DoctorService:
    return DoctorService(
        store=services.store,
        clock=services.clock,
        secrets=services.secrets,
        settings=services.settings,
        ledger=services.ledger,
        rollups=services.rollups,
        inspection=inspection,
        spool=spool,
        network_lists=services.network_lists,
    )


def _tiktok(settings: Settings) -> TikTokAdapter:
    return TikTokAdapter(
        TikTokSettings(
            app_id=settings.tiktok_app_id or "",
            secret=settings.tiktok_secret.reveal() if settings.tiktok_secret else "",
            api_url=settings.tiktok_api_url,
            auth_url=settings.tiktok_auth_url,
            timeout_seconds=settings.tiktok_timeout_seconds,
            reads_per_second=settings.tiktok_reads_per_second,
        )
    )


def _adservices(settings: Settings) -> AppleAdServices | SwitchedOff:
    url = settings.apple_adservices_url
    return SwitchedOff() if url is None else AppleAdServices(url=url)


def _exchange_rates(settings: Settings) -> EcbExchangeRates:
    if settings.exchange_rates_file is None:
        return EcbExchangeRates()
    rates = EcbExchangeRates(Path(settings.exchange_rates_file))
    rates.check()
    return rates


def _secrets(
    settings: Settings, database: Path, store: SqliteStore, *, is_server: bool
) -> tuple[SecretBox, SecretKeyService]:
    """The box over every known key. Where stored secrets need another, a server does not start.

    Commands do, with a box that refuses: what needs no secret works, and so does the way out.
    """
    file = KeyFile(database.with_name(f"{database.name}.key"))
    keys = Keys(
        current=None if settings.secret_key is None else parse_key(settings.secret_key.reveal()),
        previous=_previous_keys(settings),
        file=file,
    )
    box = AesGcmBox(keys)
    secret_keys = SecretKeyService(store=store, secrets=box, keys=keys)
    if not secret_keys.uses():
        file.create()
    problem = secret_keys.missing()
    if problem is None:
        if is_server:
            secret_keys.announce()
        return box, secret_keys
    if is_server:
        raise ConfigurationError(problem)
    return LockedBox(problem), secret_keys


def _previous_keys(settings: Settings) -> Sequence[SecretKey]:
    previous = settings.secret_key_previous
    return () if previous is None else parse_keys(previous.reveal(), setting=PREVIOUS_SETTING)


def maintenance(settings: Settings) -> SqliteMaintenance:
    """The database file as a thing to look at, to migrate and to copy; opens nothing yet.

    Raises:
        ConfigurationError: The address of the database cannot be used.
    """
    return SqliteMaintenance(database_path(settings.database_url))


def replay(*, rules: AttributionRules | None = None, rule: Rule = attribute_install) -> Replay:
    """The matching of clicks and installs by itself: no store, no clock, no network."""
    networks = {AdNetwork.TIKTOK: TikTokAdapter(TikTokSettings())}
    return Replay(networks=networks, rules=rules, rule=rule)
