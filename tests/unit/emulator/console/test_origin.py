"""Which requests may reach the console.

Sources: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site and
https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import pytest

from emulator.console.origin import refusal, write_refusal

HOST = "127.0.0.1:4566"
OPENED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("host", [HOST, "localhost:8080", "[::1]:4566"])
def test_a_program_and_the_page_itself_may_ask(host: str) -> None:
    assert refusal("GET", {"host": host}) is None
    page = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert refusal("POST", page) is None


@pytest.mark.parametrize(
    "host", ["", "shop.example:4566", "127.0.0.1.example", "127.0.0.1@shop.example", "[", "localhost.:4566"]
)
def test_a_foreign_name_that_leads_here_is_refused(host: str) -> None:
    """DNS rebinding: the browser takes the page of the foreign name for one of the same origin."""
    assert "Expected a request to 127.0.0.1" in (refusal("GET", {"host": host}) or "")


@pytest.mark.parametrize("origin", ["http://shop.example", "http://127.0.0.1:3000", "https://127.0.0.1:4566", "null"])
def test_another_origin_is_refused(origin: str) -> None:
    assert repr(origin) in (refusal("POST", {"host": HOST, "origin": origin}) or "")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_is_refused_but_may_link_to_the_page(site: str) -> None:
    assert site in (refusal("GET", {"host": HOST, "sec-fetch-site": site}) or "")
    assert refusal("GET", {"host": HOST, "sec-fetch-site": site, **OPENED}) is None
    assert refusal("POST", {"host": HOST, "sec-fetch-site": site, **OPENED})
    framed = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
    assert refusal("GET", {"host": HOST, "sec-fetch-site": site, **framed})


def test_what_changes_something_must_be_json_for_which_a_browser_asks_first() -> None:
    assert write_refusal({"content-type": "application/json; charset=utf-8"}) is None
    assert write_refusal({"content-type": "text/plain"})
    assert write_refusal({})
    assert write_refusal({"content-type": "application/json", "sec-fetch-site": "none"})
