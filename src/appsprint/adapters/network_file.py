"""An operator's file with networks, read again when it changed."""

from __future__ import annotations

from pathlib import Path

import structlog

from appsprint.domain.shared_network import SharedNetworks, read_networks
from appsprint.errors import ConfigurationError, InvalidInput

log = structlog.get_logger()

_Stamp = tuple[int, int, int]
_NONE = SharedNetworks()


class NetworkFile:
    """A file that is read at its first use, and by ``refresh`` after it changed.

    Args:
        setting: What names the file, for messages.
        path: None for no list.
    """

    def __init__(self, setting: str, path: Path | None) -> None:
        self._setting = setting
        self._path = path
        self._networks: SharedNetworks | None = _NONE if path is None else None
        self._tried: _Stamp | None = None
        self._seen: _Stamp | None = None
        self._problem: str | None = None

    def networks(self) -> SharedNetworks:
        """The list in force; the first call reads it."""
        if self._networks is None and self._path is not None:
            try:
                self._tried = self._seen = _stamp(self._path)
                self._networks = _read(self._path)
            except (OSError, ValueError, InvalidInput) as exc:
                raise ConfigurationError(f"{self._setting}: {exc}") from exc
        return self._networks or _NONE

    def refresh(self) -> None:
        """Read a file that changed and has come to rest; what cannot be used is logged once."""
        if self._path is None:
            return
        try:
            if self._is_news(_stamp(self._path)):
                self._tried = self._seen
                self._replace(_read(self._path))
        except FileNotFoundError as exc:
            self._tried = None
            self._keep(exc)
        except (OSError, ValueError, InvalidInput) as exc:
            self._keep(exc)

    def problem(self) -> str | None:
        """Why the file cannot be used now."""
        try:
            self.networks()
        except ConfigurationError as exc:
            return exc.message
        return self._problem

    def _is_news(self, stamp: _Stamp) -> bool:
        """Whether a file was not read as it is, and no longer grows: half a list looks like one."""
        before, self._seen = self._seen, stamp
        return before == stamp != self._tried

    def _replace(self, networks: SharedNetworks) -> None:
        if networks.is_empty:
            raise InvalidInput("holds no network")
        self._networks, self._problem = networks, None
        log.info("network_list_read", setting=self._setting)

    def _keep(self, reason: Exception) -> None:
        problem = f"{self._setting}: {reason}"
        if problem != self._problem:
            log.warning("network_list_kept", setting=self._setting, error=str(reason))
        self._problem = problem


def _stamp(path: Path) -> _Stamp:
    """What changes when a file is written or replaced."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> SharedNetworks:
    with path.open(encoding="utf-8") as lines:
        return read_networks(lines)
