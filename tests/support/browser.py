"""A real browser, Chromium without a window, driven over WebDriver. Source: https://www.w3.org/TR/webdriver2/"""

import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The name under which WebDriver gives the number of an element."""
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--proxy-server=direct://",
)
COMMAND_SECONDS = 60.0
LONG_SECONDS = 120.0
"""Real seconds to wait for what a page shows when an execution gets so far."""


def missing() -> str | None:
    """Return why there is no browser, or None."""
    if not any(map(shutil.which, CHROMIUM)):
        return "Expected Chromium on the PATH. Found none. Install it: apt-get install chromium chromium-driver"
    if not shutil.which("chromedriver"):
        return "Expected chromedriver on the PATH. Found none. Install it: apt-get install chromium-driver"
    return None


class BrowserError(Exception):
    """WebDriver refuses a command. `code`: its error code, such as `no such element`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message.splitlines()[0] if message else ''}")
        self.code = code


class Browser:
    """A window of the browser. People see and click what it finds: hidden elements cannot be clicked."""

    def __init__(self, driver: str, session: str) -> None:
        self._session = f"{driver}/session/{session}"

    def open(self, url: str) -> None:
        """Go to an address."""
        self._call("POST", "url", url=url)

    def click(self, xpath: str, seconds: float = LONG_SECONDS) -> None:
        """Click an element, as soon as it is there and can be clicked."""
        self._until(lambda: self._call("POST", f"element/{self._find(xpath)}/click"), xpath, seconds)

    def write(self, xpath: str, text: str, seconds: float = LONG_SECONDS) -> None:
        """Replace the text of a field by typing, as soon as it is there."""
        self._until(lambda: self._call("POST", f"element/{self._find(xpath)}/clear"), xpath, seconds)
        self._call("POST", f"element/{self._find(xpath)}/value", text=text)

    def see(self, xpath: str, seconds: float = LONG_SECONDS) -> str:
        """Return the visible text of an element, as soon as it is there."""
        return str(self._until(lambda: self._call("GET", f"element/{self._find(xpath)}/text"), xpath, seconds))

    def run(self, script: str) -> Any:
        """Run JavaScript in the page and return its result."""
        return self._call("POST", "execute/sync", script=script, args=[])

    def show_at(self, width: int, height: int, scheme: str = "light") -> None:
        """Use a window of that size, and a colour scheme: light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        scheme_of_person = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": scheme_of_person})

    def press(self, key: str) -> None:
        """Press a key, such as Tab or Enter, where the focus is."""
        code = {"Tab": "\ue004", "Enter": "\ue007"}[key]
        keys = [{"type": "keyDown", "value": code}, {"type": "keyUp", "value": code}]
        self._call("POST", "actions", actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def picture(self, file: Path) -> None:
        """Write a picture of what the window shows."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(self._call("GET", "screenshot")))

    def _find(self, xpath: str) -> str:
        return str(self._call("POST", "element", using="xpath", value=xpath)[ELEMENT])

    def _until(self, look: Any, wanted: str, seconds: float) -> Any:
        end = time.monotonic() + seconds
        while True:
            try:
                return look()
            except BrowserError as error:
                if time.monotonic() > end:
                    page = self.run("return document.body.innerText")
                    raise AssertionError(f"Expected {wanted} in the page. Found {error}, and:\n{page}") from error
            time.sleep(0.25)

    def _devtools(self, command: str, parameters: dict[str, Any]) -> None:
        self._call("POST", "goog/cdp/execute", cmd=command, params=parameters)

    def _call(self, method: str, path: str, **fields: Any) -> Any:
        return _call(method, f"{self._session}/{path}", fields)


@contextmanager
def browser(home: Path) -> Iterator[Browser]:
    """Yield a browser that ends with the block; `home` gets its profile."""
    log = home / "chromedriver.log"
    command = ["chromedriver", "--port=0", f"--log-path={log}"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as driver:  # noqa: S603 - of ours
        try:
            assert driver.stdout
            lines = iter(driver.stdout.readline, "")
            url = next(
                f"http://127.0.0.1:{found[1]}"
                for line in lines
                if (found := re.search(r"successfully on port (\d+)", line))
            )
            binary = next(path for name in CHROMIUM if (path := shutil.which(name)))
            options = {"binary": binary, "args": [*ARGUMENTS, f"--user-data-dir={home / 'profile'}"]}
            wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
            session = _call("POST", f"{url}/session", wanted)["sessionId"]
            try:
                yield Browser(url, session)
            finally:
                _call("DELETE", f"{url}/session/{session}", {})
        finally:
            driver.terminate()


def _call(method: str, url: str, fields: dict[str, Any]) -> Any:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=COMMAND_SECONDS)
    try:
        body = json.dumps(fields) if method == "POST" else None
        connection.request(method, address.path, body, {"Content-Type": "application/json"})
        value = json.loads(connection.getresponse().read())["value"]
    finally:
        connection.close()
    if isinstance(value, dict) and "error" in value:
        raise BrowserError(value["error"], value["message"])
    return value
