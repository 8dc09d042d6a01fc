"""The audit log: every change in words, with who made it and when."""

from __future__ import annotations

from collections.abc import Mapping

from appsprint.domain.access import Role
from appsprint.domain.audit import ActorKind, AuditAction
from appsprint.domain.ids import AppId
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of

WORDS: Mapping[AuditAction, str] = {
    AuditAction.APP_CREATED: "App created",
    AuditAction.APP_UPDATED: "App settings changed",
    AuditAction.APP_DELETED: "App deleted",
    AuditAction.KEY_CREATED: "API key made",
    AuditAction.KEY_REVOKED: "API key revoked",
    AuditAction.KEY_COPIED: "SDK key copied",
    AuditAction.TEST_DEVICE_ADDED: "Test device listed",
    AuditAction.TEST_DEVICE_REMOVED: "Test device taken from the list",
    AuditAction.LINK_CREATED: "Ad link created",
    AuditAction.LINK_UPDATED: "Ad link changed",
    AuditAction.LINK_ARCHIVED: "Ad link archived",
    AuditAction.TIKTOK_CONNECTED: "TikTok Ads connected",
    AuditAction.TIKTOK_DISCONNECTED: "TikTok Ads disconnected",
    AuditAction.ADVERTISER_CHOSEN: "Advertiser account chosen",
    AuditAction.EVENTS_API_SAVED: "Pixel ID and access token saved",
    AuditAction.MAPPING_SET: "Event mapping changed",
    AuditAction.QUALITY_RULES_SET: "Quality rules changed",
    AuditAction.MAPPING_RESET: "Event mapping reset",
    AuditAction.ATTRIBUTION_REPLAYED: "Past decided again",
    AuditAction.DELIVERIES_REDRIVEN: "Deliveries redriven",
    AuditAction.RETENTION_CHANGED: "Retention changed",
    AuditAction.DATA_EXPORTED: "Raw data exported",
    AuditAction.PERSON_ERASED: "Person's data erased",
    AuditAction.TOKEN_CREATED: "API token made",
    AuditAction.TOKEN_REVOKED: "API token revoked",
    AuditAction.SERVER_SET_UP: "Server set up",
    AuditAction.MEMBER_INVITED: "Member invited",
    AuditAction.MEMBER_UPDATED: "Member changed",
    AuditAction.MEMBER_REMOVED: "Member removed",
    AuditAction.PASSWORD_CHOSEN: "Password chosen",
    AuditAction.SECOND_FACTOR_ON: "Second factor turned on",
    AuditAction.SECOND_FACTOR_OFF: "Second factor turned off",
    AuditAction.SIGNED_IN: "Signed in",
}
_KINDS: Mapping[ActorKind, str] = {
    ActorKind.MEMBER: "",
    ActorKind.TOKEN: "API token",
    ActorKind.COMMAND_LINE: "command line",
    ActorKind.SYSTEM: "",
}
_ENTRIES = 50
_LONGEST_NUMBER = 18


@page("GET", "/settings/audit", role=Role.OWNER, needs_all_apps=True)
def show_audit(request: PageRequest) -> PageResponse:
    """Every change on the server."""
    return audit_page(request, None, "server_audit.html")


def audit_page(request: PageRequest, app_id: AppId | None, template: str) -> PageResponse:
    """A page of the audit log, newest first; ``before`` in the address goes on."""
    before = _read_number(request.query_params.get("before", ""))
    found = services_of(request).audit.page(
        app_id, read_by=visit_of(request).member, before=before, limit=_ENTRIES + 1
    )
    shown = found[:_ENTRIES]
    return render(
        request,
        template,
        entries=[one.entry for one in shown],
        more=shown[-1].number if len(found) > _ENTRIES else None,
        is_first=before is None,
        words=WORDS,
        kinds=_KINDS,
    )


def _read_number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


HANDLERS = (show_audit,)
