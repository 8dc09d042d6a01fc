"""The keys behind stored secrets: which are needed, changing them, and living with a lost one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from appsprint.domain.connection_states import disconnected
from appsprint.domain.ids import AppId
from appsprint.domain.link import AdNetwork
from appsprint.domain.sealed_text import head_of_key, key_id_of
from appsprint.errors import ConfigurationError, Conflict
from appsprint.ports.sealed_texts import SealedPlace, SealedText
from appsprint.ports.secret_box import KeyRing, SecretBox
from appsprint.ports.store import Store, UnitOfWork

log = structlog.get_logger()

# A write holds up the clicks behind it, and sealing a text takes some microseconds.
TEXTS_PER_WRITE = 100
# Far above what connections and a day's answers can come to.
MOST_TEXTS = 1_000_000
_OF_CONNECTIONS = frozenset({SealedPlace.CONNECTION_GRANT, SealedPlace.CONNECTION_CREDENTIAL})
_NO_KEY = "no key at all"

_RESTORE = (
    "Restore the key file beside the database, or set APPSPRINT_SECRET_KEY to the key that was in "
    "use (APPSPRINT_SECRET_KEY_PREVIOUS when it was changed). Nothing was changed. If the key is "
    "lost for good, `appsprint secrets forget` erases what it sealed; TikTok Ads is connected "
    "again then"
)
_IN_THE_FILE = (
    "The key file beside the database holds them: to use the key of the settings from now on, "
    "name that file in APPSPRINT_SECRET_KEY_PREVIOUS_FILE and run `appsprint secrets rotate`; "
    "otherwise take APPSPRINT_SECRET_KEY out. Nothing was changed"
)

RotationListener = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key and how many stored secrets need it; the current key seals new ones."""

    key_id: str
    is_current: bool
    is_known: bool
    secrets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation did.

    Attributes:
        is_new_key: Whether it made the key; False when it came from the settings, or when an
            interrupted rotation was finished.
        resealed: Secrets that were sealed again.
        damaged: Secrets that their own key does not open; they stay as they are.
    """

    key_id: str
    is_new_key: bool
    resealed: int
    damaged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was erased because no key opens it."""

    connections: int
    answers: int
    second_factors: int


