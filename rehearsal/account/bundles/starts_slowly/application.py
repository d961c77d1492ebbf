"""A release that starts, after START_SECONDS (real seconds, an environment property; 3 by default) of warming up."""

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

time.sleep(float(os.environ.get("START_SECONDS", "3")))


def application(
    request: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], Any]
) -> Iterable[bytes]:
    """Answer one request."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
    return [b"At last\n"]
