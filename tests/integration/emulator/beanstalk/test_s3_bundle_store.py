import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BUCKET, BeanstalkAccount


def test_a_version_without_its_bundle_in_s3_is_refused(account: BeanstalkAccount) -> None:
    location = {"S3Bucket": BUCKET, "S3Key": "v9.zip"}

    with pytest.raises(ClientError) as refused:
        account.client.create_application_version(
            ApplicationName="shop",
            VersionLabel="v9",
            SourceBundle=location,  # type: ignore[arg-type]
        )

    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidParameterCombination"
    assert error["Message"] == "Unable to download from S3 location (Bucket: bundles  Key: v9.zip). Reason: Not Found"
    assert account.client.describe_application_versions(VersionLabels=["v9"])["ApplicationVersions"] == []


def test_a_deleted_version_leaves_its_bundle_without_delete_source_bundle(account: BeanstalkAccount) -> None:
    account.client.delete_application_version(ApplicationName="shop", VersionLabel="v1")
    account.client.delete_application_version(ApplicationName="shop", VersionLabel="v2", DeleteSourceBundle=True)

    assert account.client.describe_application_versions()["ApplicationVersions"] == []
    assert list(account.objects) == [f"/{BUCKET}/v1.zip"]


def test_a_launch_without_its_bundle_in_s3_fails(account: BeanstalkAccount) -> None:
    account.objects.clear()

    id_ = account.create("shop-prod", VersionLabel="v1")
    account.until_status(id_, "Terminated")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert any(
        "Unable to download from S3 location (Bucket: bundles  Key: v1.zip). Reason: Not Found" in error
        for error in errors
    )
