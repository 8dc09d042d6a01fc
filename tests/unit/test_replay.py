"""``appsprint attribution replay``: the formats, the order, and the product's own matching."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from appsprint.domain.click import Click
from appsprint.domain.ids import AppId, ClickId, LinkId
from appsprint.domain.link import AdNetwork
from appsprint.entrypoints.cli.program import app
from appsprint.services.replay import RecentClicks

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
WEB_VIEW = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148"
)
BROWSER = f"{WEB_VIEW} musical_ly_40.6.0 BytedanceWebview/d8a21c6"
Line = Mapping[str, Any]


def at(minutes: float) -> str:
    """An instant of the records, in minutes after the start."""
    instant = START + timedelta(minutes=minutes)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def click(number: int, minutes: float = 0, **changes: Any) -> Line:
    """A line of the clicks."""
    line = {
        "click_id": f"clk_{number}",
        "app_id": "app_a",
        "link_id": "lnk_1",
        "campaign_id": "1845821818257457",
        "campaign_name": "Spring",
        "occurred_at": at(minutes),
        "method": "GET",
        "ip": "203.0.113.9",
        "user_agent": BROWSER,
        "headers": {"accept-language": "en-US,en;q=0.9"},
        "query": {"utm_source": "tiktok", "ttclid": "E_C_P_x"},
        "ttclid": "E_C_P_x",
    }
    return line | changes


def install(name: str, minutes: float = 4, **changes: Any) -> Line:
    """A line of the installs: an iPhone behind the same address."""
    line = {
        "app_id": "app_a",
        "received_at": at(minutes),
        "ip": "203.0.113.9",
        "appsprintId": name,
        "deviceModel": "iPhone15,4",
        "osVersion": "18.5",
        "appVersion": "3.2.1",
        "locale": "en_US",
        "timezone": "America/New_York",
        "installTimestamp": at(minutes),
        "sdkPlatform": "ios",
        "sdkWebViewUserAgent": WEB_VIEW,
    }
    return line | changes


def android(name: str, minutes: float, referrer: str, **changes: Any) -> Line:
    """A line of the installs: an Android phone elsewhere, with what Play said."""
    return install(
        name,
        minutes,
        ip="198.51.100.200",
        sdkPlatform="android",
        deviceModel="Pixel 8",
        osVersion="15",
        sdkWebViewUserAgent=None,
        installReferrer=referrer,
        **changes,
    )


class Replayer:
    """Writes records, replays them, and reads the answers."""

    def __init__(self, folder: Path) -> None:
        self.clicks = folder / "clicks.jsonl"
        self.installs = folder / "installs.jsonl"

    def write(self, clicks: Sequence[Line | str], installs: Sequence[Line | str]) -> None:
        """Records as lines; a text stands as it is."""
        for path, lines in ((self.clicks, clicks), (self.installs, installs)):
            texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
            path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")

    def run(self, *options: str, code: int = 0, stdin: str | None = None) -> tuple[str, str]:
        """What the command wrote."""
        files = ("--clicks", str(self.clicks), "--installs", str(self.installs))
        arguments = ["attribution", "replay", *(options or (*files, "--json"))]
        result = CliRunner().invoke(app, arguments, input=stdin)
        assert result.exit_code == code, result.output
        return result.stdout, result.stderr

    def answers(self, clicks: Sequence[Line], installs: Sequence[Line]) -> list[dict[str, Any]]:
        """One answer for each install line."""
        self.write(clicks, installs)
        stdout, stderr = self.run()
        assert stderr == ""
        return [json.loads(line) for line in stdout.splitlines()]


@pytest.fixture
def replayer(tmp_path: Path) -> Iterator[Replayer]:
    """Over an empty folder."""
    yield Replayer(tmp_path)
    structlog.reset_defaults()


def test_the_contracts_example_is_attributed(replayer: Replayer) -> None:
    """The page's own two lines: same address, same device, four minutes later."""
    recorded_click = json.loads(
        '{"click_id":"clk_1","app_id":"app_a","link_id":"lnk_1","campaign_id":"1845821818257457",'
        '"campaign_name":"Spring","occurred_at":"2026-03-10T09:30:00.120Z","method":"GET",'
        '"ip":"203.0.113.9","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) '
        "AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_40.6.0 "
        'BytedanceWebview/d8a21c6","headers":{"accept-language":"en-US,en;q=0.9"},'
        '"query":{"utm_source":"tiktok","ttclid":"E_C_P_…"},"ttclid":"E_C_P_…"}'
    )
    recorded_install = json.loads(
        '{"app_id":"app_a","received_at":"2026-03-10T09:34:10.007Z","ip":"203.0.113.9",'
        '"appsprintId":"6F0E…","deviceModel":"iPhone15,4","osVersion":"18.5",'
        '"appVersion":"3.2.1","locale":"en_US","timezone":"America/New_York",'
        '"installTimestamp":"2026-03-10T09:34:08Z","sdkPlatform":"ios",'
        '"sdkWebViewUserAgent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) '
        'AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"}'
    )

    [answer] = replayer.answers([recorded_click], [recorded_install])

    confidence = answer.pop("confidence")
    assert answer == {
        "appsprint_id": "6F0E…",
        "is_attributed": True,
        "click_id": "clk_1",
        "link_id": "lnk_1",
        "campaign_id": "1845821818257457",
        "match_type": "ip_user_agent",
        "reason": "ip_user_agent_match",
    }
    assert 0 < confidence <= 1


