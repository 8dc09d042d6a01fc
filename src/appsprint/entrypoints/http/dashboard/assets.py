"""Style sheets and scripts: ours and the vendored ones, under addresses that never change.

A file's address holds a hash of its content, so browsers may keep it for good. Vendored files are
made by ``make setup``; where they are missing, pages work without them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from appsprint.entrypoints.http.dashboard.compression import accepts_gzip, compress_file
from appsprint.errors import NotFound

PREFIX = "/assets"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file in memory, plain and compressed."""

    address: str
    media_type: str
    plain: bytes
    compressed: bytes


def asset_address(name: str) -> str | None:
    """The address of a file such as ``dashboard.css``; None when it was not built."""
    found = _by_name().get(name)
    return None if found is None else found.address


@get(f"{PREFIX}/{{name:path}}", sync_to_thread=False)
def send_asset(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Send a file; it may be kept for good."""
    found = _by_address().get(f"{PREFIX}/{name.lstrip('/')}")
    if found is None:
        raise NotFound("there is no such file: load the page again")
    if accepts_gzip(request.headers.get("accept-encoding", "")):
        headers = {**_HEADERS, "Content-Encoding": "gzip"}
        return Response(found.compressed, media_type=found.media_type, headers=headers)
    return Response(found.plain, media_type=found.media_type, headers=_HEADERS)


@cache
def _by_name() -> dict[str, Asset]:
    root = files(__package__).joinpath("static")
    return {name: _asset(name, entry.read_bytes()) for name, entry in _files(root, "")}


@cache
def _by_address() -> dict[str, Asset]:
    return {asset.address: asset for asset in _by_name().values()}


def _files(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _files(entry, f"{name}/")
        elif PurePosixPath(name).suffix in _TYPES:
            found.append((name, entry))
    return found


def _asset(name: str, content: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(
        address=f"{PREFIX}/{path.with_suffix('')}.{digest}{path.suffix}",
        media_type=_TYPES[path.suffix],
        plain=content,
        compressed=compress_file(content),
    )
