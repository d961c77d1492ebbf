"""Environments are terminated when Elastic Beanstalk allows it, over all pages of its list."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.prove.beanstalk_removal import environments, remove_environments
from rehearsal.prove.names import RunNames
from rehearsal.prove.run_file import RunFile
from tests.support.proof import target

NAMES = RunNames("1a2b3c")


class FakeBeanstalk:
    """Shows environments whose statuses change with each look, two on a page."""

    def __init__(self, *looks: dict[str, str]) -> None:
        self._looks = list(looks)
        self.acts: list[str] = []

    def describe_environments(self, *, NextToken: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: N803
        look = self._looks[0]
        names = list(look)
        begin = int(NextToken or 0)
        if begin + 2 >= len(names) and len(self._looks) > 1:
            self._looks.pop(0)
        page = [
            {
                "EnvironmentName": name,
                "EnvironmentId": f"e-{name}",
                "Status": look[name],
                "AbortableOperationInProgress": look[name] == "Updating",
            }
            for name in names[begin : begin + 2]
        ]
        more = {"NextToken": str(begin + 2)} if begin + 2 < len(names) else {}
        return {"Environments": page, **more}

    def terminate_environment(self, *, EnvironmentId: str) -> None:  # noqa: N803
        self.acts.append(f"terminate {EnvironmentId}")
        if EnvironmentId == "e-busy":
            raise ClientError({"Error": {"Code": "InvalidParameterValue", "Message": "pending"}}, "Terminate")
        if EnvironmentId == "e-denied":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Terminate")

    def abort_environment_update(self, *, EnvironmentId: str) -> None:  # noqa: N803
        self.acts.append(f"abort {EnvironmentId}")


@pytest.fixture
def memory(tmp_path: Any) -> RunFile:
    return RunFile(tmp_path / "run.json", "1a2b3c", "123456789012", "eu-west-1", "now")


def test_all_pages_are_read() -> None:
    found = environments(FakeBeanstalk(dict.fromkeys("abcde", "Ready")), NAMES.application)
    assert [each["EnvironmentName"] for each in found] == list("abcde")


def test_a_launch_is_awaited_and_an_update_aborted(memory: RunFile) -> None:
    beanstalk = FakeBeanstalk(
        {"blue": "Launching", "green": "Updating"},
        {"blue": "Ready", "green": "Ready"},
        {"blue": "Terminating", "green": "Terminating"},
        {},
    )
    remove_environments(target({"elasticbeanstalk": beanstalk}), NAMES, memory)
    assert beanstalk.acts == ["abort e-green", "terminate e-blue", "terminate e-green"]
    assert memory.environment_ids == ["e-blue", "e-green"]


def test_a_refusal_after_an_old_look_is_no_failure(memory: RunFile) -> None:
    beanstalk = FakeBeanstalk({"busy": "Ready"}, {})
    remove_environments(target({"elasticbeanstalk": beanstalk}), NAMES, memory)
    assert beanstalk.acts == ["terminate e-busy"]


def test_a_denial_is_a_failure(memory: RunFile) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        remove_environments(target({"elasticbeanstalk": FakeBeanstalk({"denied": "Ready"})}), NAMES, memory)
