"""Types of fields that several routes share, with what the documentation says of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

UtcTime = Annotated[datetime, Meta(tz=True)]
Name = Annotated[
    str, Meta(description="One line of text.", extra_json_schema={"minLength": 1, "maxLength": 200})
]
