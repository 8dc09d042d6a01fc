"""The phone of the app's developer, which speaks to the server with the app's test key."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from appsprint.domain.app import Platform
from appsprint.entrypoints.demo.people import (
    AppEvent,
    AppInstall,
    Dialect,
    Journey,
    Person,
    Referrer,
)
from appsprint.simulation.phones import FRANCE, make_phone, new_uuid

DEVELOPER_PLATFORM = Platform.IOS
_ADDRESS = "2001:db8:fffe::17"


def developer_of(start_at: datetime) -> tuple[Person, AppEvent]:
    """The developer with a registered install, and the event of "send test event"."""
    rng = random.Random(0)  # noqa: S311 the same phone every time
    opened_at = (start_at + timedelta(minutes=2)).replace(microsecond=0)
    install = AppInstall(
        appsprint_id=str(new_uuid(rng)).upper(),
        opened_at=opened_at,
        sent_at=opened_at + timedelta(seconds=2),
        address=_ADDRESS,
        household=None,
        referrer=Referrer.NONE,
        vendor_id=str(new_uuid(rng)).upper(),
    )
    person = Person(
        number=0,
        platform=DEVELOPER_PLATFORM,
        journey=Journey.ORGANIC,
        phone=make_phone(DEVELOPER_PLATFORM, rng),
        place=FRANCE,
        dialect=Dialect.CURRENT,
        install=install,
    )
    event = AppEvent(
        event_id=str(new_uuid(rng)).upper(), event_type="__test", device_at=install.sent_at
    )
    return person, event
