"""The program of the image, run as the image runs it: as a process that has its own variables only."""

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
TIMEOUT_SECONDS = 300
POLL = "--poll=0.1"
WITH_APPROVAL = {"EXECUTION_INPUT": json.dumps({**SOON, "approval": True})}
"""Variables of a release that waits until a person answers."""


def documented_permissions() -> list[dict[str, Any]]:
    """Return the policy statements in docs/image.md, with the testbed's names."""
    (policy,) = re.findall(r"## Permissions\n\n```json\n(.*?)```", (ROOT / "docs" / "image.md").read_text(), re.DOTALL)
    for documented, actual in (("REGION", REGION), ("ACCOUNT", ACCOUNT_ID), ("-prod", "-dev")):
        policy = policy.replace(documented, actual)
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return statements


@dataclass(frozen=True)
class ProgramResult:
    """The exit status and the output of one run of the program."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of a run with `--output json`."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    def line(self, event: str) -> dict[str, Any]:
        """Return the last line of that event."""
        return [line for line in self.lines if line["event"] == event][-1]


class RunningProgram:
    """A process of the program."""

    def __init__(self, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
        self._read = ""
        self._process = subprocess.Popen(  # noqa: S603 - this project's own program
            [sys.executable, "-W", "error", "-m", "trigger", *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for_output(self, words: str) -> Self:
        """Wait until the standard output has these words in it."""
        assert self._process.stdout is not None
        while words not in self._read:
            line = self._process.stdout.readline()
            assert line, f"expected {words!r} in the output, found {self._read!r}"
            self._read += line
        return self

    def close_output(self) -> None:
        """Close the reading end of the standard output."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def end_by(self, number: signal.Signals) -> ProgramResult:
        """Send a signal; return the result."""
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> ProgramResult:
        """Wait for the end; return the result."""
        try:
            stdout, stderr = self._process.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            self._process.kill()
        return ProgramResult(self._process.returncode, self._read + (stdout or ""), stderr)


class TriggerProgram:
    """Runs the program in the testbed's account, as its administrator."""

    def __init__(self, testbed: ScenarioTestbed) -> None:
        self.account = {name: value for name, value in testbed.account.environment().items() if value}

    def in_role(self, role: Role) -> Self:
        """Return the program with the credentials of a role."""
        other = copy(self)
        other.account = self.account | role.credentials()
        return other

    def variables(self, shop: ScenarioShop, **more: str) -> dict[str, str]:
        """Return the variables of a pipeline that releases v2. The program ignores an empty one."""
        return {
            **self.account,
            "BEANSTALK_APP_NAME": shop.name,
            "BLUE_ENV_NAME": shop.blue,
            "VERSION_LABEL": "v2",
            "EXECUTION_INPUT": json.dumps(SOON),
            **more,
        }

    def start(self, shop: ScenarioShop, *arguments: str, **more: str) -> RunningProgram:
        """Start the program with these arguments and further variables."""
        return RunningProgram((*arguments, POLL), self.variables(shop, **more))

    def run(self, shop: ScenarioShop, *arguments: str, **more: str) -> ProgramResult:
        """Run the program to its end with these arguments and further variables."""
        return self.start(shop, *arguments, **more).wait()
