"""TikTok payloads: golden ones worked by hand, and types that hold for any parameters."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsprint.adapters.networks.tiktok.payload import payload_of
from tests.unit.tiktok.builders import NOON, make_event

GOLDEN = Path(__file__).parents[2] / "golden" / "tiktok"

known_names = st.sampled_from(
    [
        *("product_id", "productId", "content_id", "ITEM-ID", "sku", "content_ids", "contentIds"),
        *("contents", "items", "id", "name", "price", "unit_price", "quantity", "numItems"),
        *("order_id", "transactionId", "query", "search_term", "description", "content_type"),
        *("brand", "category", "product_name"),
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
products = st.dictionaries(known_names, scalars, max_size=4)
values = scalars | st.lists(scalars, max_size=3) | products | st.lists(products, max_size=3)
parameter_maps = st.dictionaries(known_names | st.text(max_size=12), values, max_size=6)


def _payload(**changes: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(payload_of(make_event(**changes)), parse_float=Decimal)
    return decoded


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_golden_payloads(path: Path) -> None:
    """Each golden event becomes exactly the golden bytes, in the documented order of members."""
    golden = json.loads(path.read_text(encoding="utf-8"))
    given_event = golden["given"]
    given_event["occurred_at"] = datetime.fromisoformat(given_event["occurred_at"])
    expected = json.dumps(golden["payload"], ensure_ascii=False, separators=(",", ":"))
    # JSON has many spellings of one number; TikTok reads them alike.
    expected = expected.replace("1e-06", "0.000001")

    assert payload_of(make_event(**given_event)).decode() == expected


def test_the_golden_folder_is_not_empty() -> None:
    """The golden test has something to test."""
    assert len(list(GOLDEN.glob("*.json"))) >= 5


def test_an_address_that_was_not_kept_is_left_out() -> None:
    """TikTok still gets its click id and the browser."""
    assert set(_payload(client_ip=None)["user"]) == {"ttclid", "user_agent"}


def test_limited_data_use_is_passed_on() -> None:
    """Only where it is so: TikTok's default is false."""
    assert _payload(limits_data_use=True)["limited_data_use"] is True
    assert "limited_data_use" not in _payload()


def test_the_time_is_in_whole_utc_seconds_rounded_down() -> None:
    """``event_time`` is an integer of seconds; a fraction never makes it later."""
    east = timezone(timedelta(hours=9))
    late = datetime(2026, 9, 21, 21, 0, 0, 999_999, tzinfo=east)

    assert _payload(occurred_at=late)["event_time"] == int(NOON.timestamp())


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (29_980_000, "29.98"),
        (10_000_000, "10"),
        (0, "0"),
        (1, "0.000001"),
        (-9_990_000, "-9.99"),
        (999_999_999_999_999, "999999999.999999"),
        (1_000_000_000_000_000, "1000000000"),
        (100_000, "0.1"),
    ],
)
def test_the_value_is_an_exact_number(micros: int, text: str) -> None:
    """Value is a plain JSON number with the very digits of the revenue, never text or a float."""
    payload = payload_of(make_event(revenue_micros=micros)).decode()

    assert f'"value":{text},"currency":"EUR"' in payload


@pytest.mark.parametrize(("micros", "currency"), [(None, "EUR"), (1_000_000, None), (None, None)])
def test_value_and_currency_go_together_or_not_at_all(
    micros: int | None, currency: str | None
) -> None:
    """A value without its currency says nothing, and neither does a currency alone."""
    assert "properties" not in _payload(revenue_micros=micros, currency=currency)


@pytest.mark.parametrize(
    ("customer", "hashed"),
    [
        ("user_123", "80fba0ae1c48e3978e43e4efc365e14e12ea0c830ba8ba5b9a2dafc7e3f2ab8b"),
        (" UserABC", "cf1c946b7e2c680eae1b76b911030ab8fa12f296c19b906e1896d7f88351c46e"),
        ("Visitor-000001", "bb185fd5a539b57e5db7c7633876f21f467abdab9152c51442ca35c9f1a0a558"),
    ],
)
def test_customer_ids_leave_hashed(customer: str, hashed: str) -> None:
    """TikTok's vectors: trimmed, the case kept, SHA-256 in lower-case hex."""
    assert _payload(customer_user_id=customer)["user"]["external_id"] == [hashed]


