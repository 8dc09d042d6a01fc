"""The ledger balances at every moment, whatever happens in whatever order."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from appsprint.domain.delivery import AwaitReconnect, DeadReason, Delivered, GiveUp, TryAgain
from appsprint.domain.link import AdNetwork
from appsprint.errors import InstallNotFound
from appsprint.ports.deliveries import DeliveryFilter
from appsprint.services.events import EventStatus, ReadEvent
from appsprint.testing.builders import HOUR, make_connection
from tests.support.builders import IDFA
from tests.support.control_plane import ControlPlane, build_control_plane
from tests.support.intake import IntakeScene, make_read_event, make_unread_event
from tests.support.sending import FakeTikTok

EVENT_IDS = [f"sdk-{number}" for number in range(6)]
TYPES = ["purchase", "login", "search", "__test"]
VERDICTS = [
    Delivered(),
    TryAgain(maybe_accepted=True),
    TryAgain(maybe_accepted=False),
    GiveUp(reason=DeadReason.REJECTED, splittable=True),
    GiveUp(reason=DeadReason.REJECTED, splittable=False),
    AwaitReconnect(problem="revoked"),
]


class LedgerMachine(RuleBasedStateMachine):
    """Requests, repeats, refusals, late credit, sending, dead letters and redrives.

    The model is a handful of numbers: what was received and what became of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.plane: ControlPlane = build_control_plane(Path(self._folder.name))
        self.tiktok = FakeTikTok()
        self.plane.network.sender = self.tiktok
        self.scene = IntakeScene(self.plane)
        self._seal_token()
        self.organic = self.scene.organic_device()
        self.devices = [self.scene.credited_device(), self.organic, "stranger"]
        self.scene.click(client_ip="203.0.113.250", advertising_id=IDFA)
        self.stored: set[str] = set()
        self.received = self.refused = self.duplicates = 0
        self.credited = {self.devices[0]}
        # The events that must have a delivery, and those that wait for their install's credit.
        self.eligible = 0
        self.waiting = 0

    def _seal_token(self) -> None:
        connection = make_connection(
            app_id=self.scene.app.id, events_token=self.plane.secrets.seal("events-token")
        )
        self.plane.store.write(lambda uow: uow.connections.save(connection))

    @rule(
        wanted=st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from(EVENT_IDS), st.sampled_from(TYPES)),
            max_size=5,
        ),
        bad=st.integers(0, 2),
    )
    def events_arrive(self, wanted: list[tuple[int, str, str]], bad: int) -> None:
        """One request with good events, repeats, strangers' and bad ones."""
        events = [
            make_read_event(self.devices[device], place, event_id=event_id, event_type=kind)
            for place, (device, event_id, kind) in enumerate(wanted)
        ]
        unread = [make_unread_event(len(events) + number) for number in range(bad)]
        try:
            outcomes = self.scene.record(events, unread)
        except InstallNotFound:
            assert {event.appsprint_id for event in events} == {"stranger"}
            return
        self.received += len(outcomes)
        self.refused += bad
        for event, outcome in zip(events, outcomes, strict=False):
            self._expect(event, outcome.status)

    def _expect(self, event: ReadEvent, status: EventStatus) -> None:
        if event.appsprint_id == "stranger":
            self.refused += 1
            assert status is EventStatus.REFUSED
        elif event.event_id in self.stored:
            self.duplicates += 1
            assert status is EventStatus.DUPLICATE
        else:
            self.stored.add(event.event_id)
            assert status is EventStatus.STORED
            if event.event_type in {"purchase", "search"}:
                is_credited = event.appsprint_id in self.credited
                self.eligible += is_credited
                self.waiting += not is_credited

    @rule(verdict=st.sampled_from(VERDICTS), hours=st.integers(0, 30))
    def what_is_due_is_sent(self, verdict: object, hours: int) -> None:
        """The network answers as it likes, and time passes."""
        self.plane.clock.advance(hours * HOUR)
        self.tiktok.answer_next(verdict)  # type: ignore[arg-type]
        for connection in self.plane.services.sending.sendable():
            self.plane.services.sending.send_due(connection)
        self.tiktok.answers.clear()

    @rule()
    def the_token_is_entered_again(self) -> None:
        """A paused connection goes on."""
        self._seal_token()

    @rule()
    def dead_letters_are_redriven(self) -> None:
        """All of them."""
        self.plane.services.deliveries.redrive(self.scene.app.id, wanted=DeliveryFilter())

    @precondition(lambda self: self.organic not in self.credited)
    @rule()
    def the_organic_install_is_credited_late(self) -> None:
        """Its advertising id becomes known, and its waiting events get their deliveries."""
        intake = self.plane.services.install_intake
        self.plane.store.write(
            lambda uow: intake.note_idfa(uow, self.scene.app, self.organic, IDFA)
        )
        self.credited.add(self.organic)
        self.eligible += self.waiting
        self.waiting = 0

    @invariant()
    def the_ledger_balances(self) -> None:
        """Both equations, and every number is the model's."""
        ledger = self.scene.ledger()
        counts = ledger.counts

        assert ledger.gaps == ()
        assert (counts.received, counts.refused, counts.duplicates, counts.stored) == (
            self.received,
            self.refused,
            self.duplicates,
            len(self.stored),
        )
        assert sum(ledger.deliveries.values()) == self.eligible

    @invariant()
    def nothing_is_sent_that_is_not_settled_as_sent(self) -> None:
        """What TikTok took is marked so, and nothing else."""
        sent = {one.network_event_id for one in self.scene.deliveries() if one.status == "sent"}

        assert sent == set(self.tiktok.taken)
        assert set(self.tiktok.taken.values()) <= {1}
        assert (
            self.plane.store.read(
                lambda uow: uow.deliveries.open_count(self.scene.app.id, AdNetwork.TIKTOK)
            )
            <= self.eligible
        )

    def teardown(self) -> None:
        """Close the store."""
        self.plane.store.close()
        self._folder.cleanup()


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=max(5, settings().max_examples // 4), stateful_step_count=20
)
