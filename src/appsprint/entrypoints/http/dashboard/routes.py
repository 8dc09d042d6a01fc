"""Every page of the dashboard; a new page's module is named here, once."""

from __future__ import annotations

from litestar import Router

from appsprint.entrypoints.http.dashboard import (
    account,
    app_settings,
    assets,
    audit_log,
    campaigns,
    deliveries,
    first_app,
    home,
    installs,
    links,
    live,
    login,
    mapping,
    members,
    overview,
    quality,
    rule_trial,
    setup,
    start,
    system,
    test_devices,
    tiktok,
    tiktok_callback,
    tokens,
)
from appsprint.entrypoints.http.dashboard.page import show_error

PAGES = (
    *home.HANDLERS,
    *setup.HANDLERS,
    *login.HANDLERS,
    *first_app.HANDLERS,
    *start.HANDLERS,
    *overview.HANDLERS,
    *tiktok.HANDLERS,
    *mapping.HANDLERS,
    *links.HANDLERS,
    *campaigns.HANDLERS,
    *installs.HANDLERS,
    *quality.HANDLERS,
    *live.HANDLERS,
    *deliveries.HANDLERS,
    *tiktok_callback.HANDLERS,
    *app_settings.HANDLERS,
    *rule_trial.HANDLERS,
    *test_devices.HANDLERS,
    *members.HANDLERS,
    *audit_log.HANDLERS,
    *tokens.HANDLERS,
    *system.HANDLERS,
    *account.HANDLERS,
)


def dashboard_router() -> Router:
    """The pages and their files; a router takes copies, so further applications can be made."""
    return Router(
        path="/",
        route_handlers=[*PAGES, assets.send_asset],
        exception_handlers={Exception: show_error},
    )
