"""A release that answers 200 on its front page and 500 on all other pages."""

from collections.abc import Callable, Iterable
from typing import Any


def application(
    request: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    """Answer one request."""
    front_page = request.get("PATH_INFO") in ("", "/")
    body = b"Welcome\n" if front_page else b"No database\n"
    status = "200 OK" if front_page else "500 Internal Server Error"
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
