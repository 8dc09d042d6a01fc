"""All services of one process under one name, for the entry points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appsprint.config import Settings
from appsprint.domain.link import AdNetwork
from appsprint.ports.ad_network import AdNetworkAdapter
from appsprint.ports.clock import Clock, IdSource
from appsprint.ports.secret_box import SecretBox
from appsprint.ports.store import Store
from appsprint.services.access import AccessService
from appsprint.services.apple_ads import AppleAdsService
from appsprint.services.apps import AppService
from appsprint.services.audit import AuditService
from appsprint.services.campaigns import CampaignService
from appsprint.services.checklist import ChecklistService
from appsprint.services.connections import ConnectionService
from appsprint.services.costs import CostSyncService
from appsprint.services.deliveries import DeliveryService
from appsprint.services.diagnostics import DiagnosticsService
from appsprint.services.directory import Directory
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
from appsprint.services.privacy import PrivacyService
from appsprint.services.quality import QualityService
from appsprint.services.reconciliation import ReconciliationService
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases of the product and what they stand on."""

    settings: Settings
    clock: Clock
    ids: IdSource
    store: Store
    networks: Mapping[AdNetwork, AdNetworkAdapter]
    secrets: SecretBox
    secret_keys: SecretKeyService
    directory: Directory
    access: AccessService
    members: MemberService
    sessions: SessionService
    setup: SetupService
    audit: AuditService
    apps: AppService
    test_devices: DeviceListService
    links: LinkService
    connections: ConnectionService
    grants: GrantCheckService
    mapping: MappingService
    install_intake: InstallIntake
    late_clicks: LateClicks
    apple_ads: AppleAdsService
    stored_replay: StoredReplayService
    self_checks: SelfCheckService
    installs: InstallService
    event_intake: EventIntake
    events: EventService
    deliveries: DeliveryService
    sending: SendingService
    costs: CostSyncService
    campaigns: CampaignService
    reports: ReportService
    quality: QualityService
    network_lists: NetworkLists
    reconciliation: ReconciliationService
    rollups: RollupService
    overview: OverviewService
    checklist: ChecklistService
    live: LiveService
    system: SystemService
    ledger: LedgerService
    vbo: VboService
    diagnostics: DiagnosticsService
    idempotency: IdempotencyService
    exports: ExportService
    privacy: PrivacyService
    retention: RetentionService
