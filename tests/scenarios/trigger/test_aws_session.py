"""How the program of the image finds its state machine and its credentials, and what it writes without them."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forwarding_proxy import ForwardingProxy
from tests.support.roles import Role, statement
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed
from tests.support.trigger_program import ROOT, TriggerProgram

WAITING = {"StartAt": "Waiting", "States": {"Waiting": {"Type": "Wait", "Seconds": 3600, "End": True}}}
TWO_WAITS = {
    "First": {"Type": "Wait", "Seconds": 50, "Next": "Second"},
    "Second": {"Type": "Wait", "Seconds": 3600, "End": True},
}


@pytest.fixture(scope="module")
def shop(testbed: ScenarioTestbed) -> ScenarioShop:
    """A shop without an environment."""
    return ScenarioShop(testbed, "empty")


@pytest.fixture(scope="module")
def role(testbed: ScenarioTestbed) -> Role:
    """A role that may do everything."""
    return Role(testbed.account, statement("*"))


def machine(testbed: ScenarioTestbed, name: str, **fields: object) -> str:
    """Create a state machine that waits, or one with these fields; return its ARN."""
    role = Role(testbed.account, statement("*"))
    found = testbed.states.create_state_machine(
        name=name, definition=json.dumps({**WAITING, **fields}), roleArn=role.arn
    )
    return str(found["stateMachineArn"])


def test_it_exits_with_3_when_the_release_timed_out(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop
) -> None:
    impatient = machine(testbed, "impatient", TimeoutSeconds=30)
    run = program.run(shop, "--output=json", STATE_MACHINE_ARN=impatient)
    assert (run.status, run.line("release")["status"]) == (3, "TIMED_OUT")
    assert run.line("following")["execution"].startswith(impatient.replace(":stateMachine:", ":execution:"))


@pytest.mark.parametrize(
    "variables",
    [{"ENV": "prod"}, {"STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:Another"}],
)
def test_a_state_machine_that_does_not_exist_is_named(
    program: TriggerProgram, shop: ScenarioShop, variables: dict[str, str]
) -> None:
    run = program.run(shop, **variables)
    assert (run.status, run.stdout) == (5, "")
    expected = variables.get("STATE_MACHINE_ARN", ":stateMachine:BeanstalkBlueGreen-prod")
    assert expected in run.stderr


def test_without_credentials_nothing_is_started(program: TriggerProgram, shop: ScenarioShop) -> None:
    none = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_CONFIG_FILE": "",
        "AWS_SHARED_CREDENTIALS_FILE": "",
    }
    run = program.run(shop, **none)
    assert run.status == 5
    assert "Unable to locate credentials" in run.stderr


def test_it_exits_with_6_when_credentials_expire_and_says_what_to_do(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop
) -> None:
    with ForwardingProxy(testbed.account.url) as proxy:
        patient = machine(testbed, "patient")
        running = program.start(shop, AWS_ENDPOINT_URL=proxy.url, STATE_MACHINE_ARN=patient)
        running.wait_for_output("Waiting")
        proxy.expired.set()
        run = running.wait()
    assert run.status == 6
    assert "The release goes on: arn:" in run.stderr
    assert "If credentials have expired, renew them" in run.stderr


def test_an_answer_without_a_request_for_approval_is_refused(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop
) -> None:
    silent = machine(testbed, "silent")
    assert program.run(shop, "--detach", STATE_MACHINE_ARN=silent).status == 0
    run = program.run(shop, "approve", STATE_MACHINE_ARN=silent)
    assert run.status == 5
    assert "No request for approval is open" in run.stderr


def test_a_role_makes_all_calls_but_get_caller_identity(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop, role: Role
) -> None:
    with ForwardingProxy(testbed.account.url) as proxy:
        run = program.run(shop, "status", AWS_ENDPOINT_URL=proxy.url, AWS_ROLE=role.name, AWS_ACCOUNT_ID="123456789012")
    own = {program.account["AWS_ACCESS_KEY_ID"]}
    assert run.status == 0
    assert proxy.access_keys("GetCallerIdentity") == proxy.access_keys("AssumeRole") == own
    assert proxy.access_keys("ListExecutions") == proxy.access_keys("DescribeEnvironments")
    assert proxy.access_keys("ListExecutions").isdisjoint(own)


def test_a_role_that_the_pipeline_already_has_is_not_assumed_again(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop, role: Role
) -> None:
    keys = testbed.account.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="pipeline")["Credentials"]
    assumed = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    with ForwardingProxy(testbed.account.url) as proxy:
        run = program.run(shop, "status", AWS_ENDPOINT_URL=proxy.url, AWS_ROLE=role.arn, **assumed)
    assert run.status == 0, run
    assert proxy.access_keys("AssumeRole") == set()
    assert proxy.access_keys("ListExecutions") == {keys["AccessKeyId"]}


def test_with_sso_the_program_uses_the_profile(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop, tmp_path: Path
) -> None:
    profiles = tmp_path / "config"
    profiles.write_text("[profile people]\nregion = us-east-1\naws_access_key_id = test\naws_secret_access_key = x\n")
    none = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    with ForwardingProxy(testbed.account.url) as proxy:
        sso = {"AUTH_METHOD": "SSO", "SSO_PROFILE": "people", "AWS_CONFIG_FILE": str(profiles)}
        run = program.run(shop, "status", AWS_ENDPOINT_URL=proxy.url, **sso, **none)
    assert run.status == 0, run
    assert proxy.access_keys("ListExecutions") == {"test"}


def test_status_says_that_there_was_no_release(program: TriggerProgram, shop: ScenarioShop) -> None:
    run = program.run(shop, "status")
    nobody = f"Users are served by NOBODY: {shop.name} has neither {shop.blue} nor {shop.green}."
    assert (run.status, run.stdout) == (0, f"{nobody}\nThere was no release yet.\n")


def test_a_closed_output_ends_the_program_and_not_the_release(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop
) -> None:
    following = program.start(shop, STATE_MACHINE_ARN=machine(testbed, "unread", StartAt="First", States=TWO_WAITS))
    following.wait_for_output("First").close_output()
    run = following.wait()
    assert run.status == 128 + signal.SIGPIPE
    assert run.stderr.startswith("The output was closed. The release goes on: arn:")


def test_a_terminal_shows_waits_in_one_line_that_changes(
    testbed: ScenarioTestbed, program: TriggerProgram, shop: ScenarioShop
) -> None:
    retrying = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": testbed.functions["plan"], "Payload": {}},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}],
        "End": True,
    }
    failing = machine(testbed, "failing", StartAt="Plan", States={"Plan": retrying})
    ours, theirs = pty.openpty()
    variables = program.variables(shop, STATE_MACHINE_ARN=failing)
    command = [sys.executable, "-m", "trigger", "--poll=0.1"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **variables}, stdout=theirs)  # noqa: S603
    os.close(theirs)
    assert process.wait(30) == 1
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert said.count("\r\x1b[K") > 3
