"""The server's own address: on to the app that is looked at, or to what comes before it."""

from __future__ import annotations

from appsprint.domain.access import Role
from appsprint.entrypoints.http.api.routing import services_of
from appsprint.entrypoints.http.dashboard.page import page
from appsprint.entrypoints.http.dashboard.rendering import PageResponse, redirect, render
from appsprint.entrypoints.http.dashboard.visits import PageRequest, visit_of


@page("GET", "/", role=Role.VIEWER)
def show_home(request: PageRequest) -> PageResponse:
    """Go on to the first app; without one, to making it."""
    member = visit_of(request).member
    apps = [app for app in services_of(request).apps.list() if member.reaches(app.id)]
    if apps:
        return redirect(f"/apps/{apps[0].id}")
    if member.has_role(Role.EDITOR) and member.app_ids is None:
        return redirect("/apps/new")
    return render(request, "no_apps.html")


HANDLERS = (show_home,)
