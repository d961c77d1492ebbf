"""CloudFormation's work on functions, beside which the account goes on answering."""

import json
import time
from pathlib import Path

from rehearsal.account.account import Account
from tests.support.roles import UNRESTRICTED_ROLE
from tests.support.waiting import eventually

SLUGGISH = """
import pathlib, signal
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("{told}").touch())
def handler(event, context):
    return "{answer}"
"""
TO_END = 2.0
"""Seconds for which the emulator waits for the process of such a function, after it has told it to end."""


def template(answer: str, told: Path) -> str:
    properties = {
        "FunctionName": "sluggish",
        "Runtime": "python3.13",
        "Role": UNRESTRICTED_ROLE,
        "Handler": "index.handler",
        "Code": {"ZipFile": SLUGGISH.format(answer=answer, told=told)},
    }
    return json.dumps({"Resources": {"Sluggish": {"Type": "AWS::Lambda::Function", "Properties": properties}}})


def test_the_account_answers_while_a_functions_code_is_replaced(account: Account, tmp_path: Path) -> None:
    told = tmp_path / "told"
    formation, functions = account.client("cloudformation"), account.client("lambda")

    def status() -> str:
        return str(formation.describe_stacks(StackName="sluggish")["Stacks"][0]["StackStatus"])

    def answer() -> str:
        return str(json.load(functions.invoke(FunctionName="sluggish")["Payload"]))

    formation.create_stack(StackName="sluggish", TemplateBody=template("old", told))
    eventually(lambda: status() == "CREATE_COMPLETE")
    assert answer() == "old"
    answered = []
    formation.update_stack(StackName="sluggish", TemplateBody=template("new", told))
    while status() != "UPDATE_COMPLETE":
        answered.append(time.time())
    assert answer() == "new"
    ending = told.stat().st_mtime
    assert any(ending < at < ending + 0.9 * TO_END for at in answered), "users' look-ups have the same server"
