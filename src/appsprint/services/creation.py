"""Creating something as one unit of work, so that more can be committed together with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from appsprint.ports.store import UnitOfWork

T = TypeVar("T")

# Everything was checked before; running it stores the thing and returns it.
Creation: TypeAlias = Callable[[UnitOfWork], T]
