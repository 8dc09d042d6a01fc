"""The menu: what there is to go to. A page that exists has an entry here, and no other has."""

from __future__ import annotations

from dataclasses import dataclass

from appsprint.domain.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu.

    Attributes:
        path: Below the app's address for ``APP_MENU``; the whole address for ``SERVER_MENU``.
        icon: A name that ``templates/icons.html`` draws.
        group: The heading that it stands under; empty for none.
        role: Whoever has less does not see it.
    """

    key: str
    label: str
    path: str
    icon: str
    group: str = ""
    role: Role = Role.VIEWER


APP_MENU: tuple[Entry, ...] = (
    Entry(key="overview", label="Overview", path="", icon="overview"),
    # Integrations
    Entry(
        key="tiktok",
        label="TikTok Ads",
        path="/integrations/tiktok",
        icon="tiktok",
        group="Integrations",
    ),
    Entry(
        key="mapping",
        label="Event mapping",
        path="/integrations/tiktok/mapping",
        icon="mapping",
        group="Integrations",
    ),
    Entry(key="links", label="Ad links", path="/links", icon="link", group="Integrations"),
    # Reports
    Entry(
        key="campaigns",
        label="Campaigns",
        path="/reports/campaigns",
        icon="campaigns",
        group="Reports",
    ),
    Entry(key="quality", label="Quality", path="/quality", icon="check", group="Reports"),
    # What happens now
    Entry(key="installs", label="Installs", path="/installs", icon="installs", group="Data"),
    Entry(
        key="deliveries", label="Deliveries", path="/deliveries", icon="deliveries", group="Data"
    ),
    Entry(key="live", label="Live", path="/live", icon="live", group="Data"),
    # The app itself
    Entry(key="settings", label="Settings", path="/settings", icon="settings", group="App"),
)

SERVER_MENU: tuple[Entry, ...] = (
    Entry(
        key="members",
        label="Members",
        path="/settings/members",
        icon="members",
        role=Role.OWNER,
    ),
    Entry(key="tokens", label="API tokens", path="/settings/tokens", icon="key", role=Role.OWNER),
    Entry(key="audit", label="Audit log", path="/settings/audit", icon="log", role=Role.OWNER),
    Entry(key="system", label="System", path="/settings/system", icon="system", role=Role.OWNER),
)


def has_page(key: str) -> bool:
    """Whether the menu leads to a page; for links that stand elsewhere."""
    return any(entry.key == key for entry in (*APP_MENU, *SERVER_MENU))
