"""Decides which requests may reach what needs no signature: those of programs and of the console's page.

The console acts as the root user, so a page of another site must not reach it through the browser.
Sources: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site and
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
OWN_SITES = ("same-origin", "none")
"""Values of Sec-Fetch-Site: the page itself, and an address that a person typed or a bookmark."""


def refusal(method: str, headers: Mapping[str, str]) -> str | None:
    """Return why a request is refused, or None. `headers`: by their names in lower case.

    The Host is checked because a foreign name may lead to 127.0.0.1 (DNS rebinding).
    """
    host = headers.get("host", "")
    if _name(host) not in LOOPBACK_NAMES:
        return f"Expected a request to 127.0.0.1 or localhost. Found the host {host!r}."
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return f"Expected a request of the console's own page. Found the origin {origin!r}."
    site = headers.get("sec-fetch-site", "none")
    if site not in OWN_SITES and not _is_opened(method, headers):
        return f"Expected a request of the console's own page. Found one of another page (Sec-Fetch-Site: {site})."
    return None


def write_refusal(headers: Mapping[str, str]) -> str | None:
    """Return why a request that changes something is refused, or None. It passed `refusal` before.

    Browsers send no JSON to another origin without asking first, and the console never permits it.
    """
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return "Expected the content type application/json."
    if headers.get("sec-fetch-site") == "none":
        return "Expected a request of the console's own page."
    return None


def _is_opened(method: str, headers: Mapping[str, str]) -> bool:
    """Return whether a person follows a link to the page from elsewhere, such as from a message."""
    return (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
