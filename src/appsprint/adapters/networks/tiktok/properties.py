"""What a developer's event parameters say in TikTok's terms: products, orders, searches.

The parameters are any JSON. A value that TikTok would not take (a number where it wants text, a
price that is no number) is left out, because TikTok refuses a whole call for one wrong type:
``content_id`` as a number is error 40002 (Events API 2.0, "properties"). Nothing here raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import islice

import msgspec

from appsprint.domain.money import MAX_AMOUNT, from_micros, parse_decimal, to_micros

MAX_ID_LENGTH = 255
MAX_TEXT_LENGTH = 500
MAX_CONTENTS = 50
_MAX_PARAMETERS = 256
_MAX_COUNT = 1_000_000_000


class _Given(msgspec.Struct):
    """The parameters that are about something known, as they came."""

    content_id: object = None
    content_ids: object = None
    contents: object = None
    content_name: object = None
    content_category: object = None
    brand: object = None
    price: object = None
    quantity: object = None
    num_items: object = None
    content_type: object = None
    order_id: object = None
    search_string: object = None
    query: object = None
    description: object = None


# The names that developers use, in one spelling: lower case, without "_" and "-". Where several
# are given, the one that stands first here counts.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "content_id": ("contentid", "productid", "itemid", "sku", "skuid"),
    "content_ids": ("contentids", "productids", "itemids", "skus"),
    "contents": ("contents", "items", "products", "lineitems"),
    "content_name": ("contentname", "productname", "itemname"),
    "content_category": ("contentcategory", "productcategory", "itemcategory", "category"),
    "brand": ("brand", "productbrand", "itembrand"),
    "price": ("price", "unitprice", "itemprice", "productprice"),
    "quantity": ("quantity", "qty"),
    "num_items": ("numitems", "itemcount", "numberofitems", "totalitems"),
    "content_type": ("contenttype",),
    "order_id": ("orderid", "transactionid", "purchaseid"),
    "search_string": ("searchstring", "searchterm", "searchquery", "searchtext", "keyword"),
    "query": ("query",),
    "description": ("description", "contentdescription", "productdescription"),
}
_LAST_RANK = 99
_Places = Mapping[str, tuple[str, int]]
_EVENT_PLACES: _Places = {
    name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names)
}
# Inside a product these short names are clear; on an event they could mean anything.
_PRODUCT_PLACES: _Places = {
    **_EVENT_PLACES,
    "id": ("content_id", _LAST_RANK),
    "name": ("content_name", _LAST_RANK),
}
_CONTENT_TYPES = frozenset({"product", "product_group"})
_decoder = msgspec.json.Decoder(float_hook=parse_decimal)


class Content(msgspec.Struct, omit_defaults=True):
    """One product of an event; ``price`` is per unit."""

    content_id: str | None = None
    content_name: str | None = None
    content_category: str | None = None
    brand: str | None = None
    price: Decimal | None = None
    quantity: int | None = None


class Properties(msgspec.Struct, omit_defaults=True):
    """TikTok's ``properties``; what is not known is left out of the JSON."""

    value: Decimal | None = None
    currency: str | None = None
    content_type: str | None = None
    content_ids: tuple[str, ...] = ()
    contents: tuple[Content, ...] = ()
    num_items: int | None = None
    order_id: str | None = None
    search_string: str | None = None
    query: str | None = None
    description: str | None = None


def properties_of(parameters: str | None) -> Properties:
    """The properties that an event's parameters (JSON text) stand for; empty for anything odd."""
    given = _recognised(_decoded(parameters), _EVENT_PLACES)
    if given is None:
        return Properties()
    contents = _contents(given)
    content_ids = _content_ids(given, contents)
    query = _text(given.query)
    num_items = _count(given.num_items)
    return Properties(
        content_type=_content_type(given.content_type) if content_ids else None,
        content_ids=content_ids,
        contents=contents,
        num_items=_count(given.quantity) if num_items is None else num_items,
        order_id=_identifier(given.order_id),
        search_string=_text(given.search_string) or query,
        query=query,
        description=_text(given.description),
    )


def _decoded(parameters: str | None) -> object:
    if not parameters:
        return None
    try:
        decoded: object = _decoder.decode(parameters)
    except (ValueError, RecursionError):
        return None
    return decoded


def _recognised(value: object, places: _Places) -> _Given | None:
    """The known members of an object; None when there are none. Empty ones count as absent."""
    if not isinstance(value, dict):
        return None
    ranks: dict[str, int] = {}
    given = _Given()
    for name, member in islice(value.items(), _MAX_PARAMETERS):
        place = places.get(name.lower().replace("_", "").replace("-", ""))
        if place is None or member is None or member == "":
            continue
        field, rank = place
        if rank <= ranks.get(field, _LAST_RANK):
            ranks[field] = rank
            setattr(given, field, member)
    return given if ranks else None


def _contents(given: _Given) -> tuple[Content, ...]:
    """The products as listed, else the one that the event's own parameters name."""
    if given.contents is not None:
        members = given.contents if isinstance(given.contents, list) else [given.contents]
        contents = (_content(_recognised(member, _PRODUCT_PLACES)) for member in members)
        listed = (content for content in contents if content is not None)
        if found := tuple(islice(listed, MAX_CONTENTS)):
            return found
    single = _content(given)
    return (single,) if single is not None and single.content_id is not None else ()


def _content(given: _Given | None) -> Content | None:
    if given is None:
        return None
    content = Content(
        content_id=_identifier(given.content_id),
        content_name=_text(given.content_name),
        content_category=_text(given.content_category),
        brand=_text(given.brand),
        price=_amount(given.price),
        quantity=_count(given.quantity),
    )
    return content if content != _NO_CONTENT else None


def _content_ids(given: _Given, contents: tuple[Content, ...]) -> tuple[str, ...]:
    """The ids as listed, else a list of plain ids given as products, else the products' ids."""
    for listed in (given.content_ids, given.contents):
        if listed is None:
            continue
        members = listed[:MAX_CONTENTS] if isinstance(listed, list) else [listed]
        if ids := tuple(text for member in members if (text := _identifier(member))):
            return ids
    return tuple(content.content_id for content in contents if content.content_id)


def _content_type(value: object) -> str:
    return value if isinstance(value, str) and value in _CONTENT_TYPES else "product"


def _identifier(value: object) -> str | None:
    """An id as text; one that is too long is no id of theirs, and half an id names nothing."""
    text = _plain_text(value)
    return text if text and len(text) <= MAX_ID_LENGTH else None


def _text(value: object) -> str | None:
    text = _plain_text(value)
    return text[:MAX_TEXT_LENGTH] if text else None


def _plain_text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return None


def _amount(value: object) -> Decimal | None:
    """A price that is zero or more, at most six places; None for anything else."""
    number = _number(value)
    if number is None or not 0 <= number <= MAX_AMOUNT:
        return None
    return from_micros(to_micros(Decimal(number)))


def _count(value: object) -> int | None:
    number = _number(value)
    if number is None or not 0 <= number <= _MAX_COUNT or number != int(number):
        return None
    return int(number)


def _number(value: object) -> Decimal | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return parse_decimal(value)
    return value if isinstance(value, (int, Decimal)) else None


_NO_CONTENT = Content()
