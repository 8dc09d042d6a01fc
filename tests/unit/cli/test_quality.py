"""Quality rules from the command line."""

from __future__ import annotations

from tests.unit.cli.conftest import Program


def test_a_rule_is_set_and_listed(program: Program) -> None:
    """What is not named stays as it is."""
    program.make_app()
    program.run("quality", "set", "too_fast", "--limit", "seconds=20")
    rules = program.json("quality", "set", "too_fast", "no_credit")["items"]
    stdout, _ = program.run("quality", "list")

    [fast] = [one for one in rules if one["rule"] == "too_fast"]
    assert (fast["consequence"], fast["thresholds"]) == ("no_credit", {"seconds": 20})
    assert "seconds 20" in stdout


def test_a_limit_must_be_a_name_and_a_number(program: Program) -> None:
    """The message shows what was typed; a limit alone belongs to no rule."""
    program.make_app()
    _, said = program.run("quality", "set", "too_fast", "--limit", "seconds=many", code=2)
    assert "'seconds=many' is not NAME=NUMBER" in said
    _, said = program.run("quality", "backtest", "--limit", "seconds=1", code=2)
    assert "name the rule whose limit it is" in said


def test_a_trial_and_a_summary_of_nothing(program: Program) -> None:
    """An app without installs has none to judge."""
    program.make_app()
    tried = program.json("quality", "backtest", "emulator", "no_credit", "--days", "3")
    _, said = program.run("quality", "backtest")
    summed = program.json("quality", "summary")
    program.run("quality", "summary")

    assert (tried["totals"]["installs"], tried["is_complete"]) == (0, True)
    assert "0 would be tagged" in said
    assert (summed["items"], summed["organic"]) == ([], {})
