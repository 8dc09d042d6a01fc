"""Account, campaign, ad group, ad and pixel endpoints.

``/advertiser/info/``, ``/campaign/get/``, ``/adgroup/get/``, ``/ad/get/``, ``/pixel/list/`` as in
the API reference (developer portal, v1.3, July 2026). Lists are ordered by id: TikTok promises no
order, and a stable one makes a rehearsal repeatable.
"""

from collections.abc import Set as AbstractSet
from functools import partial

from appsprint.adapters.networks.tiktok.sandbox.answers import Reply, parameter_error
from appsprint.adapters.networks.tiktok.sandbox.entities import Pixel
from appsprint.adapters.networks.tiktok.sandbox.lineage import Level
from appsprint.adapters.networks.tiktok.sandbox.object_rows import (
    ADVERTISER_FIELDS,
    OBJECT_FIELDS,
    advertiser_row,
    object_row,
    pixel_row,
)
from appsprint.adapters.networks.tiktok.sandbox.paging import paged
from appsprint.adapters.networks.tiktok.sandbox.permissions import (
    Scope,
    require_advertisers,
    require_grant,
    require_scope,
)
from appsprint.adapters.networks.tiktok.sandbox.requests import Request
from appsprint.adapters.networks.tiktok.sandbox.state import Sandbox
from appsprint.adapters.networks.tiktok.sandbox.structure_filters import object_filter

_MAX_ADVERTISERS = 100
_SCOPES = {Level.CAMPAIGN: Scope.CAMPAIGN, Level.ADGROUP: Scope.ADGROUP, Level.AD: Scope.AD}


def advertiser_info(sandbox: Sandbox, request: Request) -> Reply:
    """``GET /advertiser/info/``: the rows of the advertisers asked for, in that order."""
    grant = require_grant(sandbox.world, request)
    require_scope(grant, Scope.ACCOUNT, request)
    request.require("advertiser_ids")
    advertiser_ids = request.string_list("advertiser_ids") or []
    if not 1 <= len(advertiser_ids) <= _MAX_ADVERTISERS:
        raise parameter_error(f"advertiser_ids: Length must be between 1 and {_MAX_ADVERTISERS}.")
    require_advertisers(sandbox.world, grant, advertiser_ids)
    fields = _fields_of(request, ADVERTISER_FIELDS)
    rows = [advertiser_row(sandbox.world.advertisers[item]) for item in advertiser_ids]
    listed = [{name: row[name] for name in row if name in fields} for row in rows]
    return Reply({"list": listed}, len(listed))


def _list_objects(sandbox: Sandbox, request: Request, *, level: Level) -> Reply:
    """One page of the campaigns, ad groups or ads of an advertiser."""
    advertiser_id = _advertiser_of(sandbox, request, _SCOPES[level])
    fields = _fields_of(request, OBJECT_FIELDS[level])
    is_listed = object_filter(request.json_object("filtering"), level)
    request.string_list("exclude_field_types_in_response")
    number = request.integer("page", default=1, low=1)
    size = request.integer("page_size", default=10, low=1, high=1000)
    lineages = sandbox.world.lineages(level, frozenset({advertiser_id}))
    rows = [row for row in (object_row(item, level) for item in lineages) if is_listed(row)]
    page = paged(rows, page=number, page_size=size)
    listed = [
        {name: value for name, value in row.fields.items() if name in fields} for row in page.items
    ]
    return Reply({"list": listed, "page_info": page.info}, len(listed))


campaign_get = partial(_list_objects, level=Level.CAMPAIGN)
adgroup_get = partial(_list_objects, level=Level.ADGROUP)
ad_get = partial(_list_objects, level=Level.AD)


def pixel_list(sandbox: Sandbox, request: Request) -> Reply:
    """``GET /pixel/list/``: one page of the advertiser's pixels, at most 20."""
    advertiser_id = _advertiser_of(sandbox, request, Scope.PIXEL)
    order = request.choice("order_by", ("EARLIEST_CREATE", "LATEST_CREATE"), "EARLIEST_CREATE")
    _check_pixel_filters(request)
    number = request.integer("page", default=1, low=1)
    size = request.integer("page_size", default=10, low=1, high=20)
    pixels = sorted(
        (
            pixel
            for pixel in sandbox.world.pixels.values()
            if pixel.advertiser_id == advertiser_id and _is_asked_for(pixel, request)
        ),
        key=lambda pixel: (pixel.create_time, pixel.pixel_id),
        reverse=order == "LATEST_CREATE",
    )
    page = paged(pixels, page=number, page_size=size)
    listed = [pixel_row(pixel) for pixel in page.items]
    return Reply({"pixels": listed, "page_info": page.info}, len(listed))


def _advertiser_of(sandbox: Sandbox, request: Request, scope: Scope) -> str:
    grant = require_grant(sandbox.world, request)
    require_scope(grant, scope, request)
    (advertiser_id,) = request.require("advertiser_id")
    require_advertisers(sandbox.world, grant, [advertiser_id])
    return advertiser_id


def _check_pixel_filters(request: Request) -> None:
    """The one filter there is chooses nothing here: the sandbox has no catalogues."""
    for name, value in request.json_object("filtering").items():
        if name != "available_for_catalog_only":
            raise parameter_error(f"Invalid filtering field: {name}")
        if not isinstance(value, bool):
            raise parameter_error(f"Invalid value for filtering.{name}: not a valid boolean.")


def _fields_of(request: Request, known: AbstractSet[str]) -> AbstractSet[str]:
    """The fields to answer: those asked for, or all."""
    fields = request.string_list("fields")
    if fields is None:
        return known
    if unknown := [name for name in fields if name not in known]:
        raise parameter_error(f"Invalid fields: {unknown}")
    return set(fields)


def _is_asked_for(pixel: Pixel, request: Request) -> bool:
    pixel_id, code = request.query.get("pixel_id"), request.query.get("code")
    name = request.query.get("name") or ""
    return (
        pixel.pixel_id == (pixel_id or pixel.pixel_id)
        and pixel.pixel_code == (code or pixel.pixel_code)
        and name.casefold() in pixel.pixel_name.casefold()
    )
