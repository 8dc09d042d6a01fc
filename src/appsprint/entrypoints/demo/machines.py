"""Requests to ad links that no person made: crawlers, previewers and checks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from appsprint.domain.app import Platform

VISITS_PER_DAY = 4
_LINKS_PER_APP = 2
_AGENTS = (
    ("GET", "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) "
     "Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)"),
    ("GET", "WhatsApp/2.25.20.77 A"),
    ("GET", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    ("GET", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("HEAD", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 "
     "(KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineVisit:
    """One such request; ``link`` is the place of the link among its app's."""

    at: datetime
    platform: Platform
    link: int
    method: str
    user_agent: str
    address: str


def make_machine_visits(
    start_at: datetime, end_at: datetime, rng: random.Random
) -> Iterator[MachineVisit]:
    amount = max(len(_AGENTS), round(VISITS_PER_DAY * (end_at - start_at) / timedelta(days=1)))
    for number in range(amount):
        method, user_agent = _AGENTS[number % len(_AGENTS)]
        yield MachineVisit(
            at=start_at + (end_at - start_at) * rng.random(),
            platform=rng.choice(tuple(Platform)),
            link=rng.randrange(_LINKS_PER_APP),
            method=method,
            user_agent=user_agent,
            address=f"2001:db8:ffff::{rng.randrange(1, 0xFFFF):x}",
        )
