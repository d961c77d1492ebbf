"""The S3 source action: the newest version of an object becomes an artifact.

Sources: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html, and for the permissions
https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
"""

from typing import Any, ClassVar

from botocore.exceptions import ClientError

from emulator.codepipeline.errors import ActionFailedError
from emulator.codepipeline.model import Json
from emulator.codepipeline.providers.provider import Acting, ActionContext, ActionOutcome, Range, slowly

SUMMARY = "codepipeline-artifact-revision-summary"
"""The object's metadata that becomes the summary of the revision."""
_MISSING = ("NoSuchKey", "NoSuchVersion", "404")


class S3Source:
    """Copies an object to the artifacts. Its bucket must keep versions."""

    required: ClassVar[tuple[str, ...]] = ("S3Bucket", "S3ObjectKey")
    artifacts: ClassVar[tuple[Range, Range]] = ((0, 0), (1, 1))

    def run(self, context: ActionContext) -> Acting:
        """Return the variables BucketName, ObjectKey, VersionId and ETag."""
        outcome: ActionOutcome = yield slowly(self._copy, context)
        return outcome

    def _copy(self, context: ActionContext) -> ActionOutcome:
        override = context.execution.overrides.get(context.run.name, {})
        bucket = context.configuration["S3Bucket"]
        key = override.get("S3_OBJECT_KEY", context.configuration["S3ObjectKey"])
        s3 = context.client("s3")
        if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
            message = f"The bucket {bucket} does not keep versions of its objects. Enable versioning."
            raise ActionFailedError("ConfigurationError", message)
        found = _read(s3, bucket, key, override.get("S3_OBJECT_VERSION_ID"))
        version, (artifact,) = found["VersionId"], context.output_artifacts
        summary = found.get("Metadata", {}).get(SUMMARY, f"Amazon S3 version id: {version}")
        return ActionOutcome(
            variables={"BucketName": bucket, "ObjectKey": key, "VersionId": version, "ETag": found["ETag"].strip('"')},
            artifacts=context.put_artifact(artifact, found["Body"].read()),
            revision={
                "artifact": artifact,
                "revisionId": version,
                "revisionSummary": summary,
                "revisionUrl": f"https://s3.console.aws.amazon.com/s3/object/{bucket}?prefix={key}&versionId={version}",
                "created": found["LastModified"].timestamp(),
            },
            summary=summary,
        )


def _read(s3: Any, bucket: str, key: str, version: str | None) -> Json:
    chosen = {"VersionId": version} if version else {}
    try:
        found: Json = s3.get_object(Bucket=bucket, Key=key, **chosen)
    except ClientError as error:
        if error.response["Error"].get("Code") not in _MISSING:
            raise
        message = f"The bucket {bucket} has no object with the key {key}. Upload one: {error}"
        raise ActionFailedError("RevisionUnavailable", message) from error
    return found
