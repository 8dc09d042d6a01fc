"""What must become of every visit, install, event and delivery, counted from the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.addresses import is_company
from appsprint.entrypoints.demo.developer import DEVELOPER_PLATFORM
from appsprint.entrypoints.demo.people import AdClick, AppEvent, Person, Session
from appsprint.entrypoints.demo.traffic import Action, LinkVisit
from appsprint.entrypoints.demo.world import REJECTED_EVENT, World

# The product's default mapping (product page, "In-app events and default mapping") …
_MAPPED_BY_DEFAULT = frozenset(
    ("purchase", "subscribe", "start_trial", "add_payment_info", "sign_up", "register",
     "add_to_cart", "add_to_wishlist", "initiate_checkout", "view_content", "view_item",
     "session_start", "search")
)  # fmt: skip
# … and what the demonstration maps on top, as it is sent to the management API.
OWN_MAPPING = {
    "login": "AppLogin",
    "custom:run_finished": "RunFinished",
    f"custom:{REJECTED_EVENT}": "CoachBooked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Counts of one app, or of several.

    Attributes:
        visits: Requests to ad links; ``clicks`` of them were made by people.
        attributed, organic: Live installs with and without a credited click.
        received: Events; each of them is ``stored``, ``duplicates`` or ``refused``.
        sent, skipped, dead: Deliveries.
    """

    visits: int
    clicks: int
    attributed: int
    organic: int
    received: int
    stored: int
    duplicates: int
    refused: int
    sent: int
    skipped: int
    dead: int

    def __add__(self, other: Funnel) -> Funnel:
        names = [one.name for one in fields(self)]
        return Funnel(**{name: getattr(self, name) + getattr(other, name) for name in names})


def expected_funnel(world: World, actions: Sequence[Action], platform: Platform) -> Funnel:
    """The counts of one app."""
    people = [person for person in world.people if person.platform is platform]
    visits = [
        action
        for action in actions
        if isinstance(action, LinkVisit) and action.platform is platform
    ]
    installed = [person for person in people if person.install is not None]
    attributed = [person for person in installed if person.number in world.credits]
    # The developer's test event is stored too, apart from live data.
    tests = 1 if platform is DEVELOPER_PLATFORM else 0
    stored = tests + sum(len(session.events) for session in _sessions(people))
    duplicates = sum(len(one.events) for one in _sessions(people) if one.is_repeated)
    refused = sum(len(one.broken) * (1 + one.is_repeated) for one in _sessions(people))
    fates = [fate for person in attributed for fate in _fates(world.credits[person.number], person)]
    return Funnel(
        visits=len(visits),
        clicks=sum(visit.person is not None for visit in visits),
        attributed=len(attributed),
        organic=len(installed) - len(attributed),
        received=stored + duplicates + refused,
        stored=stored,
        duplicates=duplicates,
        refused=refused,
        sent=fates.count("sent"),
        skipped=fates.count("skipped"),
        dead=fates.count("dead"),
    )


def _sessions(people: Sequence[Person]) -> Iterator[Session]:
    for person in people:
        yield from person.sessions


def _fates(click: AdClick, person: Person) -> Iterator[str]:
    """What becomes of each event that is mapped, for a person whose install was credited."""
    for session in person.sessions:
        for event in session.events:
            if _is_mapped(event):
                yield _fate(click, person, session, event)


def _fate(click: AdClick, person: Person, session: Session, event: AppEvent) -> str:
    """Without TikTok's click id or any public address an event is skipped, never sent poorly.

    A refund is skipped too, because TikTok has no event that takes revenue back.
    """
    is_refund = event.revenue is not None and event.revenue < 0
    addresses = [session.address, click.address]
    if person.install is not None:
        addresses.append(person.install.address)
    if is_refund or click.ttclid is None or all(map(is_company, addresses)):
        return "skipped"
    return "dead" if event.event_name == REJECTED_EVENT else "sent"


def _is_mapped(event: AppEvent) -> bool:
    name = f"custom:{event.event_name}" if event.event_type == "custom" else event.event_type
    return name in _MAPPED_BY_DEFAULT or name in OWN_MAPPING
