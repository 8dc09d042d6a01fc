"""Sealing secrets, and the keys that do it."""

from __future__ import annotations

import base64
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.secrets.box import AesGcmBox, LockedBox
from appsprint.adapters.secrets.keys import KeyFile, Keys, SecretKey, parse_key, parse_keys
from appsprint.domain.sealed_text import HEAD_LENGTH, head_of_key, key_id_of
from appsprint.errors import ConfigurationError

KEY = SecretKey(bytes(range(32)))
OTHER_KEY = SecretKey(bytes(32))
NO_FILE = KeyFile(Path("/nonexistent/appsprint.db.key"))


def box_of(*keys: SecretKey) -> AesGcmBox:
    """A box whose first key seals."""
    return AesGcmBox(keys_of(*keys))


def keys_of(*keys: SecretKey, file: KeyFile = NO_FILE) -> Keys:
    """Keys from the settings."""
    return Keys(current=keys[0] if keys else None, previous=keys[1:], file=file)


@given(st.text())
def test_what_was_sealed_can_be_opened(plain: str) -> None:
    """Whatever the text, the empty one included."""
    box = box_of(KEY)

    assert box.open(box.seal(plain)) == plain


def test_a_seal_shows_nothing_and_is_never_the_same() -> None:
    """Equal secrets cannot be told to be equal."""
    box = box_of(KEY)
    first, second = box.seal("events-api-token"), box.seal("events-api-token")

    assert first != second
    assert "events-api-token" not in first
    assert first[:HEAD_LENGTH] == second[:HEAD_LENGTH] == head_of_key(KEY.id)


def test_every_known_key_opens_and_the_current_one_seals() -> None:
    """So a key can be changed while texts of both are there."""
    old = box_of(OTHER_KEY).seal("secret")
    both = box_of(KEY, OTHER_KEY)

    assert both.open(old) == "secret"
    assert key_id_of(both.seal("secret")) == KEY.id


def test_a_seal_names_the_key_that_is_missing() -> None:
    """Another key cannot open it, and the message says which one is needed and where to put it."""
    sealed = box_of(KEY).seal("secret")

    with pytest.raises(ConfigurationError, match=f"{KEY.id}.*APPSPRINT_SECRET_KEY"):
        box_of(OTHER_KEY).open(sealed)


@pytest.mark.parametrize("position", [0, 12, -1])
def test_a_seal_that_was_changed_is_refused(position: int) -> None:
    """Nonce, text and tag alike."""
    box = box_of(KEY)
    head, key_id, text = box.seal("secret").split(":")
    raw = bytearray(base64.b64decode(text))
    raw[position] ^= 1
    changed = f"{head}:{key_id}:{base64.b64encode(raw).decode()}"

    with pytest.raises(ConfigurationError, match="changed"):
        box.open(changed)


@pytest.mark.parametrize(
    "sealed", ["", "plain", "v1:", "v1:x", "v2:a:b", "v1:{key}:***", "v1:{key}:", "v1:{key}:QQ=="]
)
def test_what_is_no_seal_is_refused(sealed: str) -> None:
    """A value that was edited by hand gives a clear message, not a crash."""
    with pytest.raises(ConfigurationError, match="changed"):
        box_of(KEY).open(sealed.replace("{key}", KEY.id))


def test_without_a_key_nothing_is_sealed() -> None:
    """The message says what to restore."""
    with pytest.raises(ConfigurationError, match="restore the key file"):
        box_of().seal("secret")


def test_a_locked_box_does_nothing() -> None:
    """What it would seal under a wrong key would be lost."""
    box = LockedBox("the key is missing")

    with pytest.raises(ConfigurationError, match="the key is missing"):
        box.seal("secret")
    with pytest.raises(ConfigurationError, match="the key is missing"):
        box.open(box_of(KEY).seal("secret"))


@pytest.mark.parametrize(
    "text",
    [
        KEY.raw.hex(),
        KEY.raw.hex().upper(),
        f" {KEY.raw.hex()}\n",
        base64.b64encode(KEY.raw).decode(),
    ],
)
def test_a_key_is_hex_or_base64(text: str) -> None:
    """With or without spaces around it."""
    assert parse_key(text) == KEY