def test_an_organic_install_has_no_click(replayer: Replayer) -> None:
    """Nulls, confidence 0 and a reason."""
    [answer] = replayer.answers([], [install("A")])

    assert answer == {
        "appsprint_id": "A",
        "is_attributed": False,
        "click_id": None,
        "link_id": None,
        "campaign_id": None,
        "match_type": "organic",
        "confidence": 0.0,
        "reason": "no_candidate",
    }


def test_the_play_referrer_names_its_click(replayer: Replayer) -> None:
    """Whatever the address; plain, or encoded once more."""
    referrer = "click_id=clk_1&utm_source=tiktok&utm_medium=paid&utm_campaign=Spring"
    encoded = "click_id%3Dclk_2%26utm_source%3Dtiktok"

    answers = replayer.answers(
        [click(1), click(2)], [android("A", 60, referrer), android("B", 61, encoded)]
    )

    assert [answer["click_id"] for answer in answers] == ["clk_1", "clk_2"]
    assert {answer["match_type"] for answer in answers} == {"install_referrer"}


def test_a_click_is_credited_once(replayer: Replayer) -> None:
    """The second phone behind the address gets nothing."""
    answers = replayer.answers([click(1)], [install("A", 4), install("B", 5)])

    assert [answer["is_attributed"] for answer in answers] == [True, False]
    assert answers[1]["reason"] == "all_candidates_ruled_out"


def test_a_repeat_gets_the_same_answer(replayer: Replayer) -> None:
    """However late it comes, and though a better click came meanwhile; apps are apart."""
    first, other, repeat, late = replayer.answers(
        [click(1), click(2, 6)],
        [
            install("A", 4),
            install("A", 5, app_id="app_b"),
            install("A", 10),
            install("A", 60 * 24 * 40, installTimestamp=at(4)),
        ],
    )

    assert first["click_id"] == "clk_1"
    assert first == repeat == late
    assert other["is_attributed"] is False


def test_what_came_later_is_not_known(replayer: Replayer) -> None:
    """At the same millisecond clicks come first."""
    answers = replayer.answers(
        [click(1, 4.0001), click(2, 5)],
        [install("A", 4, installTimestamp=at(4)), install("B", 5, installTimestamp=at(5))],
    )

    assert [answer["click_id"] for answer in answers] == [None, "clk_2"]


def test_another_apps_click_counts_nothing(replayer: Replayer) -> None:
    """Nor does its id in a referrer."""
    answers = replayer.answers(
        [click(1, app_id="app_b")], [install("A"), android("B", 5, "click_id=clk_1")]
    )

    assert not any(answer["is_attributed"] for answer in answers)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"method": "HEAD"}, id="HEAD"),
        pytest.param({"headers": {"x-moz": "prefetch"}}, id="prefetch"),
        pytest.param({"headers": {"sec-purpose": "prefetch;prerender"}}, id="prerender"),
        pytest.param({"user_agent": "facebookexternalhit/1.1"}, id="previewer"),
        pytest.param({"user_agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"}, id="bot"),
    ],
)
def test_what_no_person_did_is_no_click(replayer: Replayer, changes: Line) -> None:
    """It neither earns credit nor stands in the way of the click that does."""
    [answer] = replayer.answers([click(1), click(2, 1, **changes)], [install("A")])

    assert answer["click_id"] == "clk_1"


@pytest.mark.parametrize("address", ["10.0.0.7", "100.64.1.1", "127.0.0.1", "fe80::1", "", "x"])
def test_private_addresses_never_match(replayer: Replayer, address: str) -> None:
    """They are shared by strangers, or nobody's."""
    [answer] = replayer.answers([click(1, ip=address)], [install("A", ip=address)])

    assert (answer["is_attributed"], answer["reason"]) == (False, "private_address")


def test_ipv6_matches_by_network(replayer: Replayer) -> None:
    """A phone changes the rest of its address at will."""
    clicks = [click(1, ip="2001:db8:1:2::aaaa")]

    [answer] = replayer.answers(clicks, [install("A", ip="2001:db8:1:2:3:4:5:6")])

    assert answer["click_id"] == "clk_1"


