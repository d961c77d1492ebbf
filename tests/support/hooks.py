"""The hooks that the testbed's stack was deployed with, as functions in its account."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from lambdas.hooks import Gate
from tests.support.functions import Functions
from tests.support.roles import UNRESTRICTED_ROLE, make_unrestricted_role
from tests.support.testbed import ScenarioTestbed

SMOKE_TEST = Path("examples/hooks/smoke_test.py")
MY_HOOK = """
def handler(event, context):
    gate, details = event["release"]["gate"], event["hookDetails"]
    if details.get("failed_at") == gate:
        return {"hookStatus": "FAILED"}
    if not details.get("calls"):
        return {"hookStatus": "IN_PROGRESS", "callBackDelay": 40, "hookDetails": {**details, "calls": 1}}
    return {"hookStatus": "SUCCEEDED"}
"""
"""Is in progress once, or fails at the gate that its details name."""


def make_hooks(testbed: ScenarioTestbed) -> None:
    """Make the functions, unless they exist."""
    functions, client = Functions(testbed.lambdas), testbed.lambdas
    if not any(each["Arn"] == UNRESTRICTED_ROLE for each in testbed.account.client("iam").list_roles()["Roles"]):
        make_unrestricted_role(testbed.account)
    for name, code in {"smoke-test": SMOKE_TEST.read_text(), "my-hook": MY_HOOK}.items():
        with suppress(client.exceptions.ResourceConflictException):
            functions.make(code, name=name)


def hooks_at_all_gates(failed_at: Gate | None = None) -> dict[str, Any]:
    """Return the input's hooks: `my-hook` at all gates, which may fail at one of them."""
    return {**{gate.value: ["my-hook"] for gate in Gate}, "details": {"my-hook": {"failed_at": failed_at}}}