@pytest.mark.parametrize("customer", [None, "", "  \t"])
def test_a_blank_customer_id_is_left_out(customer: str | None) -> None:
    """The hash of nothing would join all customers into one."""
    assert "external_id" not in _payload(customer_user_id=customer)["user"]


def test_a_customer_id_that_looks_like_a_hash_is_hashed_all_the_same() -> None:
    """A raw id of 64 hex digits never leaves in plain."""
    raw = "ab" * 32

    hashed = _payload(customer_user_id=raw)["user"]["external_id"]

    assert hashed == [sha256(raw.encode()).hexdigest()]


@pytest.mark.parametrize(
    ("locale", "sent"),
    [
        ("en_US", "en-US"),
        ("fr-FR", "fr-FR"),
        ("zh_Hant_TW", "zh-Hant-TW"),
        ("en_US@rg=gbzzzz", "en-US"),
        ("de", "de"),
        ("", None),
        ("unknown locale", None),
        ("x" * 3000, None),
        (None, None),
    ],
)
def test_locales_are_sent_as_bcp_47(locale: str | None, sent: str | None) -> None:
    """The platforms' spellings become BCP 47; anything else is left out."""
    assert _payload(locale=locale)["user"].get("locale") == sent


def test_the_click_id_is_sent_character_for_character() -> None:
    """TikTok's id is opaque: odd characters and case survive."""
    odd = 'E.C.P.aB-_=%20\\"é 😀'

    assert _payload(network_click_id=odd)["user"]["ttclid"] == odd


@settings(deadline=None)
@given(parameters=parameter_maps.map(json.dumps) | st.text())
def test_any_parameters_give_a_valid_payload(parameters: str) -> None:
    """Whatever an app sends as parameters, TikTok gets its own types and the same bytes twice."""
    event = make_event(parameters=parameters)

    payload = payload_of(event)

    assert payload == payload_of(event)
    decoded = json.loads(payload)
    assert list(decoded) == ["event", "event_time", "event_id", "user", "page", "properties"]
    _assert_tiktok_types(decoded["properties"])


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "null",
        "[1]",
        '"text"',
        "{",
        "[" * 100_000,
        '{"price":1e999999999999999999999}',
        '{"price":1e400,"product_id":"p"}',
        '{"quantity":1e-999999,"product_id":"p"}',
        '{"product_id":"\\ud800"}',
        '{"product_id":' + "9" * 6000 + "}",
        '{"product_id":"\ud800"}',
        json.dumps({"items": [{"id": n} for n in range(3000)]}),
        json.dumps({f"product_id{n}": n for n in range(3000)}),
    ],
)
def test_nasty_parameters_give_a_valid_payload(parameters: str) -> None:
    """Broken JSON, endless nesting, huge numbers and half characters never stop an event."""
    properties = json.loads(payload_of(make_event(parameters=parameters)))["properties"]

    assert (properties["value"], properties["currency"]) == (29.98, "EUR")
    _assert_tiktok_types(properties)


def _assert_tiktok_types(properties: dict[str, Any]) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {
        **dict.fromkeys(("currency", "content_type", "order_id", "search_string"), str),
        **dict.fromkeys(("query", "description"), str),
        "value": (int, float),
        "num_items": int,
        "content_ids": list,
        "contents": list,
    }
    for name, value in properties.items():
        assert isinstance(value, kinds[name])
        assert not isinstance(value, bool)
        assert value not in ("", [])
    assert all(isinstance(text, str) and text for text in properties.get("content_ids", []))
    assert properties.get("content_type", "product") in {"product", "product_group"}
    assert len(properties.get("contents", [])) <= 50
    for content in properties.get("contents", []):
        _assert_content_types(content)


def _assert_content_types(content: dict[str, Any]) -> None:
    assert content
    for name, value in content.items():
        kind = {"price": (int, float), "quantity": (int,)}.get(name, (str,))
        assert isinstance(value, kind)
        assert not isinstance(value, bool)
