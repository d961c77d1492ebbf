"""CloudFormation's work on functions, beside which the account goes on answering."""

import json
import time
from itertools import pairwise

from rehearsal.account import Account
from tests.rehearsal.corrections.conftest import ROLE, eventually

SLUGGISH = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def handler(event, context):
    return "{answer}"
"""
"""It takes the emulator two seconds to end the process of such a function."""


def template(answer: str) -> str:
    properties = {
        "FunctionName": "sluggish",
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "index.handler",
        "Code": {"ZipFile": SLUGGISH.format(answer=answer)},
    }
    return json.dumps({"Resources": {"Sluggish": {"Type": "AWS::Lambda::Function", "Properties": properties}}})


def test_the_account_answers_while_a_functions_code_is_replaced(account: Account) -> None:
    formation, functions = account.client("cloudformation"), account.client("lambda")

    def status() -> str:
        return str(formation.describe_stacks(StackName="sluggish")["Stacks"][0]["StackStatus"])

    def answer() -> str:
        return str(json.load(functions.invoke(FunctionName="sluggish")["Payload"]))

    formation.create_stack(StackName="sluggish", TemplateBody=template("old"))
    eventually(lambda: status() == "CREATE_COMPLETE")
    assert answer() == "old"
    answered = [time.monotonic()]
    formation.update_stack(StackName="sluggish", TemplateBody=template("new"))
    while status() != "UPDATE_COMPLETE":
        answered.append(time.monotonic())
    answered.append(time.monotonic())
    assert answer() == "new"
    silence = max(later - earlier for earlier, later in pairwise(answered))
    assert silence < 1.5, "seconds; users' look-ups of names are answered by the same server"
