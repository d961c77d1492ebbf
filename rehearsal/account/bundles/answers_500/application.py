"""A release that starts, and answers every request with 500."""

from collections.abc import Callable, Iterable
from typing import Any


def application(
    request: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    """Answer one request."""
    start_response("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "22")])
    return [b"The shelves collapsed\n"]
