"""Every setting: where it comes from, what it takes, and what is said when it does not."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from appsprint.config import Secret, Settings, environment_name, load_settings
from appsprint.errors import ConfigurationError

# One good value and what becomes of it, for every setting there is.
GOOD: dict[str, tuple[str, object]] = {
    "database_url": ("sqlite:////data/a.db", "sqlite:////data/a.db"),
    "host": ("::1", "::1"),
    "port": ("0", 0),
    "public_url": ("https://app.example.com/", "https://app.example.com"),
    "link_url": (" https://go.example ", "https://go.example"),
    "trusted_proxies": (
        "10.0.0.1/8, 2001:db8::/32,",
        (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")),
    ),
    "shared_networks_path": ("/srv/relays.csv", Path("/srv/relays.csv")),
    "data_centres_path": ("/srv/data-centres.csv", Path("/srv/data-centres.csv")),
    "secret_key": (" 0f1e ", Secret("0f1e")),
    "admin_token": ("a-long-admin-token", Secret("a-long-admin-token")),
    "tiktok_app_id": ("7000", "7000"),
    "tiktok_secret": ("s3cret", Secret("s3cret")),
    "tiktok_api_url": ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
    "tiktok_auth_url": ("http://127.0.0.1:8090/portal/auth", "http://127.0.0.1:8090/portal/auth"),
    "tiktok_timeout_seconds": ("2.5", 2.5),
    "tiktok_sync_minutes": ("0", 0),
    "tiktok_sync_week_hours": ("168", 168),
    "tiktok_sync_month_hours": ("720", 720),
    "tiktok_reads_per_second": ("50", 50),
    "tiktok_check_minutes": ("0", 0),
    "secret_key_previous": ("hush", Secret("hush")),
    "tiktok_vbo_threshold": ("30", 30),
    "retention_clicks_days": ("31", 31),
    "retention_installs_days": ("0", 0),
    "retention_events_days": ("36500", 36_500),
    "retention_deliveries_days": ("400", 400),
    "exchange_rates_file": ("/srv/eurofxref-hist.zip", "/srv/eurofxref-hist.zip"),
    "apple_adservices_url": (" Off ", None),
    "late_facts_hours": ("0", 0),
    "delivery_wait_seconds": ("0.01", 0.01),
    "tiktok_pixel_calls_per_second": ("0.5", 0.5),
    "tiktok_app_calls_per_second": ("1000", 1000.0),
    "retry_first_seconds": ("3600", 3600.0),
    "retry_longest_seconds": ("86400", 86400.0),
    "retry_max_attempts": ("1000", 1000),
    "session_idle_hours": ("720", 720),
    "session_days": ("1", 1),
    "click_wait_seconds": ("30", 30.0),
    "log_format": ("JSON", "json"),
    "log_level": ("Warning", "warning"),
}
BAD = [
    ("port", "65536"),
    ("port", "-1"),
    ("port", "http"),
    ("public_url", "app.example.com"),
    ("link_url", "ftp://go.example"),
    ("link_url", "https://"),
    ("link_url", "https://[::1"),
    ("trusted_proxies", "10.0.0.0/33"),
    ("trusted_proxies", "proxy.example.com"),
    ("tiktok_timeout_seconds", "0.04"),
    ("tiktok_timeout_seconds", "nan"),
    ("tiktok_timeout_seconds", "inf"),
    ("tiktok_sync_minutes", "1441"),
    ("tiktok_sync_week_hours", "0"),
    ("tiktok_sync_month_hours", "721"),
    ("tiktok_reads_per_second", "0"),
    ("tiktok_check_minutes", "1441"),
    ("tiktok_vbo_threshold", "0"),
    ("retention_clicks_days", "30"),
    ("retention_installs_days", "36501"),
    ("apple_adservices_url", "on"),
    ("late_facts_hours", "721"),
    ("delivery_wait_seconds", "0"),
    ("tiktok_pixel_calls_per_second", "0"),
    ("tiktok_app_calls_per_second", "1001"),
    ("retry_first_seconds", "3601"),
    ("retry_longest_seconds", "soon"),
    ("retry_max_attempts", "0"),
    ("session_idle_hours", "0"),
    ("session_days", "91"),
    ("click_wait_seconds", "31"),
    ("log_format", "xml"),
    ("log_level", "trace"),
]
SECRETS = ("secret_key", "admin_token", "tiktok_secret")


def test_nothing_is_needed_to_start() -> None:
    """Every setting has a default, and all come from there."""
    loaded = load_settings({"PATH": "/usr/bin", "HOME": "/root"})

    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}
    assert loaded.warnings == ()


def test_every_setting_is_tried_here() -> None:
    """A new setting needs a line in this module."""
    assert set(GOOD) == {setting.name for setting in fields(Settings)}


def test_every_setting_says_what_it_is_for() -> None:
    """In a sentence with a full stop."""
    assert all(setting.metadata["help"].endswith(".") for setting in fields(Settings))


@pytest.mark.parametrize("name", GOOD)
def test_a_setting_comes_from_the_environment(name: str) -> None:
    """Under its own name; all others keep their defaults."""
    raw, value = GOOD[name]
    loaded = load_settings({f"APPSPRINT_{name.upper()}": raw})

    assert getattr(loaded.settings, name) == value
    assert loaded.origins[name] == "environment"
    others = {other: origin for other, origin in loaded.origins.items() if other != name}
    assert set(others.values()) == {"default"}


@pytest.mark.parametrize("name", GOOD)
def test_a_setting_comes_from_the_file(name: str, tmp_path: Path) -> None:
    """Under its name in lower case, and the environment goes before it."""
    raw, value = GOOD[name]
    path = tmp_path / "appsprint.toml"
    path.write_text(f'{name} = "{raw}"')

    loaded = load_settings({"APPSPRINT_CONFIG_FILE": str(path)})
    assert getattr(loaded.settings, name) == value
    assert loaded.origins[name] == "file"

    both = load_settings(
        {"APPSPRINT_CONFIG_FILE": str(path), environment_name_of(name): GOOD[name][0]}
    )
    assert both.origins[name] == "environment"


def test_numbers_and_lists_of_the_file_need_no_quotes(tmp_path: Path) -> None:
    """As TOML has them."""
    path = tmp_path / "appsprint.toml"
    path.write_text('port = 9000\nclick_wait_seconds = 0.5\ntrusted_proxies = ["10.0.0.0/8"]')

    settings = load_settings({"APPSPRINT_CONFIG_FILE": str(path)}).settings

    assert (settings.port, settings.click_wait_seconds) == (9000, 0.5)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(("name", "raw"), BAD)
def test_a_value_that_cannot_be_used_is_named(name: str, raw: str) -> None:
    """With the variable, the value and what is wrong."""
    with pytest.raises(ConfigurationError) as refused:
        load_settings({environment_name_of(name): raw})

    assert f"{environment_name_of(name)} {raw!r}: " in refused.value.message


def test_all_problems_are_told_at_once() -> None:
    """Nobody likes to start six times."""
    with pytest.raises(ConfigurationError) as refused:
        load_settings({environment_name_of(name): raw for name, raw in BAD})

    assert refused.value.message.count("\n  APPSPRINT_") == len({name for name, _ in BAD})


@pytest.mark.parametrize("raw", ["", "   "])
def test_an_empty_variable_is_unset(raw: str) -> None:
    """Compose files leave such behind."""
    assert load_settings({"APPSPRINT_PORT": raw}).origins["port"] == "default"


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_can_be_in_a_file(name: str, tmp_path: Path) -> None:
    """Without the line's end; the plain variable goes before it."""
    path = tmp_path / "secret"
    path.write_text("from-the-file\n")
    variables = {f"{environment_name_of(name)}_FILE": str(path)}

    assert getattr(load_settings(variables).settings, name) == Secret("from-the-file")
    variables[environment_name_of(name)] = "plain"
    assert getattr(load_settings(variables).settings, name) == Secret("plain")


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Missing, or no text."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match="APPSPRINT_ADMIN_TOKEN_FILE"):
        load_settings({"APPSPRINT_ADMIN_TOKEN_FILE": str(path)})