class SecretKeyService:
    """Works on every sealed text of the store, beside a running server or without one."""

    def __init__(self, *, store: Store, secrets: SecretBox, keys: KeyRing) -> None:
        self._store = store
        self._secrets = secrets
        self._keys = keys

    def uses(self) -> Sequence[KeyUse]:
        """Every key that is known or needed, the current one first.

        Raises:
            ConfigurationError: A key file cannot be read.
        """
        known = self._keys.key_ids()
        needed = self._needed()
        return [
            KeyUse(
                key_id=key_id,
                is_current=known[:1] == [key_id],
                is_known=key_id in known,
                secrets=needed.get(key_id, 0),
            )
            for key_id in dict.fromkeys([*known, *needed])
        ]

    def rotate(self, *, progress: RotationListener = lambda done, total: None) -> Rotated:
        """Seal every secret with the current key; with a new one if all of them are already.

        A new key is made only where the settings name none. What was interrupted is finished by
        running it again. A server that runs meanwhile knows both keys and keeps working.

        Args:
            progress: Told how many of the secrets were looked at.

        Raises:
            Conflict: The server was last started without the current key (``server_lacks_key``).
            ConfigurationError: Keys are missing that stored secrets need.
        """
        self._require_keys()
        self._require_server_knows()
        known = self._keys.key_ids()
        resealed, damaged = self._reseal_all(known[0], progress) if known else (0, 0)
        is_new_key = not resealed and not self._keys.is_from_settings()
        if is_new_key:
            resealed, damaged = self._reseal_all(self._keys.make_key(), progress)
        key_id = self._keys.key_ids()[0]
        log.info("secrets_rotated", key_id=key_id, resealed=resealed, damaged=damaged)
        return Rotated(key_id=key_id, is_new_key=is_new_key, resealed=resealed, damaged=damaged)

    def forget_unreadable(self) -> Forgotten:
        """Erase the secrets whose key is lost for good.

        Their connections end, and members whose second factor it was sign in without one.

        Raises:
            ConfigurationError: A key file cannot be read.
        """
        known = set(self._keys.key_ids())

        def work(uow: UnitOfWork) -> Forgotten:
            every = uow.sealed_texts.others("", after=None, limit=MOST_TEXTS)
            lost = [one for one in every if key_id_of(one.text) not in known]
            rows = {one.row for one in lost if one.place in _OF_CONNECTIONS}
            for app_id, network in rows:
                _end_connection(uow, AppId(app_id), AdNetwork(network))
            for one in lost:
                if one.place not in _OF_CONNECTIONS:
                    uow.sealed_texts.drop(one)
            places = Counter(one.place for one in lost)
            return Forgotten(
                connections=len(rows),
                answers=places[SealedPlace.KEPT_ANSWER],
                second_factors=places[SealedPlace.SECOND_FACTOR],
            )

        forgotten = self._store.write(work)
        log.warning("unreadable_secrets_forgotten", connections=forgotten.connections)
        return forgotten

    def missing(self) -> str | None:
        """Which keys stored secrets need and nobody gave, in words; None when all are known.

        Raises:
            ConfigurationError: A key file cannot be read.
        """
        lost = [use for use in self.uses() if not use.is_known]
        if not lost:
            return None
        needed = ", ".join(f"{use.key_id} ({use.secrets})" for use in lost)
        known = ", ".join(self._keys.key_ids()) or _NO_KEY
        is_in_file = {use.key_id for use in lost} <= set(self._keys.unused_key_ids())
        way_out = _IN_THE_FILE if is_in_file else _RESTORE
        return (
            f"stored secrets are sealed with keys that are not known here: {needed}; known: "
            f"{known}. {way_out}"
        )

    def announce(self) -> None:
        """Write down which keys this server knows, so that no rotation takes it by surprise."""
        key_ids = self._keys.key_ids()
        self._store.write(lambda uow: uow.sealed_texts.set_server_keys(key_ids))

    def _needed(self) -> Mapping[str, int]:
        """How many secrets each key has sealed; one that names no key is damaged, not locked."""
        heads = self._store.read(lambda uow: uow.sealed_texts.count_by_head())
        return {
            key_id: amount
            for head, amount in heads.items()
            if (key_id := key_id_of(head)) is not None
        }

    def _require_keys(self) -> None:
        problem = self.missing()
        if problem is not None:
            raise ConfigurationError(problem)

    def _require_server_knows(self) -> None:
        """A key of the file is known to every server; one of the settings only after a restart."""
        if not self._keys.is_from_settings():
            return
        known = self._store.read(lambda uow: uow.sealed_texts.server_keys())
        current = self._keys.key_ids()[0]
        if known and current not in known:
            raise Conflict(
                f"the server was last started without the key {current} and could open nothing "
                "sealed with it: start the server with the new APPSPRINT_SECRET_KEY and the "
                "present key in APPSPRINT_SECRET_KEY_PREVIOUS first, then run this again",
                code="server_lacks_key",
            )

    def _reseal_all(self, key_id: str, progress: RotationListener) -> tuple[int, int]:
        """Seal what is under other keys: how many texts were sealed again, and how many not.

        Passes follow one another until one finds nothing more to do, because a server can have
        sealed with another key just before it saw this one.
        """
        total = sum(amount for other, amount in self._needed().items() if other != key_id)
        resealed = 0
        while True:
            done, damaged = self._reseal_pass(key_id, lambda seen: progress(seen, total))
            resealed += done
            if not done:
                return resealed, damaged

    def _reseal_pass(self, key_id: str, seen: Callable[[int], None]) -> tuple[int, int]:
        resealed = damaged = 0
        after: tuple[str, str, str] | None = None
        while page := self._reseal_page(head_of_key(key_id), after):
            texts, good = page
            resealed += good
            damaged += len(texts) - good
            after = texts[-1].position
            seen(resealed + damaged)
        return resealed, damaged

    def _reseal_page(
        self, head: str, after: tuple[str, str, str] | None
    ) -> tuple[Sequence[SealedText], int] | None:
        def work(uow: UnitOfWork) -> tuple[Sequence[SealedText], int] | None:
            texts = uow.sealed_texts.others(head, after=after, limit=TEXTS_PER_WRITE)
            return (texts, sum(self._reseal(uow, one) for one in texts)) if texts else None

        return self._store.write(work)

    def _reseal(self, uow: UnitOfWork, sealed: SealedText) -> bool:
        try:
            plain = self._secrets.open(sealed.text)
        except ConfigurationError:
            log.warning("secret_damaged", place=sealed.place.value, row=sealed.row[0])
            return False
        uow.sealed_texts.replace(sealed, self._secrets.seal(plain))
        return True


def _end_connection(uow: UnitOfWork, app_id: AppId, network: AdNetwork) -> None:
    connection = uow.connections.get(app_id, network)
    if connection is not None:
        uow.connections.save(disconnected(connection))