def test_a_guess_between_devices_is_a_tie(replayer: Replayer) -> None:
    """Two phones alike behind one address: no credit."""
    other = BROWSER.replace("musical_ly_40.6.0", "musical_ly_39.1.0")

    [answer] = replayer.answers([click(1), click(2, 1, user_agent=other)], [install("A")])

    assert (answer["is_attributed"], answer["reason"]) == (False, "tie")


@pytest.mark.parametrize(
    ("hours", "is_attributed"), [(24, True), (24.001, False)], ids=["inside", "outside"]
)
def test_the_probabilistic_window_is_a_day(
    replayer: Replayer, hours: float, is_attributed: bool
) -> None:
    """Both ends included."""
    [answer] = replayer.answers([click(1)], [install("A", hours * 60)])

    assert answer["is_attributed"] is is_attributed


@pytest.mark.parametrize(
    ("days", "is_attributed"), [(7, True), (7.001, False)], ids=["inside", "outside"]
)
def test_the_click_window_is_a_week(replayer: Replayer, days: float, is_attributed: bool) -> None:
    """For a click that the referrer names."""
    line = android("A", days * 24 * 60, "click_id=clk_1")

    [answer] = replayer.answers([click(1)], [line])

    assert answer["is_attributed"] is is_attributed


def test_a_late_registration_counts_from_the_first_open(replayer: Replayer) -> None:
    """The phone had no network for six days; the click was an hour before the first open."""
    late = install("A", 6 * 24 * 60, installTimestamp=at(60))
    newer = [click(number, 60 * number, ip="198.51.100.7") for number in range(2, 140)]

    [answer] = replayer.answers([click(1), *newer], [late])

    assert answer["click_id"] == "clk_1"


def test_advertising_ids_match(replayer: Replayer) -> None:
    """When the link carried one."""
    gaid = "38400000-8cf0-11bd-b23e-10b96e40000d"
    query = {"utm_source": "tiktok", "gaid": gaid.upper()}

    [answer] = replayer.answers([click(1, query=query)], [android("A", 60, "", gaid=gaid)])

    assert (answer["click_id"], answer["match_type"]) == ("clk_1", "gaid")


def test_optional_fields_may_be_null_or_absent(replayer: Replayer) -> None:
    """A click of four fields, an install of three; unknown ones are ignored."""
    bare = {"click_id": "clk_1", "app_id": "app_a", "link_id": "lnk_1", "occurred_at": at(0)}
    nulls = dict.fromkeys(
        ("campaign_id", "method", "ip", "user_agent", "headers", "query", "ttclid", "odd")
    )
    tiny = {"app_id": "app_a", "received_at": at(1), "appsprintId": "A"}

    answers = replayer.answers(
        [bare, bare | {"click_id": "clk_2"} | nulls],
        [tiny, tiny | {"appsprintId": "B", "ip": None, "headers": None, "odd": [1]}],
    )

    assert [answer["reason"] for answer in answers] == ["private_address"] * 2


@pytest.mark.parametrize(
    ("sign", "expected"),
    [
        ({"sdkPlatform": "IOS"}, True),
        ({"idfv": "x"}, True),
        ({"deviceModel": "iPhone15,4"}, True),
        ({"sdkPlatform": "android"}, False),
        ({"installReferrer": "(not set)"}, False),
    ],
)
def test_the_platform_is_told_by_the_body(replayer: Replayer, sign: Line, expected: bool) -> None:
    """By the SDK, else by fields and models that one platform has."""
    body = install("A", sdkPlatform=None, deviceModel=None, sdkWebViewUserAgent=None)

    [answer] = replayer.answers([click(1)], [{**body, **sign}])

    assert answer["is_attributed"] is expected


def test_malformed_lines_are_told_and_left_out(replayer: Replayer) -> None:
    """With their file and number; the others are answered, and the exit code is 1."""
    replayer.write(
        [
            "{",
            click(1),
            "[]",
            click(2, occurred_at="yesterday"),
            "",
            click(3, occurred_at="0001-01-01T00:00:00+05:00"),
            json.dumps({"click_id": "x"}),
            "\u00ff{",
        ],
        [install("A"), "nonsense", install("", 6), install("B", received_at=None)],
    )

    stdout, stderr = replayer.run(code=1)

    assert [json.loads(line)["appsprint_id"] for line in stdout.splitlines()] == ["A"]
    told = [line.partition(":")[0] for line in stderr.splitlines()]
    assert sorted(told) == sorted(
        [
            *(f"clicks line {number}" for number in (1, 3, 4, 6, 7, 8)),
            *(f"installs line {number}" for number in (2, 3, 4)),
            "9 lines could not be read and were left out",
        ]
    )


