"""Texts without what chance and the time have written into them."""

import re
from datetime import datetime
from functools import cache
from typing import Final

NAMES: Final = re.compile(
    r"(\b(?:e|eba)-[a-z0-9]{8,10}\b|\bi-[0-9a-f]{17}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<=-)[a-z0-9]{12}\b)"
    r"|\b\d+ (?:second|minute|hour)s?\b"
    r"|(\b2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)"
)
"""In a text: an identifier that chance has made, for how long something lasts, or a time."""


@cache
def split_text(text: str) -> tuple[str, tuple[str, ...], tuple[float, ...]]:
    """Return a text without the identifiers and times in it, and these."""
    names: list[str] = []
    times: list[float] = []

    def taken(match: re.Match[str]) -> str:
        if match[1]:
            names.append(match[1])
            return "<name>"
        if not match[2]:
            return "<while>"
        times.append(datetime.fromisoformat(match[2]).timestamp())
        return "<time>"

    return NAMES.sub(taken, text), tuple(names), tuple(times)
