"""What the program refuses, as a process of its own, before it calls AWS."""

import os
import subprocess
import sys

import pytest

from tests.support.predecessor import PREDECESSOR

NOWHERE = "http://127.0.0.1:9"


def error_output(*arguments: str, **variables: str) -> str:
    """Return what the program writes to the standard error when it refuses the variables."""
    run = subprocess.run(  # noqa: S603 - this project's own program
        [sys.executable, "-m", "trigger", *arguments],
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
def test_each_contradiction_is_refused(variables: dict[str, str], words: str) -> None:
    assert words in error_output(**{**PREDECESSOR, **variables})


def test_an_unknown_mode_is_refused() -> None:
    assert "invalid choice: 'release'" in error_output("release", **PREDECESSOR)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon"])
def test_a_poll_that_makes_no_sense_is_refused(seconds: str) -> None:
    assert "argument --poll: invalid" in error_output(f"--poll={seconds}", **PREDECESSOR)