@pytest.mark.parametrize("which", ["clicks", "installs"])
def test_one_file_may_be_stdin(replayer: Replayer, which: str) -> None:
    """The other one is a file; both cannot be."""
    replayer.write([click(1)], [install("A")])
    paths = {"clicks": replayer.clicks, "installs": replayer.installs}
    text = paths[which].read_text()
    names = {name: "-" if name == which else str(path) for name, path in paths.items()}

    options = ("--clicks", names["clicks"], "--installs", names["installs"], "--json")
    stdout, _ = replayer.run(*options, stdin=text)
    _, stderr = replayer.run("--clicks", "-", "--installs", "-", code=2)

    _, missing = replayer.run("--clicks", "nowhere", "--installs", "-", code=2)

    assert json.loads(stdout)["click_id"] == "clk_1"
    assert "only one" in stderr
    assert "there is no file" in missing


def test_people_get_counts(replayer: Replayer) -> None:
    """Without --json: how many installs ended in which way."""
    replayer.write([click(1)], [install("A"), install("B", 5), install("C", 6)])

    stdout, _ = replayer.run("--clicks", str(replayer.clicks), "--installs", str(replayer.installs))

    assert "ip_user_agent_match" in stdout
    assert "all_candidates_ruled_out" in stdout


def test_the_same_input_gives_the_same_output(replayer: Replayer) -> None:
    """Byte for byte; nothing is read from a clock or at random."""
    replayer.write(
        [click(number, number / 10, ip=f"203.0.113.{number % 50}") for number in range(200)],
        [install(f"I{number}", 20, ip=f"203.0.113.{number % 60}") for number in range(100)],
    )

    assert replayer.run() == replayer.run()


def test_old_clicks_are_forgotten() -> None:
    """Memory depends on the windows: what no install can match any more is dropped everywhere."""
    kept = RecentClicks()
    app_id, gaid = AppId("app_a"), "38400000-8cf0-11bd-b23e-10b96e40000d"
    clicks = [
        Click(
            id=ClickId(f"clk_{number}"),
            app_id=app_id,
            link_id=LinkId("lnk_1"),
            network=AdNetwork.TIKTOK,
            occurred_at=START + timedelta(minutes=number),
            client_ip="",
            address_key="203.0.113.9",
            user_agent=BROWSER,
            advertising_id=gaid,
            page_url="",
        )
        for number in range(3)
    ]
    for one in clicks:
        kept.add(one, campaign_id=None)
    kept.credit(clicks[0])
    kept.credit(clicks[2])

    kept.forget_before(clicks[2].occurred_at)

    since, until = START, START + timedelta(days=1)
    assert kept.get(app_id, clicks[1].id) is None
    assert kept.by_address(app_id, "203.0.113.9", since=since, until=until, limit=9) == [clicks[2]]
    assert kept.by_advertising_id(app_id, gaid, since=since, limit=9) == [clicks[2]]
    assert kept.credited_among(app_id, [one.id for one in clicks]) == {clicks[2].id}


# Trying other rules


def test_another_window_is_tried(replayer: Replayer) -> None:
    """Only for this run; the product's own stays what it is."""
    replayer.write([click(1)], [install("A", 30 * 60)])
    files = ("--clicks", str(replayer.clicks), "--installs", str(replayer.installs), "--json")

    usual = json.loads(replayer.run(*files)[0])
    wider = json.loads(
        replayer.run(*files, "--probabilistic-hours", "48", "--min-confidence", "0.1")[0]
    )

    assert (usual["click_id"], wider["click_id"]) == (None, "clk_1")


def test_a_comparison_shows_what_would_change(replayer: Replayer) -> None:
    """Each changed install with both answers, or what each campaign would have."""
    late = install("late", 30 * 60, ip="203.0.113.10")
    replayer.write([click(1), click(2, ip="203.0.113.10")], [install("A"), install("A", 5), late])
    options = ("--clicks", str(replayer.clicks), "--installs", str(replayer.installs),
               "--compare", "--probabilistic-hours", "48", "--min-confidence", "0.1")  # fmt: skip

    [changed] = [json.loads(line) for line in replayer.run(*options, "--json")[0].splitlines()]
    table, told = replayer.run(*options)

    assert changed["appsprint_id"] == "late"
    assert (changed["before"]["click_id"], changed["after"]["click_id"]) == (None, "clk_2")
    assert changed["before"]["reason"] == "all_candidates_ruled_out"
    rows = [line.replace("│", " ").split() for line in table.splitlines()]
    assert ["1845821818257457", "1", "2", "1"] in rows
    assert ["organic", "1", "0", "-1"] in rows
    assert "1 of 2 installs would change their credit" in told
