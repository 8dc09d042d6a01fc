"""A real server of its own for one benchmark, on a free port and a fresh database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_TOKEN = "benchmark-owner-token-0123456789"
_STORE_URL = "https://play.google.com/store/apps/details?id=com.example.bench"
_LISTENING = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Target:
    """What a load run needs to know of the server.

    Attributes:
        link_path: Path and query of an ad link, macros expanded.
        installs: Ids of installs that the server knows.
    """

    port: int
    api_key: str
    link_path: str
    installs: list[str]


@contextmanager
def running_server(*, installs: int) -> Iterator[Target]:
    """Start ``appsprint serve``, make an app, a link and installs, and end it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        process = _start(Path(folder))
        try:
            yield _prepare(_port_of(process), installs)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _start(folder: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "APPSPRINT_DATABASE_URL": f"sqlite:///{folder / 'bench.db'}",
        "APPSPRINT_ADMIN_TOKEN": _TOKEN,
        "APPSPRINT_PORT": "0",
        "APPSPRINT_TRUSTED_PROXIES": "127.0.0.0/8",
        "APPSPRINT_LOG_FORMAT": "text",
    }
    command = [sys.executable, "-m", "appsprint", "serve"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def _port_of(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := _LISTENING.search(line):
            # Nobody reads on, and a full pipe would stop the server in the middle of a line.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return int(found.group(1))
    raise RuntimeError("the server did not start:\n" + "".join(said))


def _prepare(port: int, installs: int) -> Target:
    base = f"http://127.0.0.1:{port}"
    bearer = {"Authorization": f"Bearer {_TOKEN}"}
    app = _post(
        f"{base}/api/v1/apps",
        {"name": "Bench", "platform": "android", "store_url": _STORE_URL},
        bearer,
    )
    link = _post(
        f"{base}/api/v1/apps/{app['id']}/links",
        {"network": "tiktok", "name": "Bench", "destination_url": _STORE_URL},
        bearer,
    )
    api_key = app["api_keys"][0]["key"]
    known = [f"bench-install-{number}" for number in range(installs)]
    for one in known:
        _post(f"{base}/v1/sdk/install", {"appsprintId": one}, {"X-API-Key": api_key})
    return Target(port, api_key, _as_visited(link["url"]), known)


def _as_visited(url: str) -> str:
    """The link with its macros filled in, as TikTok does it."""
    parts = urlsplit(url)
    filled = re.sub(r"__[A-Z_]+_NAME__", "Spring%20Sale", parts.query)
    return f"{parts.path}?{re.sub(r'__[A-Z_]+__', '1845821818257457', filled)}"


def _post(url: str, body: Mapping[str, object], headers: Mapping[str, str]) -> Any:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)
