"""CloudFormation's work on functions does not block other requests."""

import json
import time
from pathlib import Path

from rehearsal.account.account import Account
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.waiting import eventually

IGNORES_SIGTERM = """
import pathlib, signal
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("{told}").touch())
def handler(event, context):
    return "{answer}"
"""
WORKER_END_SECONDS = 2.0
"""Real seconds that MiniStack waits for a worker process after SIGTERM, which this function ignores."""


def template(answer: str, told: Path) -> str:
    properties = {
        "FunctionName": "ignores-sigterm",
        "Runtime": "python3.13",
        "Role": UNRESTRICTED_ROLE,
        "Handler": "index.handler",
        "Code": {"ZipFile": IGNORES_SIGTERM.format(answer=answer, told=told)},
    }
    return json.dumps({"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}})


def test_the_account_answers_while_a_functions_code_is_replaced(account: Account, tmp_path: Path) -> None:
    told = tmp_path / "told"
    formation, functions = account.client("cloudformation"), account.client("lambda")

    def status() -> str:
        return str(formation.describe_stacks(StackName="ignores-sigterm")["Stacks"][0]["StackStatus"])

    def answer() -> str:
        return str(json.load(functions.invoke(FunctionName="ignores-sigterm")["Payload"]))

    formation.create_stack(StackName="ignores-sigterm", TemplateBody=template("old", told))
    eventually(lambda: status() == "CREATE_COMPLETE")
    assert answer() == "old"
    answered = []
    formation.update_stack(StackName="ignores-sigterm", TemplateBody=template("new", told))
    while status() != "UPDATE_COMPLETE":
        answered.append(time.time())
    assert answer() == "new"
    ending = told.stat().st_mtime
    assert any(ending < at < ending + 0.9 * WORKER_END_SECONDS for at in answered), (
        "expected an answer during the wait: DNS look-ups have the same server"
    )
