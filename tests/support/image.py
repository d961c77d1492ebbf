"""The program of the image, run as the image runs it: a process of its own that knows only its variables."""

import json
import os
import re
import signal
import subprocess
import sys
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from emulator.identity import ACCOUNT_ID, REGION
from tests.support.roles import Role
from tests.support.shop import SOON, ScenarioShop
from tests.support.testbed import ScenarioTestbed

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 300
POLL = "--poll=0.1"
ASKING = {"EXECUTION_INPUT": json.dumps({**SOON, "approval": True})}
"""A release that stands still until a person answers."""


def documented_permissions() -> list[dict[str, Any]]:
    """The statements that docs/image.md shows, for the testbed's stack."""
    (policy,) = re.findall(r"## Permissions\n\n```json\n(.*?)```", (ROOT / "docs" / "image.md").read_text(), re.DOTALL)
    for shown, here in (("REGION", REGION), ("ACCOUNT", ACCOUNT_ID), ("-prod", "-dev")):
        policy = policy.replace(shown, here)
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return statements


@dataclass(frozen=True)
class Run:
    """What came of one run of the program."""

    status: int
    said: str
    complained: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """With `--output json`."""
        return [json.loads(line) for line in self.said.splitlines()]

    def line(self, event: str) -> dict[str, Any]:
        """The last one about that."""
        return [line for line in self.lines if line["event"] == event][-1]


class Following:
    """A run of the program that goes on."""

    def __init__(self, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
        self._said = ""
        self._process = subprocess.Popen(  # noqa: S603 - this project's own program
            [sys.executable, "-W", "error", "-m", "trigger", *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_said(self, words: str) -> Self:
        """Until a line has those words in it."""
        assert self._process.stdout is not None
        while words not in self._said:
            line = self._process.stdout.readline()
            assert line, f"expected it to say {words!r}, it said {self._said!r}"
            self._said += line
        return self

    def unread(self) -> None:
        """Let nobody read any more what it says."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def signalled(self, number: signal.Signals) -> Run:
        """Its end, after that signal."""
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> Run:
        """Its end."""
        try:
            said, complained = self._process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            self._process.kill()
        return Run(self._process.returncode, self._said + (said or ""), complained)


class Image:
    """Runs the program in the testbed's account, as its administrator."""

    def __init__(self, testbed: ScenarioTestbed) -> None:
        self.account = {name: value for name, value in testbed.account.environment().items() if value}

    def acting_as(self, role: Role) -> Self:
        """The program of somebody who acts in a role."""
        other = copy(self)
        other.account = self.account | role.credentials()
        return other

    def variables(self, shop: ScenarioShop, **more: str) -> dict[str, str]:
        """Those of a pipeline that releases v2; an empty one is as good as none."""
        return {
            **self.account,
            "BEANSTALK_APP_NAME": shop.name,
            "BLUE_ENV_NAME": shop.blue,
            "VERSION_LABEL": "v2",
            "EXECUTION_INPUT": json.dumps(SOON),
            **more,
        }

    def start(self, shop: ScenarioShop, *arguments: str, **more: str) -> Following:
        return Following((*arguments, POLL), self.variables(shop, **more))

    def run(self, shop: ScenarioShop, *arguments: str, **more: str) -> Run:
        return self.start(shop, *arguments, **more).ended()
