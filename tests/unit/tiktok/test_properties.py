"""Parameter names that developers use, and what they become at TikTok."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from appsprint.adapters.networks.tiktok.properties import MAX_TEXT_LENGTH, properties_of


def _properties(parameters: dict[str, Any]) -> dict[str, Any]:
    encoder = msgspec.json.Encoder(decimal_format="number")
    decoded: dict[str, Any] = json.loads(encoder.encode(properties_of(json.dumps(parameters))))
    return decoded


@pytest.mark.parametrize(
    "name",
    [
        *("product_id", "productId", "ProductID", "product-id", "content_id", "contentId"),
        *("item_id", "itemId", "sku", "SKU", "sku_id"),
    ],
)
def test_a_single_product_gives_ids_contents_and_type(name: str) -> None:
    """One product id, however spelled, fills the three members that TikTok asks for."""
    assert _properties({name: "p1"}) == {
        "content_type": "product",
        "content_ids": ["p1"],
        "contents": [{"content_id": "p1"}],
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"order_id": "o1"}, {"order_id": "o1"}),
        ({"transactionId": 12}, {"order_id": "12"}),
        ({"search_term": "hat"}, {"search_string": "hat"}),
        ({"searchQuery": "hat"}, {"search_string": "hat"}),
        ({"query": "hat"}, {"search_string": "hat", "query": "hat"}),
        (
            {"query": "hat", "search_string": "red hat"},
            {"search_string": "red hat", "query": "hat"},
        ),
        ({"description": "d"}, {"description": "d"}),
        ({"quantity": 3}, {"num_items": 3}),
        ({"quantity": 3, "num_items": 7}, {"num_items": 7}),
        ({"num_items": "4"}, {"num_items": 4}),
        ({"num_items": 4.0}, {"num_items": 4}),
        ({"content_type": "product_group"}, {}),
        (
            {"content_ids": ["a", 2, True, None, 1.5, ""]},
            {"content_type": "product", "content_ids": ["a", "2"]},
        ),
        ({"content_ids": "a"}, {"content_type": "product", "content_ids": ["a"]}),
        ({"items": ["a", "b"]}, {"content_type": "product", "content_ids": ["a", "b"]}),
        ({"price": 5, "brand": "b", "category": "c"}, {}),
        ({"id": "x", "name": "y"}, {}),
        ({"level": 3, "plan": {"a": 1}}, {}),
    ],
    ids=repr,
)
def test_parameters_become_properties(parameters: dict[str, Any], expected: dict[str, Any]) -> None:
    """Known names are carried over in TikTok's types; unknown ones stay with us."""
    assert _properties(parameters) == expected


@pytest.mark.parametrize(
    ("price", "sent"),
    [
        (14.99, 14.99),
        ("14.99", 14.99),
        (15, 15),
        (0, 0),
        (0.1234567, 0.123457),
        (-1, None),
        ("free", None),
        ("14,99", None),
        ("NaN", None),
        (True, None),
        ([1], None),
        (1e30, None),
    ],
)
def test_prices_are_numbers_or_absent(price: object, sent: float | None) -> None:
    """A price is a number of at most six places; what is none is left out."""
    contents = _properties({"product_id": "p", "price": price})["contents"]

    assert contents[0].get("price") == sent


@pytest.mark.parametrize(
    ("quantity", "sent"),
    [(2, 2), ("2", 2), (2.0, 2), (2.5, None), (-1, None), (True, None), ({}, None), (1e12, None)],
)
def test_quantities_are_whole_numbers_or_absent(quantity: object, sent: int | None) -> None:
    """TikTok takes whole quantities only."""
    properties = _properties({"product_id": "p", "quantity": quantity})

    assert properties["contents"][0].get("quantity") == sent
    assert properties.get("num_items") == sent


@pytest.mark.parametrize(
    ("given_type", "sent"),
    [
        ("product", "product"),
        ("product_group", "product_group"),
        ("article", "product"),
        (7, "product"),
    ],
)
def test_the_content_type_is_one_that_tiktok_knows(given_type: object, sent: str) -> None:
    """Ids are of products unless the app says that they are of groups."""
    parameters = {"product_id": "p", "content_type": given_type}

    assert _properties(parameters)["content_type"] == sent


def test_the_first_of_several_names_counts_in_any_order() -> None:
    """``content_id`` is TikTok's own name and wins over ``sku`` wherever it stands."""
    assert _properties({"sku": "s", "content_id": "c"})["content_ids"] == ["c"]
    assert _properties({"content_id": "c", "sku": "s"})["content_ids"] == ["c"]


def test_an_empty_value_does_not_hide_a_later_name() -> None:
    """Blank and null parameters count as not given."""
    parameters = {"content_id": "", "product_id": None, "sku": "s"}

    assert _properties(parameters)["content_ids"] == ["s"]


def test_a_single_product_may_stand_alone_under_contents() -> None:
    """An object where a list belongs is a list of one."""
    assert _properties({"contents": {"id": "p", "name": "Plan"}})["contents"] == [
        {"content_id": "p", "content_name": "Plan"}
    ]


def test_long_texts_are_cut_and_long_ids_are_left_out() -> None:
    """Half a description still describes; half an id names nothing."""
    properties = _properties({"description": "d" * 5000, "order_id": "o" * 5000})

    assert properties == {"description": "d" * MAX_TEXT_LENGTH}
