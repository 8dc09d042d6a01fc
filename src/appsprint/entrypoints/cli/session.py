"""What every command begins with: the settings, the log, and the services of one process."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from appsprint.bootstrap import Process, build
from appsprint.config import LoadedSettings, load_settings
from appsprint.domain.audit import Actor, ActorKind
from appsprint.entrypoints.cli.output import tell
from appsprint.observability import set_up_logging
from appsprint.services.acting import act_as
from appsprint.services.catalog import Services


def read_settings() -> LoadedSettings:
    """The settings of this process; names that are none of ours are told on stderr.

    Raises:
        ConfigurationError: One message with every value that cannot be used.
    """
    loaded = load_settings(os.environ)
    for warning in loaded.warnings:
        tell(f"Warning: {warning}")
    return loaded


@contextmanager
def open_process() -> Iterator[Process]:
    """Everything that a command can work with, beside a running server or without one.

    Raises:
        ConfigurationError: A setting, the database or the secret key cannot be used.
        StoreUnavailable: The database cannot be opened.
    """
    settings = read_settings().settings
    # What a service logs as information, a command prints as its answer.
    set_up_logging(log_format=settings.log_format, level="warning")
    process = build(settings, is_server=False)
    act_as(Actor(kind=ActorKind.COMMAND_LINE, name=_operator()))
    try:
        yield process
    finally:
        process.close()


@contextmanager
def open_services() -> Iterator[Services]:
    """Like ``open_process``, for the commands that need only the use cases."""
    with open_process() as process:
        yield process.services


def _operator() -> str:
    """Who is at the command line, as the operating system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        return "command line"
