"""Who must get the credit for each install, worked out from the truth and the published rules.

This is not the server's code and asks it nothing: it knows what every person really did, and
applies the rules of attribution that the documentation states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.people import AdClick, Person, Referrer

CLICK_WINDOW = timedelta(hours=168)
ADDRESS_WINDOW = timedelta(hours=24)

_Household = tuple[Platform, str]
_Seen = tuple[AdClick, str]


def credits_of(people: Iterable[Person]) -> Mapping[int, AdClick]:
    """The click that earned each credited install, by the person's number."""
    everybody = list(people)
    seen: defaultdict[_Household, list[_Seen]] = defaultdict(list)
    for person in everybody:
        for click in person.clicks:
            if click.household is not None:
                key = (person.platform, click.household)
                seen[key].append((click, person.place.accept_language))
    earned = ((person.number, _credit(person, seen)) for person in everybody)
    return {number: click for number, click in earned if click is not None}


def _credit(person: Person, seen: Mapping[_Household, list[_Seen]]) -> AdClick | None:
    install = person.install
    if install is None:
        return None
    if install.referrer is Referrer.CLICK:
        last = person.clicks[-1]
        return last if install.installed_at - last.at <= CLICK_WINDOW else None
    if install.household is None:
        return None
    near = [
        one
        for one in seen.get((person.platform, install.household), [])
        if timedelta(0) <= install.installed_at - one[0].at <= ADDRESS_WINDOW
    ]
    devices = {(click.browser, language) for click, language in near}
    # Several devices that fit equally well: choosing would be a guess.
    return max((click for click, _ in near), key=_time) if len(devices) == 1 else None


def _time(click: AdClick) -> float:
    return click.at.timestamp()
