"""The menu: what there is to go to. A page that exists has an entry here, and no other has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu.

    Attributes:
        path: Below the app's address for ``APP_MENU``; the whole address for ``SERVER_MENU``.
        icon: A name that ``templates/icons.html`` draws.
        group: The heading that it stands under; empty for none.
    """

    key: str
    label: str
    path: str
    icon: str
    group: str = ""


APP_MENU: tuple[Entry, ...] = (Entry(key="overview", label="Overview", path="", icon="overview"),)

SERVER_MENU: tuple[Entry, ...] = ()
