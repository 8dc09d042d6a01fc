"""Names, time zones and currencies as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsprint.errors import InvalidInput
from appsprint.services.checks import (
    Problems,
    quoted,
    require_currency,
    require_name,
    require_time_zone,
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        pytest.param("  Spring  ", "Spring", id="spaces around are dropped"),
        pytest.param("x", "x", id="shortest"),
        pytest.param("x" * 200, "x" * 200, id="longest"),
        pytest.param("Übung № 5 🚀", "Übung № 5 🚀", id="any script"),
        pytest.param("👩\u200d💻", "👩\u200d💻", id="joined emoji"),
    ],
)
def test_name_is_taken_without_spaces_around(typed: str, name: str) -> None:
    """Names are 1 to 200 printable characters once trimmed."""
    assert require_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="empty"),
        pytest.param("   ", id="blank"),
        pytest.param("x" * 201, id="one too long"),
        pytest.param("a\nb", id="two lines"),
        pytest.param("a\x00b", id="control character"),
        pytest.param("\u202eevil", id="text that turns around"),
    ],
)
def test_name_that_does_not_print_is_refused(typed: str) -> None:
    """A name that cannot be shown in one line names its field."""
    with pytest.raises(InvalidInput) as caught:
        require_name(typed, field="campaign_name")

    assert [problem.field for problem in caught.value.problems] == ["campaign_name"]


@given(st.text())
def test_any_text_is_a_name_or_refused(typed: str) -> None:
    """No text makes anything but a usable name or an explanation."""
    try:
        name = require_name(typed)
    except InvalidInput:
        return
    assert 1 <= len(name) <= 200
    assert name == name.strip()


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_time_zone_is_an_iana_name(name: str) -> None:
    """Zones of the database are taken as they are."""
    assert require_time_zone(name) == name


@pytest.mark.parametrize(
    "name", ["", "Europe", "Mars/Base", "../etc/passwd", "/etc/passwd", "europe/berlin", "a\x00b"]
)
def test_unknown_time_zone_is_refused(name: str) -> None:
    """Folders, paths and other spellings are no zones."""
    with pytest.raises(InvalidInput, match="IANA"):
        require_time_zone(name)


def test_currency_is_three_capital_letters() -> None:
    """The form of ISO 4217, nothing else."""
    assert require_currency("EUR") == "EUR"


@pytest.mark.parametrize("code", ["", "eur", "EURO", "E1R", "ÄÖÜ", "12"])
def test_other_currencies_are_refused(code: str) -> None:
    """Lower case, other lengths and other characters are refused."""
    with pytest.raises(InvalidInput, match="ISO 4217"):
        require_currency(code)


def test_all_problems_come_in_one_answer() -> None:
    """One field's problem does not hide another's."""
    problems = Problems()
    problems.check(require_name, "", otherwise="")
    problems.check(require_currency, "x", otherwise="")
    problems.add("app_ids", "nothing there")

    with pytest.raises(InvalidInput) as caught:
        problems.raise_if_any()

    assert [problem.field for problem in caught.value.problems] == ["name", "currency", "app_ids"]
    assert caught.value.message == "3 values are not allowed: name, currency, app_ids"


def test_single_problem_is_told_in_the_message() -> None:
    """With one problem the message alone says what is wrong."""
    problems = Problems()
    problems.add("name", "must be one line")

    with pytest.raises(InvalidInput, match="name: must be one line"):
        problems.raise_if_any()


def test_nothing_is_raised_when_all_is_well() -> None:
    """Good values come back, values that are not given leave the present one."""
    problems = Problems()

    assert problems.check(require_currency, "EUR", otherwise="USD") == "EUR"
    assert problems.check(require_currency, None, otherwise="USD") == "USD"
    problems.raise_if_any()


def test_long_values_are_cut_in_messages() -> None:
    """A message never repeats a megabyte."""
    assert len(quoted("x" * 10_000)) < 100
