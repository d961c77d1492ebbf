"""A release that passes every test, and fails once it serves users.

After VISITORS requests for a name (an environment property; 30 by default) every answer is a 500. Health checks ask for
an address, so they do not count.
"""

import itertools
import os
from collections.abc import Callable, Iterable
from typing import Any

CONNECTIONS = int(os.environ.get("VISITORS", "30"))
visitors = itertools.count(1)
exhausted = False


def application(
    request: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    """Answer one request."""
    global exhausted
    if request.get("HTTP_HOST", "127.0.0.1")[-1].isalpha():
        exhausted = next(visitors) > CONNECTIONS
    status, body = ("500 Internal Server Error", b"Too many connections\n") if exhausted else ("200 OK", b"Welcome\n")
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
