"""A hook that tests several paths of the environment at a gate, with the status and a text that each must have.

Deploy it as a Lambda function, with `smoke_test.handler` as its handler and a time-out of a minute. It needs no
permissions, and no packages. The input of a release says what it tests:

    "hooks": {
      "before_blue": ["smoke-test"],
      "details": {"smoke-test": {"checks": [{"path": "/", "contains": "<h1>Shop"}, {"path": "/cart", "status": 302}]}}
    }

It changes nothing, so it may be called twice.
"""

from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT_SECONDS = 10
MAX_BODY_BYTES = 1_000_000


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Return SUCCEEDED, or FAILED with each check that failed."""
    release, details = event["release"], event["hookDetails"]
    checks = details.get("checks") or [{"path": "/"}]
    failed = [problem for check in checks for problem in problems(release["endpoint"], check, details.get("host"))]
    return {"hookStatus": "FAILED", "hookDetails": {"failed": failed}} if failed else {"hookStatus": "SUCCEEDED"}


def problems(endpoint: str, check: Mapping[str, Any], host: str | None) -> Iterator[str]:
    """Yield what is wrong with the answer to one check. `host`: the Host header, if the application needs a name."""
    path, status, text = check["path"], check.get("status", 200), check.get("contains", "")
    try:
        answered, body = get(f"http://{endpoint}{path}", {"Host": host} if host else {})
    except (OSError, HTTPException) as error:
        yield f"{path} gave no answer: {error}"
        return
    if answered != status:
        yield f"{path} answered {answered}, expected {status}"
    if text not in body:
        yield f"{path} answered without the text {text!r}"


def get(url: str, headers: dict[str, str]) -> tuple[int, str]:
    """Return the status and the body of the answer; a redirect is an answer, too."""
    opener = build_opener(NoRedirects)
    try:
        with opener.open(Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read(MAX_BODY_BYTES).decode(errors="replace")
    except HTTPError as answer:
        with answer:
            return answer.code, answer.read(MAX_BODY_BYTES).decode(errors="replace")


class NoRedirects(HTTPRedirectHandler):
    """Follows no redirect, which may lead to another environment."""

    def redirect_request(self, *_: Any) -> None:
        """Return no request."""
