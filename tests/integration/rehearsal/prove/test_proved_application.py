"""The platform and the bundles of the proof's application."""

import io
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.prove.bundles import source_bundle
from rehearsal.prove.errors import ProofError
from rehearsal.prove.names import RunNames
from rehearsal.prove.proved_application import ProvedApplication, newest_python
from rehearsal.prove.run_file import RunFile
from tests.support.proof import target

PYTHON = "64bit Amazon Linux 2023 v4.7.2 running Python 3.13"


def test_the_newest_python_is_taken_by_numbers_and_not_by_letters() -> None:
    older = [PYTHON.replace("3.13", "3.9"), PYTHON.replace("4.7.2", "4.7.1"), "64bit Amazon Linux 2 v3.5 running PHP 8"]
    assert newest_python([older[0], PYTHON, *older[1:]]) == PYTHON
    assert newest_python([PYTHON.replace("4.7.2", "4.10.0"), PYTHON]) == PYTHON.replace("4.7.2", "4.10.0")


def test_a_region_without_python_is_told() -> None:
    with pytest.raises(ProofError, match="Expected a Python platform"):
        newest_python(["64bit Amazon Linux 2 v3.5 running PHP 8"])


def test_only_the_failing_bundle_has_a_failing_command() -> None:
    def files(bundle: bytes) -> set[str]:
        return set(zipfile.ZipFile(io.BytesIO(bundle)).namelist())

    good, bad = files(source_bundle("v1")), files(source_bundle("v3", fails_when_told=True))
    assert bad - good == {"fails_when_told", ".ebextensions/fail.config"}


class FakeBeanstalk:
    """Refuses the launch with each of the messages given, and then shows the environment as told."""

    def __init__(self, *refusals: str, shown: list[dict[str, str]] | None = None, error: str = "") -> None:
        self._refusals = list(refusals)
        self._shown = shown or []
        self._error = error

    def list_available_solution_stacks(self) -> dict[str, Any]:
        return {"SolutionStacks": [PYTHON]}

    def create_environment(self, **_: Any) -> dict[str, Any]:
        if self._refusals:
            message = self._refusals.pop(0)
            raise ClientError({"Error": {"Code": "InvalidParameterValue", "Message": message}}, "CreateEnvironment")
        return {"EnvironmentId": "e-1", "EnvironmentArn": "arn", "ResponseMetadata": {"RequestId": "r"}}

    def describe_environments(self, **_: Any) -> dict[str, Any]:
        return {"Environments": self._shown}

    def get_paginator(self, _: str) -> Any:
        found = {"Severity": "ERROR", "Message": self._error, "EventDate": None}

        class FakePages:
            def paginate(self, **_: Any) -> list[dict[str, Any]]:
                return [{"Events": [found] if found["Message"] else []}]

        return FakePages()


NAMES = RunNames("1a2b3c")
READY = {"EnvironmentName": NAMES.blue, "Status": "Ready", "Health": "Green", "EnvironmentId": "e-1"}


def application(tmp_path: Any, beanstalk: FakeBeanstalk) -> ProvedApplication:
    memory = RunFile(tmp_path / "run.json", "1a2b3c", "123456789012", "eu-west-1", "now")
    return ProvedApplication(target({"elasticbeanstalk": beanstalk}), NAMES, memory, "bucket")


def test_a_launch_waits_until_its_roles_can_be_seen(tmp_path: Any) -> None:
    refusal = f"The instance profile {NAMES.instance_role} associated with the environment does not exist."
    assert application(tmp_path, FakeBeanstalk(refusal, shown=[READY])).launch().environment_id == "e-1"


def test_a_change_is_awaited_although_the_first_look_shows_the_status_before(tmp_path: Any) -> None:
    statuses = ["Ready", "Ready", "Updating", "Updating", *["Ready"] * 9]

    class ChangingBeanstalk(FakeBeanstalk):
        def describe_environments(self, **_: Any) -> dict[str, Any]:
            return {"Environments": [{**READY, "Status": statuses.pop(0)}]}

    application(tmp_path, ChangingBeanstalk()).until_settled()
    assert "Updating" not in statuses


def test_every_other_refusal_ends_the_launch(tmp_path: Any) -> None:
    with pytest.raises(ClientError, match="DNS name"):
        application(tmp_path, FakeBeanstalk("DNS name (fqdn) is not available.")).launch()


def test_a_launch_that_ends_terminated_is_told_with_its_errors(tmp_path: Any) -> None:
    beanstalk = FakeBeanstalk(error="Failed to launch environment.")
    with pytest.raises(ProofError, match=r"Found that it failed: no environment\. Failed to launch environment"):
        application(tmp_path, beanstalk).launch()
