"""How the image finds its state machine and its credentials, and what it says when it cannot."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.emulator.ministack.conftest import make_role
from tests.support.image import ROOT, Image
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed
from tests.support.wire import Wire

ROLE = "arn:aws:iam::123456789012:role/pipeline"
WAITING = {"StartAt": "Waiting", "States": {"Waiting": {"Type": "Wait", "Seconds": 3600, "End": True}}}
UNREAD = {
    "First": {"Type": "Wait", "Seconds": 50, "Next": "Second"},
    "Second": {"Type": "Wait", "Seconds": 3600, "End": True},
}


@pytest.fixture(scope="module")
def shop(testbed: ScenarioTestbed) -> ScenarioShop:
    """One that nobody releases: its application has no environment."""
    for role in ("machine", "pipeline"):
        make_role(testbed.account, role)
    return ScenarioShop(testbed, "empty")


def machine(testbed: ScenarioTestbed, name: str, **fields: object) -> str:
    """A state machine that waits."""
    found = testbed.states.create_state_machine(
        name=name, definition=json.dumps({**WAITING, **fields}), roleArn="arn:aws:iam::123456789012:role/machine"
    )
    return str(found["stateMachineArn"])


def test_it_exits_with_3_when_the_release_timed_out(testbed: ScenarioTestbed, image: Image, shop: ScenarioShop) -> None:
    impatient = machine(testbed, "impatient", TimeoutSeconds=30)
    run = image.run(shop, "--output=json", STATE_MACHINE_ARN=impatient)
    assert (run.status, run.line("release")["status"]) == (3, "TIMED_OUT")
    assert run.line("following")["execution"].startswith(impatient.replace(":stateMachine:", ":execution:"))


@pytest.mark.parametrize(
    "variables",
    [{"ENV": "prod"}, {"STATE_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:Another"}],
)
def test_a_state_machine_that_is_not_there_is_named(
    image: Image, shop: ScenarioShop, variables: dict[str, str]
) -> None:
    run = image.run(shop, **variables)
    assert (run.status, run.said) == (5, "")
    expected = variables.get("STATE_MACHINE_ARN", ":stateMachine:BeanstalkBlueGreen-prod")
    assert expected in run.complained


def test_without_credentials_nothing_is_started(image: Image, shop: ScenarioShop) -> None:
    none = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_CONFIG_FILE": "",
        "AWS_SHARED_CREDENTIALS_FILE": "",
    }
    run = image.run(shop, **none)
    assert run.status == 5
    assert "Unable to locate credentials" in run.complained


def test_credentials_that_expire_end_the_following_and_it_says_what_to_do(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
) -> None:
    with Wire(testbed.account.url) as wire:
        patient = machine(testbed, "patient")
        following = image.start(shop, AWS_ENDPOINT_URL=wire.url, STATE_MACHINE_ARN=patient).until_said("Waiting")
        wire.expired.set()
        run = following.ended()
    assert run.status == 6
    assert "The release goes on: arn:" in run.complained
    assert "If credentials have expired, renew them" in run.complained


def test_an_answer_where_nothing_is_asked_is_refused(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
) -> None:
    silent = machine(testbed, "silent")
    assert image.run(shop, "--detach", STATE_MACHINE_ARN=silent).status == 0
    run = image.run(shop, "approve", STATE_MACHINE_ARN=silent)
    assert run.status == 5
    assert "Nothing is asked at present" in run.complained


def test_a_role_is_assumed_for_everything_but_the_question_who_one_is(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
) -> None:
    with Wire(testbed.account.url) as wire:
        run = image.run(shop, "status", AWS_ENDPOINT_URL=wire.url, AWS_ROLE="pipeline", AWS_ACCOUNT_ID="123456789012")
    own = {image.account["AWS_ACCESS_KEY_ID"]}
    assert run.status == 0
    assert wire.keys("GetCallerIdentity") == wire.keys("AssumeRole") == own
    assert wire.keys("ListExecutions") == wire.keys("DescribeEnvironments")
    assert wire.keys("ListExecutions").isdisjoint(own)


def test_a_role_that_the_pipeline_has_assumed_is_not_assumed_again(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
) -> None:
    keys = testbed.account.client("sts").assume_role(RoleArn=ROLE, RoleSessionName="pipeline")["Credentials"]
    assumed = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    with Wire(testbed.account.url) as wire:
        run = image.run(shop, "status", AWS_ENDPOINT_URL=wire.url, AWS_ROLE=ROLE, **assumed)
    assert run.status == 0, run
    assert wire.keys("AssumeRole") == set()
    assert wire.keys("ListExecutions") == {keys["AccessKeyId"]}


def test_with_sso_the_profile_is_used(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop, tmp_path: Path
) -> None:
    profiles = tmp_path / "config"
    profiles.write_text("[profile people]\nregion = us-east-1\naws_access_key_id = test\naws_secret_access_key = x\n")
    none = {"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    with Wire(testbed.account.url) as wire:
        sso = {"AUTH_METHOD": "SSO", "SSO_PROFILE": "people", "AWS_CONFIG_FILE": str(profiles)}
        run = image.run(shop, "status", AWS_ENDPOINT_URL=wire.url, **sso, **none)
    assert run.status == 0, run
    assert wire.keys("ListExecutions") == {"test"}


def test_where_there_was_no_release_status_says_so(image: Image, shop: ScenarioShop) -> None:
    run = image.run(shop, "status")
    nobody = f"Users are served by NOBODY: {shop.name} has neither {shop.blue} nor {shop.green}."
    assert (run.status, run.said) == (0, f"{nobody}\nThere was no release yet.\n")


def test_a_reader_that_goes_away_ends_the_following_and_not_the_release(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
) -> None:
    following = image.start(shop, STATE_MACHINE_ARN=machine(testbed, "unread", StartAt="First", States=UNREAD))
    following.until_said("First").unread()
    run = following.ended()
    assert run.status == 128 + signal.SIGPIPE
    assert run.complained.startswith("Nobody reads this any more. The release goes on: arn:")


def test_a_terminal_sees_what_is_waited_for_in_one_line_that_changes(
    testbed: ScenarioTestbed, image: Image, shop: ScenarioShop
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
    variables = image.variables(shop, STATE_MACHINE_ARN=failing)
    command = [sys.executable, "-m", "trigger", "--poll=0.1"]
    process = subprocess.Popen(command, cwd=ROOT, env={"PATH": os.environ["PATH"], **variables}, stdout=theirs)  # noqa: S603
    os.close(theirs)
    assert process.wait(30) == 1
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert said.count("\r\x1b[K") > 3
