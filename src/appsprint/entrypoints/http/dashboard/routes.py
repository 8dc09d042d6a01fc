"""Every page of the dashboard; a new page's module is named here, once."""

from __future__ import annotations

from litestar import Router

from appsprint.entrypoints.http.dashboard import (
    assets,
    first_app,
    home,
    login,
    overview,
    setup,
    tiktok_callback,
)
from appsprint.entrypoints.http.dashboard.page import show_error

PAGES = (
    *home.HANDLERS,
    *setup.HANDLERS,
    *login.HANDLERS,
    *first_app.HANDLERS,
    *overview.HANDLERS,
    *tiktok_callback.HANDLERS,
)


def dashboard_router() -> Router:
    """The pages and their files; a router takes copies, so further applications can be made."""
    return Router(
        path="/",
        route_handlers=[*PAGES, assets.send_asset],
        exception_handlers={Exception: show_error},
    )
