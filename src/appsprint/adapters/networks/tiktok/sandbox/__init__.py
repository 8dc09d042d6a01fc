"""A real HTTP server that behaves like TikTok's Business API v1.3, for rehearsal and tests.

It imports nothing from outside this package. ``docs/reference/tiktok-sandbox.md`` tells what it
imitates, what it does not, and how to control it.
"""

from appsprint.adapters.networks.tiktok.sandbox.initial_world import (
    DEFAULT_APP_ID,
    DEFAULT_EVENTS_TOKEN,
    DEFAULT_PIXEL_CODE,
    DEFAULT_PIXEL_ID,
    DEFAULT_SECRET,
    EUR_ADVERTISER_ID,
    OTHER_PIXEL_CODE,
    USD_ADVERTISER_ID,
    default_world,
)
from appsprint.adapters.networks.tiktok.sandbox.run import SandboxServer, serve_sandbox
from appsprint.adapters.networks.tiktok.sandbox.world import World
from appsprint.adapters.networks.tiktok.sandbox.world_patch import WorldPatch, merged

__all__ = [
    "DEFAULT_APP_ID",
    "DEFAULT_EVENTS_TOKEN",
    "DEFAULT_PIXEL_CODE",
    "DEFAULT_PIXEL_ID",
    "DEFAULT_SECRET",
    "EUR_ADVERTISER_ID",
    "OTHER_PIXEL_CODE",
    "USD_ADVERTISER_ID",
    "SandboxServer",
    "World",
    "WorldPatch",
    "default_world",
    "merged",
    "serve_sandbox",
]
