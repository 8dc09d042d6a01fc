"""Plays a simulated world through the matching, the way ``attribution replay`` plays records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from appsprint.domain.install import Install
from appsprint.entrypoints.cli.replay_lines import Complain, read_installs, read_visits
from appsprint.errors import InvalidInput
from appsprint.services.replay import RecordedVisit, Replay, merged
from appsprint.simulation.records import Request, World
from appsprint.simulation.score import Answer, Judged


def play(world: World, engine: Replay) -> list[Judged]:
    """What the matching says of every install of the world, without looking ahead."""
    answers: dict[str, Answer] = {}
    for record in _records(world):
        if isinstance(record, RecordedVisit):
            engine.visit(record)
            continue
        said = engine.install(record)
        answers[record.appsprint_id] = Answer(click_id=said.click_id, confidence=said.confidence)
    return [Judged(truth, answers[truth.appsprint_id]) for truth in world.truths]


def json_lines(requests: Sequence[Request]) -> Iterator[bytes]:
    """The requests as the lines of a replay file, without line ends."""
    return (json.dumps(request.line, ensure_ascii=False).encode() for request in requests)


def _records(world: World) -> Iterator[RecordedVisit | Install]:
    visits = read_visits(json_lines(world.clicks), _refuse("clicks"))
    return merged(visits, read_installs(json_lines(world.installs), _refuse("installs")))


def _refuse(what: str) -> Complain:
    def complain(number: int, problem: str) -> None:
        raise InvalidInput(f"{what} line {number} of the world: {problem}")

    return complain
