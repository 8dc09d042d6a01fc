"""Reads the pixels of an ad account: ``GET /pixel/list/`` (developer portal, v1.3)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from appsprint.adapters.networks.tiktok.management import ManagementApi
from appsprint.domain.connection import Pixel

# More is refused with 40002.
PAGE_SIZE = 20


class _Ownership(msgspec.Struct):
    ownership_status: bool | None = None


class _Pixel(msgspec.Struct):
    pixel_code: str
    pixel_name: str | None = None
    asset_ownership: _Ownership | None = None


class _PageInfo(msgspec.Struct):
    total_page: int = 1


class _Page(msgspec.Struct):
    pixels: tuple[_Pixel, ...] = ()
    page_info: _PageInfo = msgspec.field(default_factory=_PageInfo)


def read_pixels(api: ManagementApi, access_token: str, advertiser_id: str) -> Iterator[Pixel]:
    """The pixels that the account may use, the newest first; raises as the api does."""
    page = 1
    while True:
        params = {
            "advertiser_id": advertiser_id,
            "order_by": "LATEST_CREATE",
            "page": page,
            "page_size": PAGE_SIZE,
        }
        answer = api.get("pixel/list/", params, access_token=access_token, of=_Page)
        for pixel in answer.pixels:
            yield _read(pixel)
        if page >= answer.page_info.total_page or not answer.pixels:
            return
        page += 1


def _read(pixel: _Pixel) -> Pixel:
    owned = None if pixel.asset_ownership is None else pixel.asset_ownership.ownership_status
    return Pixel(pixel.pixel_code, pixel.pixel_name or pixel.pixel_code, owned)
