"""Every setting, declared once: name, type, unit, default and help."""

from __future__ import annotations

import difflib
import ipaddress
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from appsprint.domain.privacy import RetainedKind, Retention, require_retention_days
from appsprint.errors import ConfigurationError, InvalidInput

PREFIX = "APPSPRINT_"
CONFIG_FILE_NAME = "APPSPRINT_CONFIG_FILE"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that never shows: printing it gives stars. Call ``reveal`` to use it."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The plain text."""
        return self._text

    def __str__(self) -> str:
        return "********"

    def __repr__(self) -> str:
        return "Secret(********)"


def _setting(default: object, read: Callable[[str], object], help_text: str) -> Any:
    """A field of ``Settings``; typed Any so that dataclass fields keep their annotation."""
    return field(default=default, metadata={"read": read, "help": help_text})


def _text(raw: str) -> str:
    return raw


def _secret(raw: str) -> Secret:
    return Secret(raw.strip())


def _integer(lowest: int, highest: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        value = int(raw)
        if not lowest <= value <= highest:
            raise ValueError(f"must be {lowest} to {highest}")
        return value

    return read


def _seconds(lowest: float, highest: float) -> Callable[[str], float]:
    def read(raw: str) -> float:
        value = float(raw)
        if not lowest <= value <= highest:
            raise ValueError(f"must be {lowest:g} to {highest:g} seconds")
        return value

    return read


def _retention_days(raw: str) -> int:
    try:
        return require_retention_days(int(raw))
    except InvalidInput as exc:
        raise ValueError(exc.message) from exc


def _rate(lowest: float, highest: float) -> Callable[[str], float]:
    def read(raw: str) -> float:
        value = float(raw)
        if not lowest <= value <= highest:
            raise ValueError(f"must be {lowest:g} to {highest:g} a second")
        return value

    return read


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return raw.lower()

    return read


def _web_address(raw: str) -> str:
    parts = urlsplit(raw.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://track.example.com")
    return raw.strip().rstrip("/")


def _web_address_or_off(raw: str) -> str | None:
    return None if raw.strip().lower() == "off" else _web_address(raw)


def _networks(raw: str) -> tuple[Network, ...]:
    items = [item.strip() for item in raw.split(",")]
    return tuple(ipaddress.ip_network(item, strict=False) for item in items if item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration of one process, checked when it is built."""

    database_url: str = _setting(
        "sqlite:///data/appsprint.db",
        _text,
        "Where data is kept: `sqlite:///relative.db` or `sqlite:////absolute/path.db`.",
    )
    host: str = _setting("127.0.0.1", _text, "Address to listen on.")
    port: int = _setting(8080, _integer(0, 65535), "Port to listen on; 0 takes a free one.")
    public_url: str | None = _setting(
        None, _web_address, "Where people reach the server. Default: `http://<host>:<port>`."
    )
    link_url: str | None = _setting(
        None, _web_address, "Tracking domain that ad links start with. Default: the public URL."
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        (),
        _networks,
        "Comma-separated CIDRs of proxies whose `X-Forwarded-For` is believed. Default: none.",
    )
    shared_networks_path: Path | None = _setting(
        None,
        Path,
        "File with networks behind which strangers share an address (relays, data centres), one "
        "a line, further fields ignored; they never match. Read at start and, "
        "when it changed, again within about a minute. Default: none.",
    )
    data_centres_path: Path | None = _setting(
        None,
        Path,
        "File with networks of data centres in the same form, for the quality rule that finds "
        "installs from there; they match as others do. Read as the other list is. "
        "Default: none.",
    )
    secret_key: Secret | None = _setting(
        None,
        _secret,
        "32 bytes as 64 hex digits or base64: encrypts stored tokens. Without it one is made "
        "once and kept beside the SQLite file.",
    )
    secret_key_previous: Secret | None = _setting(
        None,
        _secret,
        "Earlier secret keys, comma-separated: they open what is still sealed with them, until "
        "`appsprint secrets rotate` has sealed it again.",
    )
    admin_token: Secret | None = _setting(
        None, _secret, "Seeds the first owner token of the management API (16 characters or more)."
    )
    tiktok_app_id: str | None = _setting(None, _text, "Id of your TikTok developer app.")
    tiktok_secret: Secret | None = _setting(None, _secret, "Secret of your TikTok developer app.")
    tiktok_api_url: str = _setting(
        "https://business-api.tiktok.com", _web_address, "TikTok's API, or a sandbox's address."
    )
    tiktok_auth_url: str = _setting(
        "https://business-api.tiktok.com/portal/auth", _web_address, "TikTok's authorisation page."
    )
    tiktok_timeout_seconds: float = _setting(
        10.0, _seconds(0.05, 120), "How long to wait for an answer of TikTok's, in seconds."
    )
    tiktok_sync_minutes: int = _setting(
        60,
        _integer(0, 1440),
        "Minutes between imports of campaigns and of the costs of today and yesterday; 0 turns "
        "all imports off.",
    )
    tiktok_sync_week_hours: int = _setting(
        6, _integer(1, 168), "Hours between imports of the costs of the last 7 days."
    )
    tiktok_sync_month_hours: int = _setting(
        24, _integer(1, 720), "Hours between imports of the costs of the last 30 days."
    )
    tiktok_vbo_threshold: int = _setting(
        20,
        _integer(1, 100_000),
        "Payment events within 7 days at which TikTok unlocks value-based optimization.",
    )
    tiktok_reads_per_second: int = _setting(
        10,
        _integer(1, 50),
        "How often an import may call one of TikTok's endpoints in a second: the quota of your "
        "developer app.",
    )
    tiktok_check_minutes: int = _setting(
        5,
        _integer(0, 1440),
        "Minutes between checks whether TikTok still accepts each connection; 0 turns them off.",
    )
    exchange_rates_file: str | None = _setting(
        None,
        _text,
        "The European Central Bank's `eurofxref-hist.zip` or `.csv`, to be used instead of the "
        "shipped rates. It may be replaced while the server runs.",
    )
    apple_adservices_url: str | None = _setting(
        "https://api-adservices.apple.com/api/v1",
        _web_address_or_off,
        "Apple's AdServices API, which tells whether Apple Ads led to an iOS install, or the "
        "address that `appsprint sandbox apple` prints; `off` asks nobody.",
    )
    late_facts_hours: int = _setting(
        24,
        _integer(0, 720),
        "Hours after an install's registration in which credit that was given may go over to "
        "stronger evidence that came late, or to a click that was stored late.",
    )
    delivery_wait_seconds: float = _setting(
        0.5, _seconds(0.01, 60), "How long events may gather into one batch, in seconds."
    )
    tiktok_pixel_calls_per_second: float = _setting(
        50.0, _rate(0.1, 1000), "The most calls a second with events for one pixel."
    )
    tiktok_app_calls_per_second: float = _setting(
        100.0, _rate(0.1, 1000), "The most calls a second with events for all pixels together."
    )
    retry_first_seconds: float = _setting(
        1.5, _seconds(0.01, 3600), "Pause after a delivery's first failed attempt, in seconds."
    )
    retry_longest_seconds: float = _setting(
        7200.0, _seconds(0.01, 86400), "Longest pause between attempts, in seconds."
    )
    retry_max_attempts: int = _setting(
        30, _integer(1, 1000), "Attempts after which a delivery becomes a dead letter."
    )
    click_wait_seconds: float = _setting(
        1.0,
        _seconds(0.01, 30),
        "How long a person waits for a click to be stored before it goes to the spool, in seconds.",
    )
    session_idle_hours: int = _setting(
        24, _integer(1, 720), "Hours without use after which a member has to sign in again."
    )
    session_days: int = _setting(
        14, _integer(1, 90), "Days after which a member has to sign in again in any case."
    )
    retention_clicks_days: int = _setting(
        90,
        _retention_days,
        "Days until clicks that earned nothing are deleted and the others lose address, browser "
        "and parameters; 31 or more, 0 keeps them.",
    )
    retention_installs_days: int = _setting(
        400,
        _retention_days,
        "Days until installs lose address, web view, referrer, advertising ids and explanation; "
        "31 or more, 0 keeps them.",
    )
    retention_events_days: int = _setting(
        400,
        _retention_days,
        "Days until in-app events lose address and parameters; 31 or more, 0 keeps them.",
    )
    retention_deliveries_days: int = _setting(
        90,
        _retention_days,
        "Days until deliveries lose what was sent, and refused events what was quoted of them; "
        "31 or more, 0 keeps them.",
    )
    log_format: str = _setting("text", _choice("text", "json"), "`text` or `json`.")
    log_level: str = _setting(
        "info", _choice("debug", "info", "warning", "error"), "The least severe line that is kept."
    )

    @property
    def base_url(self) -> str:
        """Where people reach the server, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def retention(self) -> Retention:
        """How long each kind of personal data is kept."""
        return Retention().changed(
            {
                RetainedKind.CLICKS: self.retention_clicks_days,
                RetainedKind.INSTALLS: self.retention_installs_days,
                RetainedKind.EVENTS: self.retention_events_days,
                RetainedKind.DELIVERIES: self.retention_deliveries_days,
            }
        )

    @property
    def tracking_url(self) -> str:
        """What ad links start with, without a slash at the end."""
        return self.link_url or self.base_url


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """Settings and where each came from.

    Attributes:
        origins: Setting name to ``default``, ``environment`` or ``file``.
        warnings: Names that look like ours and are not, in words.
    """

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...]


def environment_name(setting: Field[Any]) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{setting.name.upper()}"


def load_settings(environment: Mapping[str, str]) -> LoadedSettings:
    """Read every setting: the environment first, then the TOML file, then the default.

    A name of ours that does not exist is a warning, not a refusal: after a roll-back the newer
    version's settings are still there, and a tracking server must start.

    Raises:
        ConfigurationError: One message with every value that cannot be used.
    """
    from_file = _read_file(environment.get(CONFIG_FILE_NAME))
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    problems: list[str] = []
    for setting in fields(Settings):
        raw, origin = _find(setting, environment, from_file, problems)
        origins[setting.name] = origin
        if raw is None:
            continue
        try:
            values[setting.name] = setting.metadata["read"](raw)
        except ValueError as exc:
            shown = "" if is_secret(setting) else f" {raw[:80]!r}"
            problems.append(f"{environment_name(setting)}{shown}: {exc}")
    if problems:
        raise ConfigurationError("these settings cannot be used:\n  " + "\n  ".join(problems))
    return LoadedSettings(
        settings=Settings(**values),  # type: ignore[arg-type]
        origins=origins,
        warnings=_unknown_names(environment),
    )


def _find(
    setting: Field[Any],
    environment: Mapping[str, str],
    from_file: Mapping[str, object],
    problems: list[str],
) -> tuple[str | None, str]:
    """The raw text of a setting and its origin; an empty variable means unset."""
    name = environment_name(setting)
    if environment.get(name, "").strip():
        return environment[name], "environment"
    path = environment.get(f"{name}_FILE", "").strip()
    if path and is_secret(setting):
        try:
            return Path(path).read_text(encoding="utf-8").strip(), "environment"
        except (OSError, UnicodeDecodeError) as exc:
            problems.append(f"{name}_FILE: {exc}")
    if setting.name in from_file:
        value = from_file[setting.name]
        joined = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        return joined, "file"
    return None, "default"


def is_secret(setting: Field[Any]) -> bool:
    """Whether a setting can also be given as a file, and is never shown."""
    return setting.metadata["read"] is _secret


def _read_file(path: str | None) -> Mapping[str, object]:
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigurationError(f"{CONFIG_FILE_NAME}: {exc}") from exc
    known = {setting.name for setting in fields(Settings)}
    if unknown := sorted(set(found) - known):
        raise ConfigurationError(f"{path}: no such settings: {', '.join(unknown)}")
    return found


def _unknown_names(environment: Mapping[str, str]) -> tuple[str, ...]:
    known = {environment_name(setting) for setting in fields(Settings)}
    known |= {f"{environment_name(s)}_FILE" for s in fields(Settings) if is_secret(s)}
    known.add(CONFIG_FILE_NAME)
    strange = [name for name in environment if name.startswith(PREFIX) and name not in known]
    return tuple(_warning(name, sorted(known)) for name in sorted(strange))


def _warning(name: str, known: list[str]) -> str:
    # Without what all names share, which would make any two of them look alike.
    ends = [one.removeprefix(PREFIX) for one in known]
    close = difflib.get_close_matches(name.removeprefix(PREFIX), ends, n=1)
    hint = f"; did you mean {PREFIX}{close[0]}?" if close else ""
    return f"{name} is not a setting and has no effect{hint}"
