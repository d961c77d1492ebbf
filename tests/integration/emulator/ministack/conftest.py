import io
import json
import subprocess
import textwrap
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator.identity import ACCOUNT_ID
from rehearsal.account.account import Account
from tests.support.mailbox import subscribed_queue

SCALE = 0.02
"""Real seconds for an account second: fast, and still far slower than what happens besides."""

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/any"
INVOKE = "arn:aws:states:::lambda:invoke"


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with Account(scale=SCALE, home=tmp_path_factory.mktemp("account")) as account:
        make_role(account)
        yield account


def make_role(account: Account, name: str = ROLE.rpartition("/")[2]) -> None:
    """Make a role that anybody may assume, and that may do everything."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    anybody = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"], "AWS": ACCOUNT_ID}
    trust = {"Effect": "Allow", "Principal": anybody, "Action": "sts:AssumeRole"}
    client = account.client("iam")
    client.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )
    client.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=json.dumps(everything))


@pytest.fixture(scope="session")
def lambdas(account: Account) -> "Lambdas":
    return Lambdas(account.client("lambda"))


@pytest.fixture(scope="session")
def machines(account: Account) -> "Machines":
    return Machines(account.client("stepfunctions"))


@pytest.fixture(scope="session")
def worker(lambdas: "Lambdas") -> str:
    """A function for the states that `work` makes."""
    return lambdas.make("""
        def handler(event, context):
            if event["redrives"] < event.pop("until"):
                raise LookupError("not yet")
            return event
        """)


@pytest.fixture(scope="session")
def topics(account: Account) -> "Topics":
    return Topics(account.client("sns"), account.client("sqs"))


class Lambdas:
    """Makes and invokes functions."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def make(self, code: str, *, timeout: int = 10, name: str | None = None, **settings: Any) -> str:
        """Make a function of a module `app` with a `handler`, and return its name."""
        name = name or f"f{uuid.uuid4().hex[:8]}"
        self.client.create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=ROLE,
            Handler="app.handler",
            Timeout=timeout,
            Code={"ZipFile": zipped({"app.py": textwrap.dedent(code)})},
            **settings,
        )
        return name

    def failure(self, code: str, *, timeout: int = 10) -> dict[str, Any]:
        """What a function answers that fails."""
        answer = self.client.invoke(FunctionName=self.make(code, timeout=timeout))
        assert answer["FunctionError"] == "Unhandled"
        failure: dict[str, Any] = json.load(answer["Payload"])
        return failure

    def result(self, code: str, event: Any = None) -> Any:
        answer = self.client.invoke(FunctionName=self.make(code), Payload=json.dumps(event))
        assert "FunctionError" not in answer
        return json.load(answer["Payload"])


class Machines:
    """Makes state machines and runs them."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def make(self, states: dict[str, Any], **fields: Any) -> str:
        """Make a state machine that begins with the first of the states, in JSONata unless told otherwise."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **fields}
        machine = self.client.create_state_machine(
            name=f"m{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
        )
        arn: str = machine["stateMachineArn"]
        return arn

    def start(self, states: dict[str, Any], data: Any = None, **fields: Any) -> str:
        """Start an execution of a new state machine, and return its ARN."""
        arn: str = self.client.start_execution(
            stateMachineArn=self.make(states, **fields), input=json.dumps({} if data is None else data)
        )["executionArn"]
        return arn

    def run(self, states: dict[str, Any], data: Any = None, **fields: Any) -> dict[str, Any]:
        """Run an execution of a new state machine to its end, and describe it."""
        return self.end(self.start(states, data, **fields))

    def output(self, states: dict[str, Any], data: Any = None, **fields: Any) -> Any:
        described = self.run(states, data, **fields)
        assert described["status"] == "SUCCEEDED", described
        return json.loads(described["output"])

    def describe(self, execution: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client.describe_execution(executionArn=execution)
        return described

    def end(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution, and describe it."""
        eventually(lambda: self.describe(execution)["status"] != "RUNNING")
        return self.describe(execution)

    def fail(self, states: dict[str, Any], data: Any = None, **fields: Any) -> str:
        """Run an execution of a new state machine to its unsuccessful end, and return its ARN."""
        execution = self.start(states, data, **fields)
        assert self.end(execution)["status"] != "SUCCEEDED"
        return execution

    def redrive(self, execution: str, **arguments: str) -> dict[str, Any]:
        """Redrive an execution, and describe it when it has ended again."""
        self.client.redrive_execution(executionArn=execution, **arguments)
        return self.end(execution)

    def history(self, execution: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]

    def entered(self, execution: str, state: str) -> bool:
        return any(event.get("stateEnteredEventDetails", {}).get("name") == state for event in self.history(execution))


def work(function: str, redrives: int = 1, *, payload: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A Task state that fails with LookupError until its execution was redriven so often."""
    counts = {"redrives": "{% $states.context.Execution.RedriveCount %}", "until": redrives}
    return invoke(function, {**counts, **(payload or {})}, **fields)


class Topics:
    """Makes topics, and reads what is published to them."""

    def __init__(self, sns: Any, sqs: Any) -> None:
        self.sns = sns
        self.sqs = sqs

    def make(self, **attributes: str) -> str:
        """Make a topic and return its ARN."""
        arn: str = self.sns.create_topic(Name=f"t{uuid.uuid4().hex[:8]}", Attributes=attributes)["TopicArn"]
        return arn

    def mailbox(self, topic: str) -> "Mailbox":
        return Mailbox(self.sqs, subscribed_queue(self.sns, self.sqs, topic, f"q{uuid.uuid4().hex[:8]}"))


class Mailbox:
    """A queue that is subscribed to a topic."""

    def __init__(self, sqs: Any, queue: str) -> None:
        self._sqs = sqs
        self._queue = queue
        self._read: list[dict[str, Any]] = []

    def notifications(self, count: int) -> list[dict[str, Any]]:
        """What the topic sent, oldest first, when there are at least so many."""
        eventually(lambda: len(self.all()) >= count)
        return self._read

    def all(self) -> list[dict[str, Any]]:
        """What the topic has sent until now, oldest first."""
        while found := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=1).get("Messages"):
            self._read.append(json.loads(found[0]["Body"]))
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=found[0]["ReceiptHandle"])
        return self._read


def invoke(function: str, payload: Any = None, **fields: Any) -> dict[str, Any]:
    """A Task state that invokes a function and ends the machine."""
    arguments = {"FunctionName": function, "Payload": {} if payload is None else payload}
    return {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, "End": True, **fields}


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        threading.Event().wait(0.02)


def alive(pid: int) -> bool:
    """Whether a process exists and has not ended, be it collected or not."""
    ps = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- a pid of our own
    return state[:1] not in ("", "Z")
