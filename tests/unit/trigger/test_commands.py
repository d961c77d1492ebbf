"""The commands of the image, against answers of AWS as AWS documents them."""

import argparse
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from trigger import commands
from trigger.commands import Commands, RefusedError
from trigger.output import Output
from trigger.variables import Variables

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:BeanstalkBlueGreen-dev"
VARIABLES = {"BEANSTALK_APP_NAME": "shop", "BLUE_ENV_NAME": "shop-prod", "VERSION_LABEL": "v2"}
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


class FakeSession:
    """A session whose Step Functions answers one call, which must be `call`, with StateMachineDoesNotExist."""

    def __init__(self, call: str) -> None:
        self._call = call

    def client(self, service: str, **_: Any) -> Any:
        client: Any = boto3.client(service, **KEYS)  # type: ignore[call-overload]
        if service == "stepfunctions":
            stubber = Stubber(client)
            stubber.add_client_error(self._call, "StateMachineDoesNotExist", f"State Machine Does Not Exist: {MACHINE}")
            stubber.activate()
        return client


@pytest.mark.parametrize(
    ("command", "call"),
    [("full", "start_execution"), ("status", "list_executions"), ("redrive", "list_executions")],
)
def test_a_state_machine_that_does_not_exist_is_an_error_of_every_command(
    monkeypatch: pytest.MonkeyPatch, command: str, call: str
) -> None:
    session = FakeSession(call)
    monkeypatch.setattr(commands, "create_session", lambda _: session)
    monkeypatch.setattr(commands, "sign_in", lambda *_: (session, MACHINE))
    options = argparse.Namespace(command=command, dry_run=False, detach=True, poll=1, because="")
    with pytest.raises(RefusedError, match=f"There is no state machine {MACHINE}"):
        Commands(options, Output(as_json=True)).run(Variables(VARIABLES))


def test_the_page_of_a_release_that_still_runs_is_refused() -> None:
    """The function writes it at the end."""
    found = {"name": "release-v2", "status": "RUNNING", "executionArn": "arn"}
    command = Commands(argparse.Namespace(command="report", html="page.html"), Output(as_json=True))
    with pytest.raises(RefusedError, match="release-v2 still runs"):
        command._report(found)
