"""Log set-up and the names of metrics."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

import structlog
from prometheus_client import Counter

from appsprint.domain.click import Click, FilteredVisit

_VISITS = Counter("appsprint_visits", "Visits to ad links, by whether a person made them", ["kind"])
CLICKS: Mapping[type, Counter] = {
    Click: _VISITS.labels(kind="click"),
    FilteredVisit: _VISITS.labels(kind="filtered"),
}
CLICKS_SPOOLED = Counter("appsprint_clicks_spooled", "Clicks that waited in the spool file")
CLICKS_LOST = Counter("appsprint_clicks_lost", "Clicks that neither store nor spool could take")
SDK_ANSWERS = Counter("appsprint_sdk_answers", "Answers to SDKs", ["route", "status"])
EVENTS = Counter("appsprint_events", "In-app events received, by outcome", ["status"])
DELIVERIES = Counter("appsprint_deliveries", "Deliveries settled, by outcome", ["outcome"])


def set_up_logging(*, log_format: str, level: str) -> None:
    """Send log lines to stderr, as text for people or as one JSON object a line."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        # No hot route logs, and a logger that is kept could not be set up anew, as tests do.
        cache_logger_on_first_use=False,
    )
