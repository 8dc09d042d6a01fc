"""Tells reinstalls from new installs, and says so in their decisions."""

from __future__ import annotations

import json
from dataclasses import replace

from appsprint.domain.app import App
from appsprint.domain.attribution_words import say_reinstall
from appsprint.domain.install import Install
from appsprint.domain.reinstall import Reinstall, find_reinstall
from appsprint.ports.installs import Attribution
from appsprint.ports.store import UnitOfWork

# More installs than this with one id are a phone farm; the last ones tell enough.
MAX_EARLIER = 20


def reinstall_of(uow: UnitOfWork, app: App, install: Install) -> Reinstall | None:
    """Why a stored install is a reinstall, by what the store knows; None for a new one."""
    sharing = uow.installs.earlier_of_device(install, limit=MAX_EARLIER)
    return find_reinstall(install, sharing, app.reattribution_window)


def marked(decision: Attribution, reinstall: Reinstall | None) -> Attribution:
    """The decision, saying that the install is a reinstall where it is one. Credit stays."""
    if reinstall is None:
        return decision
    since = reinstall.since_earlier
    told = {
        "by": reinstall.by,
        "earlier_install_id": reinstall.earlier,
        "seconds_since_earlier": None if since is None else round(since.total_seconds(), 3),
        "words": say_reinstall(reinstall),
    }
    return replace(
        decision,
        is_reinstall=True,
        earlier_install_id=reinstall.earlier,
        explanation=json.dumps({**json.loads(decision.explanation), "reinstall": told}),
    )
