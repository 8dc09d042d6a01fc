"""Sealing secrets, and the key that does it."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.adapters.secrets.box import AesGcmBox, load_or_create_key, parse_key
from appsprint.errors import ConfigurationError

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


@given(st.text())
def test_what_was_sealed_can_be_opened(plain: str) -> None:
    """Whatever the text, the empty one included."""
    box = AesGcmBox(KEY)

    assert box.open(box.seal(plain)) == plain


def test_a_seal_shows_nothing_and_is_never_the_same() -> None:
    """Equal secrets cannot be told to be equal."""
    box = AesGcmBox(KEY)
    first, second = box.seal("events-api-token"), box.seal("events-api-token")

    assert first != second
    assert "events-api-token" not in first
    assert first.split(":")[:2] == second.split(":")[:2]


def test_a_seal_names_the_key_that_is_missing() -> None:
    """Another key cannot open it, and the message says which one is needed."""
    sealed = AesGcmBox(KEY).seal("secret")

    with pytest.raises(ConfigurationError, match=sealed.split(":")[1]):
        AesGcmBox(OTHER_KEY).open(sealed)


@pytest.mark.parametrize("position", [0, 12, -1])
def test_a_seal_that_was_changed_is_refused(position: int) -> None:
    """Nonce, text and tag alike."""
    box = AesGcmBox(KEY)
    head, key_id, text = box.seal("secret").split(":")
    raw = bytearray(base64.b64decode(text))
    raw[position] ^= 1
    changed = f"{head}:{key_id}:{base64.b64encode(raw).decode()}"

    with pytest.raises(ConfigurationError, match="changed"):
        box.open(changed)


@pytest.mark.parametrize(
    "sealed", ["", "plain", "v1:", "v1:x", "v2:a:b", "v1:{key}:***", "v1:{key}:"]
)
def test_what_is_no_seal_is_refused(sealed: str) -> None:
    """A value that was edited by hand gives a clear message, not a crash."""
    box = AesGcmBox(KEY)
    key_id = box.seal("").split(":")[1]

    with pytest.raises(ConfigurationError):
        box.open(sealed.replace("{key}", key_id))


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper(),
        f" {KEY.hex()}\n",
        base64.b64encode(KEY).decode(),
    ],
)
def test_a_key_is_hex_or_base64(text: str) -> None:
    """With or without spaces around it."""
    assert parse_key(text) == KEY


@pytest.mark.parametrize(
    "text",
    ["", "short", KEY.hex()[:-1], KEY.hex() + "0", "g" * 64, base64.b64encode(KEY[:31]).decode()],
)
def test_what_is_no_key(text: str) -> None:
    """Said with the setting's name, without the text."""
    with pytest.raises(ConfigurationError, match="APPSPRINT_SECRET_KEY") as refused:
        parse_key(text)

    assert not text or text not in refused.value.message


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """The next start finds the same."""
    path = tmp_path / "appsprint.db.key"
    key = load_or_create_key(path)

    assert len(key) == 32
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_servers_make_two_keys(tmp_path: Path) -> None:
    """They are random."""
    assert load_or_create_key(tmp_path / "a") != load_or_create_key(tmp_path / "b")


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff"])
def test_a_broken_key_file_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    """A new key would lose every stored token, so the operator decides."""
    path = tmp_path / "appsprint.db.key"
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"appsprint\.db\.key"):
        load_or_create_key(path)

    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_made(tmp_path: Path) -> None:
    """The folder is missing or closed: said with the file's name."""
    with pytest.raises(ConfigurationError, match=r"appsprint\.db\.key"):
        load_or_create_key(tmp_path / "missing" / "appsprint.db.key")