HEX = KEY.raw.hex()


@pytest.mark.parametrize(
    "text",
    ["", "short", HEX[:-1], HEX + "0", "g" * 64, base64.b64encode(KEY.raw[:31]).decode()],
)
def test_what_is_no_key(text: str) -> None:
    """Said with the setting's name, without the text."""
    with pytest.raises(ConfigurationError, match="APPSPRINT_SECRET_KEY") as refused:
        parse_key(text)

    assert not text or text not in refused.value.message


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        (HEX, [KEY]),
        (f"{HEX},{OTHER_KEY.raw.hex()}", [KEY, OTHER_KEY]),
        (f"{HEX}\n {OTHER_KEY.raw.hex()} , ", [KEY, OTHER_KEY]),
    ],
)
def test_several_keys_are_separated(text: str, keys: Sequence[SecretKey]) -> None:
    """By commas or white space."""
    assert parse_keys(text, setting="X") == keys


def test_a_key_never_shows() -> None:
    """Only its id does."""
    assert KEY.raw.hex() not in repr(KEY)
    assert KEY.id not in KEY.raw.hex()


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """The next start finds the same; no draft is left."""
    path = tmp_path / "appsprint.db.key"
    KeyFile(path).create()
    (key,) = KeyFile(path).keys()
    KeyFile(path).create()

    assert KeyFile(path).keys() == [key]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_two_servers_make_two_keys(tmp_path: Path) -> None:
    """They are random."""
    files = [KeyFile(tmp_path / name) for name in "ab"]
    for file in files:
        file.create()

    assert files[0].keys() != files[1].keys()


def test_a_new_key_comes_first_and_others_notice(tmp_path: Path) -> None:
    """Another process's file is read again when it was replaced."""
    path = tmp_path / "appsprint.db.key"
    file, server = KeyFile(path), KeyFile(path)
    file.create()
    (old,) = server.keys()

    new = file.add()

    assert server.keys() == [new, old]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff", HEX.encode() + b"\nrubbish\n"])
def test_a_broken_key_file_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    """A new key would lose every stored token, so the operator decides."""
    path = tmp_path / "appsprint.db.key"
    path.write_bytes(content)

    for act in (KeyFile(path).keys, KeyFile(path).add):
        with pytest.raises(ConfigurationError, match=r"appsprint\.db\.key cannot be used"):
            act()

    KeyFile(path).create()
    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_made(tmp_path: Path) -> None:
    """The folder is missing or closed: said with the file's name."""
    file = KeyFile(tmp_path / "missing" / "appsprint.db.key")

    for act in (file.create, file.add):
        with pytest.raises(ConfigurationError, match=r"appsprint\.db\.key cannot be written"):
            act()


def test_a_key_of_the_settings_leaves_the_file_out(tmp_path: Path) -> None:
    """So that a wrong one is noticed; the file's keys are told, to be named as previous ones."""
    file = KeyFile(tmp_path / "key")
    file.create()
    (filed,) = file.keys()

    assert keys_of(file=file).key_ids() == [filed.id]
    assert keys_of(file=file).unused_key_ids() == []
    assert keys_of(KEY, OTHER_KEY, KEY, file=file).key_ids() == [KEY.id, OTHER_KEY.id]
    assert keys_of(KEY, file=file).unused_key_ids() == [filed.id]


def test_a_new_key_is_made_where_the_current_one_is(tmp_path: Path) -> None:
    """In the file, unless the settings name it."""
    file = KeyFile(tmp_path / "key")
    file.create()

    made = keys_of(file=file).make_key()

    assert keys_of(file=file).key_ids()[0] == made
    assert (keys_of(file=file).is_from_settings(), keys_of(KEY).is_from_settings()) == (False, True)
    with pytest.raises(ConfigurationError, match="set there"):
        keys_of(KEY, file=file).make_key()
