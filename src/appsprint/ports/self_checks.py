"""How the probabilistic rule would have done on installs whose click Play named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from appsprint.domain.ids import AppId, InstallId
from appsprint.domain.self_check import SelfCheck, SelfCheckSums


class SelfCheckRepository(Protocol):
    """Event plane."""

    def add(self, app_id: AppId, install_id: InstallId, check: SelfCheck, *, at: datetime) -> None:
        """Keep an install's check; ``at`` is its arrival."""
        ...

    def days(self, app_id: AppId, *, since: datetime) -> Sequence[SelfCheckSums]:
        """Sums by UTC day of arrival, in order; days without a check are missing."""
        ...
