"""The generated pages of the reference are as the program is now."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    """What ``scripts/reference_docs.py`` defines."""
    return runpy.run_path(str(ROOT / "scripts" / "reference_docs.py"))


def test_pages_are_not_stale(script: dict[str, Any]) -> None:
    """A changed command or setting changes its page: run scripts/reference_docs.py."""
    assert script["stale"]() == []


def test_every_noun_of_the_contract_has_a_section(script: dict[str, Any]) -> None:
    """The contract's nouns, told again by hand."""
    page = script["cli_reference"]()

    nouns = (
        *("serve", "demo", "sandbox tiktok", "doctor", "attribution replay", "apps", "links"),
        *("keys", "tokens", "tiktok", "reports", "deliveries", "installs", "export", "db"),
        *("config", "events"),
    )
    for noun in nouns:
        assert f"# `appsprint {noun}`" in page


def test_no_secret_stands_in_the_settings(script: dict[str, Any]) -> None:
    """Secrets have no default, and every one can be given as a file."""
    page = script["settings_reference"]()

    for name in ("SECRET_KEY", "ADMIN_TOKEN", "TIKTOK_SECRET"):
        assert f"| `APPSPRINT_{name}`, `APPSPRINT_{name}_FILE` | – |" in page
