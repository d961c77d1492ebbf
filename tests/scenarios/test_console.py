"""The console in a real browser: a release is begun, fails on purpose, is rerun and approved, by clicks alone.

Pictures of each are in build/console/.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Browser, browser, missing
from tests.support.shop import SOON, ScenarioShop
from tests.support.testbed import ScenarioTestbed

PICTURES = Path(__file__).parents[2] / "build" / "console"
WIDE, NARROW = 1280, 400
HEIGHT = 1000
STATUS = "//main//p/span[contains(@class, 'status') and text()='{}']"

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as window:
        yield window


def button(text: str) -> str:
    return f"//main//button[text()='{text}']"


def state(name: str, status: str) -> str:
    """Return the path of a state in the graph with that status."""
    return f"//*[name()='g' and @data-state='{name}' and contains(@class, 'state {status}')]"


def look(window: Browser, name: str) -> None:
    """Take a picture of the page in both widths and colour schemes; nothing may stick out at the right."""
    for width in (NARROW, WIDE):
        for scheme in ("dark", "light"):
            window.show_at(width, HEIGHT, scheme)
            window.picture(PICTURES / f"{name}-{width}-{scheme}.png")
        page = window.run("return document.documentElement.scrollWidth")
        assert page <= width, f"{name} is {page} pixels wide in a window of {width}"


def begin(window: Browser, testbed: ScenarioTestbed, shop: ScenarioShop) -> None:
    """Start a release in the form, which begins with what the programs suggested."""
    request = {"application": shop.name, "blue": shop.blue, "version": "v2", "approval": True, **SOON}
    testbed.console.suggest(testbed.machine, request)
    window.show_at(WIDE, HEIGHT)
    window.open(testbed.console.url)
    window.click("//main//a[text()='Start new execution']")
    window.write("//main//input[@id='name']", f"{shop.name}-console")
    window.click("//main//summary[contains(text(), 'all optional')]")
    look(window, "form")
    window.click(button("Start"))


def test_a_release_is_begun_rejected_redriven_and_approved_by_clicks(testbed: ScenarioTestbed, window: Browser) -> None:
    shop = testbed.open_shop()
    begin(window, testbed, shop)
    window.see(state("CloneBlue", "running") + " | " + state("AwaitGreen", "running"))
    look(window, "begun")

    window.see(button("Approve"))
    window.write("//main//input[@aria-label='Why it is rejected']", "The price of the seeds is wrong.")
    look(window, "asked")
    window.click(button("Reject"))
    window.see(STATUS.format("FAILED"))
    failure = window.see("//main//div[@class='panel bad']")
    assert failure.splitlines() == ["AwaitApproval: Rejected", "Cause", "The price of the seeds is wrong."]
    window.see(state("AwaitApproval", "failed"))
    window.see(state("KeepGreenLive", "succeeded"))
    look(window, "failed")
    assert shop.live_versions == ["v1"], "the users stayed on green"

    window.click(button("Redrive"))
    window.see(STATUS.format("RUNNING"))
    window.see(button("Approve"))
    look(window, "redriven")
    window.click(button("Approve"))
    window.see(STATUS.format("SUCCEEDED"))
    window.see(state("Released", "succeeded"))
    assert '"status": "released"' in window.see("//main//pre[contains(text(), 'served_by')]")
    look(window, "released")
    assert shop.versions == {shop.blue: "v2"}

    window.click("//a[text()='All executions']")
    window.see("//main//tr[contains(., 'SUCCEEDED')]")
    look(window, "executions")


def test_the_page_is_used_by_keyboard(testbed: ScenarioTestbed, window: Browser) -> None:
    window.open(testbed.console.url)
    window.see("//main//a[text()='Start new execution']")
    focused = "return document.activeElement.textContent"
    window.press("Tab")
    assert window.run(focused) == "Skip to the content"
    assert window.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    window.press("Enter")
    window.press("Tab")
    assert window.run(focused) == "Start new execution"
    window.press("Enter")
    window.see(button("Start"))
