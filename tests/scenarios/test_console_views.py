"""The console's other views in a real browser: traffic, mail, and what is broken and undone by clicks.

Pictures of each are in build/console/.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import Browser, browser, missing
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

PICTURES = Path(__file__).parents[2] / "build" / "console"
HEIGHT = 1000

pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as window:
        yield window


@pytest.fixture(scope="module")
def shop(testbed: ScenarioTestbed) -> ScenarioShop:
    return testbed.open_shop()


def go(window: Browser, testbed: ScenarioTestbed, view: str) -> None:
    window.open(f"{testbed.console.url}#/{view}")


def take_pictures(window: Browser, name: str) -> None:
    """Take a picture in both widths and colour schemes; nothing may stick out at the right."""
    for width in (400, 1280):
        for scheme in ("dark", "light"):
            window.show_at(width, HEIGHT, scheme)
            window.picture(PICTURES / f"{name}-{width}-{scheme}.png")
        found = window.run("return document.documentElement.scrollWidth")
        assert found <= width, f"{name} is {found} pixels wide in a window of {width}"


def test_a_sick_environment_is_seen_in_red_until_undo(
    testbed: ScenarioTestbed, shop: ScenarioShop, window: Browser
) -> None:
    answered = f"//ul[@class='servers']/li[contains(., '{shop.blue}, v1')]"
    sick = f"//section[@aria-label='What is broken now']//li[contains(., '{shop.blue} (')]"
    try:
        with shop.traffic():
            go(window, testbed, "environments")
            window.see(f"//section[@aria-label='{shop.blue}']//dd[text()='1 of 1 in service']")
            assert "none failed" in window.see(answered)

            go(window, testbed, "break-it")
            window.click(f"//select[@name='environment']/option[contains(., '{shop.blue} (')]")
            window.click("//button[text()='Make it sick']")
            assert "answers 500 to all requests" in window.see(sick)
            take_pictures(window, "broken")

            go(window, testbed, "environments")
            window.see(
                f"//ul[@class='servers']/li[contains(., '{shop.blue}, ')]/strong[contains(., 'failed in a minute')]"
            )
            take_pictures(window, "environments")

            go(window, testbed, "break-it")
            window.click(f"{sick}//button")
            window.see(f"//main[not({sick.replace('//', './/', 1)})]")
    finally:
        testbed.control.set_impairments({})


def test_links_in_a_message_open_what_is_in_this_account(
    testbed: ScenarioTestbed, shop: ScenarioShop, window: Browser
) -> None:
    execution = f"{testbed.machine.replace(':stateMachine:', ':execution:')}:{shop.name}-1"
    text = (
        f"See https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/{execution}"
        f" and http://{shop.cname}/ but not http://gone.us-east-1.elasticbeanstalk.com/."
    )
    subject = f"The release onto {shop.blue} failed"
    testbed.account.client("sns").publish(TopicArn=testbed.topic, Subject=subject, Message=text)

    go(window, testbed, "mailbox")

    assert text in window.see(f"//article[h2='{subject}']")
    articles = f"[...document.querySelectorAll('article')].find((each) => each.innerText.includes('{subject}'))"
    links = window.run(f"return [...{articles}.querySelectorAll('a')].map((each) => each.href)")
    assert links[0].startswith(f"{testbed.console.url}#/executions/arn%3Aaws%3Astates")
    assert [link.startswith("http://127.0.0.1:") for link in links] == [True, True]
    take_pictures(window, "mailbox")
