"""Templates: all of them can be used, and a running server keeps its own."""

from __future__ import annotations

from appsprint.entrypoints.http.dashboard import rendering


def test_every_template_is_in_memory_and_compiles() -> None:
    """None is read from the disk later, where an upgrade may have put other ones."""
    templates = rendering.TEMPLATES
    names = templates.list_templates()

    assert {"page.html", "campaigns.html"} <= set(names)
    assert {templates.get_template(name).filename for name in names} == {"<template>"}
