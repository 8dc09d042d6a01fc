"""The page about the TikTok sandbox says what the sandbox does."""

import re
from pathlib import Path

import msgspec
import pytest

from appsprint.adapters.networks.tiktok import sandbox
from appsprint.adapters.networks.tiktok.sandbox.api import ROUTES
from appsprint.adapters.networks.tiktok.sandbox.event_warnings import EventWarning
from appsprint.adapters.networks.tiktok.sandbox.faults import Fault, FaultKind
from appsprint.adapters.networks.tiktok.sandbox.world import World

PAGE = Path(__file__).parents[2].joinpath("docs/reference/tiktok-sandbox.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_is_json() -> None:
    """So that it can be copied."""
    assert len(EXAMPLES) == 4
    for example in EXAMPLES:
        msgspec.json.decode(example)


def test_the_example_of_a_world_is_a_world() -> None:
    """It names each list of the control API, and it hangs together."""
    patch = msgspec.json.decode(EXAMPLES[-1], type=sandbox.WorldPatch)

    assert all(getattr(patch, name) for name in patch.__struct_fields__)
    assert sandbox.merged(World(), patch).ads


def test_the_example_of_faults_can_be_planned() -> None:
    """It is a body of ``POST faults``."""
    assert len(msgspec.json.decode(EXAMPLES[0], type=list[Fault])) == 3


@pytest.mark.parametrize("name", [*FaultKind, *EventWarning])
def test_every_fault_and_warning_is_explained(name: str) -> None:
    """A name that people see is a name that they can look up."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_every_endpoint_is_listed(endpoint: str) -> None:
    """The list is complete."""
    assert endpoint.removeprefix("/") in PAGE


@pytest.mark.parametrize("name", [name for name in sandbox.__all__ if name.startswith("DEFAULT")])
def test_the_values_of_the_first_world_are_named(name: str) -> None:
    """Ids, token and secret to start with."""
    assert getattr(sandbox, name) in PAGE
