"""The environment variables of docker-beanstalk-bluegreen, and the execution input that they make."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lambdas.request import completed
from lambdas.request import green_name as green_name_of_plan
from tests.support.trigger_program import ROOT
from trigger.environment_pair import green_name
from trigger.output import waiting_for
from trigger.variables import Variables

PREDECESSOR = {
    "AWS_DEFAULT_REGION": "ap-southeast-2",
    "ENV": "prod",
    "BEANSTALK_APP_NAME": "shop",
    "BLUE_ENV_NAME": "shop-prod",
    "GREEN_ENV_NAME": "shop-spare",
    "VERSION_LABEL": "v2",
    "CREATE_CONFIG_TEMPLATE_NAME": "BlueEnvConfig",
    "S3_ARTIFACTS_BUCKET": "releases",
    "S3_ARTIFACTS_OBJECT": "shop/v2.zip",
    "RELEASE_HEALTH_CHECKING_PATH": "/health",
}
NOWHERE = "http://127.0.0.1:9"


def input_made_of(mode: str = "full", **variables: str) -> dict[str, Any]:
    """Return the execution input of the predecessor's variables and these."""
    read = Variables({**PREDECESSOR, **variables})
    found = read.execution_input(mode, dry_run=False)
    assert read.problems == []
    return found


def error_output(*arguments: str, **variables: str) -> str:
    """Return what the program writes to the standard error when it refuses the variables."""
    run = subprocess.run(  # noqa: S603 - this project's own program
        [sys.executable, "-m", "trigger", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "AWS_ENDPOINT_URL": NOWHERE, **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    return run.stderr


def test_all_missing_variables_are_named_at_once() -> None:
    error = error_output()
    names = ["BEANSTALK_APP_NAME", "BLUE_ENV_NAME", "VERSION_LABEL", "AWS_DEFAULT_REGION"]
    assert [name for name in names if f"{name} is missing" not in error] == []


def test_all_contradictions_are_named_at_once() -> None:
    error = error_output(
        "deploy",
        **PREDECESSOR,
        ARTIFACTS_S3_BUCKET="another",
        AUTH_METHOD="SSO",
        AWS_ROLE="pipeline",
        STATE_MACHINE_ARN="BeanstalkBlueGreen-prod",
        EXECUTION_INPUT='{"version": "v3", "drain_seconds": 60}',
    )
    expected = [
        "ARTIFACTS_S3_BUCKET=another contradicts S3_ARTIFACTS_BUCKET=releases",
        "SSO_PROFILE is missing",
        "AWS_ACCOUNT_ID is missing",
        "STATE_MACHINE_ARN=BeanstalkBlueGreen-prod is not the ARN of a state machine",
        "EXECUTION_INPUT gives version, and so does a variable",
    ]
    assert [words for words in expected if words not in error] == []


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"S3_ARTIFACTS_BUCKET": ""}, "ARTIFACTS_S3_BUCKET is missing"),
        ({"EXECUTION_INPUT": "[1]"}, "EXECUTION_INPUT is not a JSON object"),
        ({"EXECUTION_INPUT": "{"}, "EXECUTION_INPUT is not a JSON object"),
        ({"AUTH_METHOD": "SSO", "SSO_PROFILE": "nobody"}, "profile (nobody) could not be found"),
        ({"BLUE_ENV_NAME": ""}, "BLUE_ENV_NAME is missing"),
    ],
)
def test_each_contradiction_is_error_output(variables: dict[str, str], words: str) -> None:
    assert words in error_output(**{**PREDECESSOR, **variables})


def test_an_unknown_mode_is_error_output() -> None:
    assert "invalid choice: 'release'" in error_output("release", **PREDECESSOR)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_a_poll_that_makes_no_sense_is_refused(seconds: str) -> None:
    assert "argument --poll: invalid" in error_output(f"--poll={seconds}", **PREDECESSOR)


def test_the_variables_of_the_predecessor_make_an_input_that_plan_accepts() -> None:
    found = input_made_of(EXECUTION_INPUT='{"approval": true}')
    assert completed(found)
    assert found == {
        "application": "shop",
        "blue": "shop-prod",
        "green": "shop-spare",
        "mode": "full",
        "version": "v2",
        "source_bundle": {"bucket": "releases", "key": "shop/v2.zip"},
        "health_check": {"path": "/health"},
        "config_template": "BlueEnvConfig",
        "approval": True,
    }


def test_a_health_check_may_be_a_url() -> None:
    found = input_made_of(RELEASE_HEALTH_CHECKING_PATH="https://blue.example.com/health")
    assert found["health_check"] == {"url": "https://blue.example.com/health"}


@pytest.mark.parametrize("mode", ["cutover", "rollback"])
def test_cutover_and_rollback_ignore_the_source_bundle(mode: str) -> None:
    found = input_made_of(mode)
    assert "source_bundle" not in found
    assert completed(found)["version"] == "v2"
    assert "version" not in input_made_of(mode, VERSION_LABEL="")


def test_a_bucket_without_an_object_makes_no_source_bundle() -> None:
    assert "source_bundle" not in input_made_of(S3_ARTIFACTS_OBJECT="", BLUE_CNAME_CONFIG_FILE="blue_cname.json")


@pytest.mark.parametrize("blue", ["shop-prod", "a" * 40, f"{'a' * 33}-{'b' * 6}"])
def test_green_has_the_same_name_as_in_the_state_machine(blue: str) -> None:
    assert green_name(blue) == green_name_of_plan(blue)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("Expected g to be Ready. Found g (e-1) Launching, Grey, running None. Wait.", "waiting for g: Launching"),
        ("Expected g to be healthy. Found g (e-1) Ready, Pending, running v1. Wait.", "waiting for g: Ready, Pending"),
        (
            "Expected b to be watched for 120 seconds. Found 35. Fine.",
            "waiting for b to be watched for 120 seconds: 35",
        ),
        ("something else", "something else"),
    ],
)
def test_a_wait_is_shown_in_few_words(cause: str, words: str) -> None:
    assert waiting_for(cause) == words


def test_the_program_imports_nothing_of_the_rest_of_the_project() -> None:
    modules = [ast.parse(path.read_text()) for path in Path(ROOT, "trigger").glob("*.py")]
    imports = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.partition(".")[0]
        for node in imports
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert names - set(sys.stdlib_module_names) <= {
        "boto3",
        "botocore",
        "trigger",
        "mypy_boto3_stepfunctions",
        "mypy_boto3_elasticbeanstalk",
    }


def test_the_image_installs_the_boto3_that_the_handlers_use() -> None:
    pinned = Path(ROOT, "trigger", "requirements.txt").read_text()
    assert next(line for line in Path(ROOT, "requirements.txt").read_text().splitlines() if "boto3" in line) in pinned
    assert json.dumps(pinned).count("--hash=sha256:") == sum("==" in line for line in pinned.splitlines())
