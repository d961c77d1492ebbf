"""Stacks and buckets are removed, whatever state they are in."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.prove.errors import RemovalError
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.stack_removal import delete_bucket, delete_stack
from rehearsal.prove.storage import remove_stored_objects, storage_bucket
from tests.support.proof import target


class FakeFormation:
    """One stack, which after its deletion has the statuses given."""

    def __init__(self, *statuses: str | None) -> None:
        self._statuses = list(statuses)
        self.deletions = 0

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": status}]}

    def describe_stack_resources(self, **_: str) -> dict[str, Any]:
        bucket = {"ResourceType": "AWS::S3::Bucket", "PhysicalResourceId": "kept", "LogicalResourceId": "Artifacts"}
        return {"StackResources": [{**bucket, "ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "not empty"}]}

    def delete_stack(self, **_: str) -> None:
        self.deletions += 1


class FakePages:
    def __init__(self, *pages: dict[str, Any]) -> None:
        self._pages = pages
        self.prefixes: list[str] = []

    def paginate(self, **asked: Any) -> tuple[dict[str, Any], ...]:
        self.prefixes += [asked["Prefix"]] if asked.get("Prefix") else []
        return self._pages


class FakeStorage:
    def __init__(self, *pages: dict[str, Any], errors: list[dict[str, str]] | None = None) -> None:
        self.pages = FakePages(*pages)
        self._errors = errors or []
        self.calls: list[Any] = []

    def get_paginator(self, _: str) -> FakePages:
        return self.pages

    def delete_objects(self, *, Delete: dict[str, Any], **_: str) -> dict[str, Any]:  # noqa: N803
        self.calls.append([(each["Key"], each["VersionId"]) for each in Delete["Objects"]])
        return {"Errors": self._errors}

    def delete_bucket(self, *, Bucket: str) -> None:  # noqa: N803
        self.calls.append(f"delete {Bucket}")


@pytest.fixture
def memory(tmp_path: Path) -> RunFile:
    return RunFile(tmp_path / "run.json", "1a2b3c", "123456789012", "eu-west-1", "now")


def test_a_stack_is_deleted_and_its_bucket_remembered(memory: RunFile) -> None:
    formation = FakeFormation("CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", None)
    delete_stack(target({"cloudformation": formation}), "one", memory)
    assert (formation.deletions, memory.buckets) == (1, ["kept"])


def test_a_stack_that_does_not_exist_is_done(memory: RunFile) -> None:
    formation = FakeFormation(None)
    delete_stack(target({"cloudformation": formation}), "one", memory)
    assert formation.deletions == 0


def test_a_stack_that_cannot_be_deleted_is_told_with_the_reason(memory: RunFile) -> None:
    formation = FakeFormation("CREATE_COMPLETE", "DELETE_FAILED")
    with pytest.raises(RemovalError, match=r"Expected the stack one to be deleted.*Artifacts: not empty"):
        delete_stack(target({"cloudformation": formation}), "one", memory)


def test_a_bucket_is_emptied_of_all_versions_and_deleted() -> None:
    storage = FakeStorage(
        {"Versions": [{"Key": "a", "VersionId": "1"}], "DeleteMarkers": [{"Key": "a", "VersionId": "2"}]},
        {"Versions": [{"Key": "b", "VersionId": "3"}]},
    )
    delete_bucket(target({"s3": storage}), "kept")
    assert storage.calls == [[("a", "1"), ("a", "2")], [("b", "3")], "delete kept"]


def test_an_object_that_cannot_be_deleted_is_told() -> None:
    storage = FakeStorage(
        {"Versions": [{"Key": "a", "VersionId": "1"}]}, errors=[{"Key": "a", "Message": "Access Denied"}]
    )
    with pytest.raises(RemovalError, match="Found a: Access Denied"):
        delete_bucket(target({"s3": storage}), "kept")


def test_what_a_run_stored_in_the_bucket_of_all_is_deleted_with_the_times_at_which_releases_began(
    memory: RunFile,
) -> None:
    memory.environment_ids.append("e-1")
    memory.storage_bucket_existed = True
    account = target({"s3": (storage := FakeStorage({"Buckets": []}))})
    storage.pages = FakePages({"Buckets": [{"Name": storage_bucket(account)}]})
    remove_stored_objects(account, "prove", memory)
    kept = ["resources/environments/e-1/", "prove/", "resources/templates/prove/", "bluegreen/prove/"]
    assert storage.pages.prefixes == [*kept, "bluegreen/begun-releases"]
