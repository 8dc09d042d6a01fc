"""The operator's lists of networks, which a running server reads again when they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appsprint.ports.network_list import NetworkList


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkLists:
    """Both lists of one process.

    Attributes:
        shared: Networks whose addresses never match.
        data_centres: Networks that a quality rule finds.
    """

    shared: NetworkList
    data_centres: NetworkList

    def load(self) -> None:
        """Read both for the first time.

        Raises:
            ConfigurationError: One cannot be read.
        """
        self.shared.networks()
        self.data_centres.networks()

    def refresh(self) -> None:
        """Read again what changed; what cannot be used leaves the last list in force."""
        self.shared.refresh()
        self.data_centres.refresh()

    def problems(self) -> Sequence[str]:
        """Why lists cannot be used as they are now."""
        found = (self.shared.problem(), self.data_centres.problem())
        return [problem for problem in found if problem is not None]
