"""The shop: a WSGI application as Elastic Beanstalk's Python platform runs it. A page at /, its state at /healthz."""

import json
import os
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any

RELEASE: dict[str, Any] = json.loads((Path(__file__).parent / "release.json").read_text())

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>shop {version}</title>
<style>
  body {{ font: 17px/1.6 system-ui, sans-serif; color: #1c2733; max-width: 34em; margin: 12vh auto; padding: 0 1em }}
  h1 {{ font-size: 2.2rem; line-height: 1.2; margin: 0 0 .3em }}
  h1 span {{ color: {colour} }}
  li {{ display: flex; justify-content: space-between; border-bottom: 1px solid #e4e8ec; padding: .35em 0 }}
  ul {{ list-style: none; padding: 0 }}
  footer {{ color: #6b7885; font-size: .85rem; margin-top: 2.5rem }}
</style>
<h1>shop <span>{version}</span></h1>
<p>{greeting}</p>
<ul>{shelf}</ul>
<footer>Answered by process {process}.</footer>
</html>
"""

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def application(request: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    status, kind, body = answer(request.get("PATH_INFO") or "/")
    content = body.encode()
    start_response(status, [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(content)))])
    return [content]


def answer(path: str) -> tuple[str, str, str]:
    """Return status, content type and body for a path."""
    if path == "/":
        return "200 OK", "text/html", page()
    if path == "/healthz":
        return "200 OK", "application/json", json.dumps({"healthy": True, "version": RELEASE["version"]})
    return "404 Not Found", "text/plain", f"The shop has no page {path}.\n"


def page() -> str:
    """Return the shop's one page."""
    shelf = "".join(
        f"<li><span>{escape(article)}</span><span>{price:.2f}</span></li>"
        for article, price in RELEASE["shelf"].items()
    )
    texts = {key: escape(RELEASE[key]) for key in ("version", "colour", "greeting")}
    return PAGE.format(shelf=shelf, process=os.getpid(), **texts)
