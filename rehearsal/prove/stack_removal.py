"""Deletes stacks, and the buckets that they keep."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.prove.errors import RemovalError
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.target import ProofTarget

DELETION_MINUTES = 30.0
NO_BUCKET = ("NoSuchBucket", "404")


def delete_stack(target: ProofTarget, name: str, memory: RunFile) -> None:
    """Delete a stack, and return when it is gone. `memory` keeps the names of its buckets. Raises RemovalError."""
    formation = target.client("cloudformation")
    if stack_status(formation, name) is None:
        return
    for resource in formation.describe_stack_resources(StackName=name)["StackResources"]:
        if resource["ResourceType"] == "AWS::S3::Bucket" and resource.get("PhysicalResourceId"):
            memory.remember_bucket(resource["PhysicalResourceId"])
    formation.delete_stack(StackName=name)

    def ended() -> bool:
        return stack_status(formation, name) in (None, "DELETE_FAILED")

    target.until(
        ended, f"the stack {name} to be deleted", DELETION_MINUTES, found=lambda: stack_status(formation, name)
    )
    if stack_status(formation, name) is not None:
        raise RemovalError(
            f"Expected the stack {name} to be deleted. Found that it failed: {_failures(formation, name)}"
        )


def stack_status(formation: Any, name: str) -> str | None:
    """Return the status of a stack; None when it does not exist."""
    try:
        found: str = formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return None if found == "DELETE_COMPLETE" else found


def stack_names(formation: Any) -> Iterator[str]:
    """Yield the names of the stacks that are not deleted."""
    for page in formation.get_paginator("describe_stacks").paginate():
        yield from (each["StackName"] for each in page["Stacks"] if each["StackStatus"] != "DELETE_COMPLETE")


def delete_bucket(target: ProofTarget, bucket: str) -> None:
    """Delete a bucket with all versions of all its objects. A bucket that does not exist is done."""
    storage = target.client("s3")
    try:
        empty_bucket(storage, bucket)
        storage.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NO_BUCKET:
            raise


def empty_bucket(storage: Any, bucket: str, prefix: str = "") -> None:
    """Delete all versions of the objects whose keys begin with `prefix`. Raises RemovalError."""
    for page in storage.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
        # A page has at most 1,000 versions, as many as one call takes.
        answer = storage.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True}) if keys else {}
        if answer.get("Errors"):
            first = answer["Errors"][0]
            raise RemovalError(
                f"Expected the objects of {bucket} to be deleted. Found {first['Key']}: {first['Message']}"
            )


def bucket_names(storage: Any) -> Iterator[str]:
    """Yield the names of the account's buckets."""
    for page in storage.get_paginator("list_buckets").paginate():
        yield from (each["Name"] for each in page["Buckets"])


def _failures(formation: Any, name: str) -> str:
    found = formation.describe_stack_resources(StackName=name)["StackResources"]
    failed = [each for each in found if each["ResourceStatus"] == "DELETE_FAILED"]
    return "; ".join(f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed)