def test_only_secrets_have_files(tmp_path: Path) -> None:
    """Other names with ``_FILE`` are unknown."""
    path = tmp_path / "port"
    path.write_text("9000")

    loaded = load_settings({"APPSPRINT_PORT_FILE": str(path)})

    assert loaded.settings.port == 8080
    assert len(loaded.warnings) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"port = ", "Invalid value"),
        (b"\xff", "utf-8"),
        (b"ports = 1", "no such settings: ports"),
    ],
)
def test_a_configuration_file_that_cannot_be_used(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    """Start-up stops and says why; in a file, unknown names are mistakes."""
    path = tmp_path / "appsprint.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=said):
        load_settings({"APPSPRINT_CONFIG_FILE": str(path)})


def test_unknown_names_are_warnings_with_a_hint() -> None:
    """After a roll-back the newer version's settings are still there."""
    loaded = load_settings({"APPSPRINT_PROT": "1", "APPSPRINT_X": "1", "OTHER": "1"})

    assert loaded.settings == Settings()
    assert loaded.warnings == (
        "APPSPRINT_PROT is not a setting and has no effect; did you mean APPSPRINT_PORT?",
        "APPSPRINT_X is not a setting and has no effect",
    )


@pytest.mark.parametrize("show", [str, repr, "{}".format])
def test_secrets_never_show(show: object) -> None:
    """Neither alone nor inside the settings, nor in the message that refuses them."""
    assert callable(show)
    secret = Secret("hunter2")

    assert "hunter2" not in show(secret)
    assert "hunter2" not in show(Settings(admin_token=secret))
    assert secret.reveal() == "hunter2"


@pytest.mark.parametrize(
    ("settings", "base_url", "tracking_url"),
    [
        (Settings(), "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (Settings(host="::1", port=9), "http://[::1]:9", "http://[::1]:9"),
        (Settings(public_url="https://a.b"), "https://a.b", "https://a.b"),
        (Settings(public_url="https://a.b", link_url="https://l"), "https://a.b", "https://l"),
        (Settings(link_url="https://l"), "http://127.0.0.1:8080", "https://l"),
    ],
)
def test_where_the_server_is_reached(settings: Settings, base_url: str, tracking_url: str) -> None:
    """The public address unless links have one of their own."""
    assert (settings.base_url, settings.tracking_url) == (base_url, tracking_url)


def environment_name_of(name: str) -> str:
    """The variable of a setting, as the product names it."""
    [setting] = [setting for setting in fields(Settings) if setting.name == name]
    return environment_name(setting)
