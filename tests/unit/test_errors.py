"""What errors say."""

from __future__ import annotations

from appsprint.errors import FieldProblem, InvalidInput


def test_a_message_about_one_field_names_it() -> None:
    """It is read alone on a command line; beside its field in an answer's details it is not."""
    error = InvalidInput("must be one of live, test", field="environment")

    assert error.message == "environment: must be one of live, test"
    assert error.problems == (FieldProblem("environment", "must be one of live, test"),)


def test_a_message_about_no_field_stays() -> None:
    """Nothing is put in front."""
    assert InvalidInput("the body has the wrong form").message == "the body has the wrong form"
