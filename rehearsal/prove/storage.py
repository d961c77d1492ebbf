"""Elastic Beanstalk's own bucket, `elasticbeanstalk-REGION-ACCOUNT`, which all environments of a region share."""

from botocore.exceptions import ClientError

from rehearsal.prove.run_file import RunFile
from rehearsal.prove.stack_removal import bucket_names, delete_bucket, empty_bucket
from rehearsal.prove.target import ProofTarget

NO_POLICY = ("NoSuchBucketPolicy", "NoSuchBucket")
BEGUN_RELEASES = "bluegreen/begun-releases"
"""When releases of all stacks began. Others miss nothing without it: of those that wait, ten more begin."""


def storage_bucket(target: ProofTarget) -> str:
    """Return the name of the bucket."""
    return f"elasticbeanstalk-{target.region}-{target.account_id}"


def storage_bucket_exists(target: ProofTarget) -> bool:
    """Return whether the account has the bucket."""
    return storage_bucket(target) in bucket_names(target.client("s3"))


def remove_stored_objects(target: ProofTarget, application: str, memory: RunFile) -> None:
    """Delete what was stored for the run, and the bucket itself if the run was the first to need it.

    Elastic Beanstalk keeps the files of terminated environments, copies of bundles, and saved configurations. The stack
    keeps the records of its environments, and when releases began.
    """
    if not storage_bucket_exists(target):
        return
    storage, bucket = target.client("s3"), storage_bucket(target)
    for environment_id in memory.environment_ids:
        empty_bucket(storage, bucket, f"resources/environments/{environment_id}/")
    for folder in (application, f"resources/templates/{application}", f"bluegreen/{application}"):
        empty_bucket(storage, bucket, f"{folder}/")
    empty_bucket(storage, bucket, BEGUN_RELEASES)
    if memory.storage_bucket_existed is False and _holds_nothing_of_others(target, bucket):
        try:
            storage.delete_bucket_policy(Bucket=bucket)  # Elastic Beanstalk's policy denies the deletion
        except ClientError as error:
            if error.response["Error"]["Code"] not in NO_POLICY:
                raise
        delete_bucket(target, bucket)


def _holds_nothing_of_others(target: ProofTarget, bucket: str) -> bool:
    """Return whether the bucket has no environment's files and no bundles. `.elasticbeanstalk` marks it as a bucket."""
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return all(each["Key"] == ".elasticbeanstalk" for page in pages for each in page.get("Contents", []))
