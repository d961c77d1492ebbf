"""Answers the requests for the console, `/_console`: its page, and what the page asks."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import BotoCoreError, ClientError

from emulator.console.origin import refusal, write_refusal
from emulator.console.static_files import static_file
from emulator.console.view import Route, ViewContext, ViewError, ViewRequest
from emulator.console.views import all_routes

# No bucket can have this name, so no request for S3 has this path.
ROOT = "/_console"
API = f"{ROOT}/api/"
JSON_TYPE = "application/json"

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The page loads nothing from elsewhere, and no other page may show or read it."""

Answer = tuple[int, dict[str, str], bytes]
"""HTTP status, headers and body."""


class Console:
    """Serves the page and its API. Its calls to the account's APIs need another thread than the account's own."""

    def __init__(self, context: ViewContext) -> None:
        self._routes: Mapping[str, Route] = all_routes(context)

    @staticmethod
    def answers(path: str) -> bool:
        """Return whether requests for a path belong to the console."""
        return path == ROOT or path.startswith(f"{ROOT}/")

    def handle(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to a request. `headers`: by their names in lower case."""
        if reason := refusal(method, headers):
            return _json(403, {"error": reason})
        if path == ROOT:
            return 308, {**HEADERS, "Location": f"{ROOT}/"}, b""
        if path.startswith(API):
            return self._call(method, path.removeprefix(API), query, headers, body)
        found = static_file(path.removeprefix(f"{ROOT}/"))
        if found is None:
            return _json(404, {"error": f"The console has no {path}."})
        if method not in ("GET", "HEAD"):
            return _json(405, {"error": f"Expected GET. Found {method}."})
        return 200, {**HEADERS, "Content-Type": found[0]}, found[1] if method == "GET" else b""

    def _call(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        route = self._routes.get(f"{method} {path}")
        if route is None:
            return _json(404, {"error": f"The console has no {method} {path}."})
        if method != "GET" and (reason := write_refusal(headers)):
            return _json(403, {"error": reason})
        try:
            return _json(200, route(ViewRequest(dict(parse_qsl(query)), _fields(body))))
        except ViewError as error:
            return _json(error.status, {"error": str(error)})
        except ClientError as error:
            return _json(400, {"error": f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"})
        except BotoCoreError as error:
            return _json(502, {"error": f"The account does not answer: {error}"})


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body or b"{}")
    except ValueError as error:
        raise ViewError(f"Expected JSON. Found text that is none: {error}") from error
    if not isinstance(fields, dict):
        raise ViewError(f"Expected a JSON object. Found {fields!r}.")
    return fields


def _json(status: int, document: Any) -> Answer:
    # Times come as datetime objects from botocore.
    return status, {**HEADERS, "Content-Type": JSON_TYPE}, json.dumps(document, default=str).encode()
