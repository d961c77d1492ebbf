import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BUCKET, BeanstalkAccount, until


def test_a_version_is_described_with_its_bundle(account: BeanstalkAccount) -> None:
    found = account.client.describe_application_versions(ApplicationName="shop", VersionLabels=["v1"])
    [version] = found["ApplicationVersions"]

    arn = "arn:aws:elasticbeanstalk:us-east-1:123456789012:applicationversion/shop/v1"
    assert version["ApplicationVersionArn"] == arn
    assert version["SourceBundle"] == {"S3Bucket": BUCKET, "S3Key": "v1.zip"}
    assert account.version_status("v1") == "UNPROCESSED"


def test_unknown_versions_and_applications_are_empty_lists(account: BeanstalkAccount) -> None:
    for unknown in ({"VersionLabels": ["v9"]}, {"ApplicationName": "blog"}):
        assert account.client.describe_application_versions(**unknown)["ApplicationVersions"] == []


def test_versions_come_in_pages(account: BeanstalkAccount) -> None:
    first = account.client.describe_application_versions(ApplicationName="shop", MaxRecords=1)
    second = account.client.describe_application_versions(
        ApplicationName="shop", MaxRecords=1, NextToken=first["NextToken"]
    )

    labels = [version["VersionLabel"] for page in (first, second) for version in page["ApplicationVersions"]]
    assert labels == ["v2", "v1"]
    assert "NextToken" not in second


def test_a_version_to_be_processed_is_processing_and_then_processed(account: BeanstalkAccount) -> None:
    account.service.durations.set({"process_version": 30})
    account.version("v3", Process=True)

    assert account.version_status("v3") == "PROCESSING"
    with pytest.raises(ClientError, match=r"'v3' cannot be deployed: its status is PROCESSING"):
        account.create(VersionLabel="v3")
    until(lambda: account.version_status("v3") == "PROCESSED", lambda: "PROCESSED")
    assert account.messages(VersionLabel="v3")[-1] == "Finished processing application version v3"


@pytest.mark.parametrize("bundle", [b"", b"no zip"])
def test_a_bundle_that_is_no_zip_fails_to_be_processed(account: BeanstalkAccount, bundle: bytes) -> None:
    account.version("text", bundle, Process=True)

    until(lambda: account.version_status("text") == "FAILED", lambda: "FAILED")
    [event] = account.client.describe_events(VersionLabel="text", Severity="ERROR")["Events"]
    assert event["Message"].startswith("Failed to process application version text. The source bundle is")


def test_a_version_label_is_taken(account: BeanstalkAccount) -> None:
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Application Version v1 already exists\."):
        account.version("v1")


def test_a_bundle_that_is_not_in_s3_makes_no_version(account: BeanstalkAccount) -> None:
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


@pytest.mark.parametrize(
    "parameters", [{"SourceBundle": {"S3Bucket": BUCKET}}, {"ImageConfiguration": {"Source": {"Uri": "image"}}}]
)
def test_a_version_comes_from_a_bundle_in_s3_or_is_the_sample(
    account: BeanstalkAccount, parameters: dict[str, object]
) -> None:
    with pytest.raises(ClientError, match="SourceBundle"):
        account.client.create_application_version(ApplicationName="shop", VersionLabel="v9", **parameters)  # type: ignore[arg-type]

    account.client.create_application_version(ApplicationName="shop", VersionLabel="sample")
    account.healthy(VersionLabel="sample")


def test_an_application_is_made_for_a_version_only_if_asked(account: BeanstalkAccount) -> None:
    with pytest.raises(ClientError, match=r"No Application named 'blog' found\."):
        account.version("v1", ApplicationName="blog")

    account.version("v1", ApplicationName="blog", AutoCreateApplication=True)

    assert account.client.describe_applications(ApplicationNames=["blog"])["Applications"][0]["Versions"] == ["v1"]


def test_the_quota_of_versions_is_kept(account: BeanstalkAccount) -> None:
    account.service.quotas.application_versions = 2

    with pytest.raises(ClientError) as refused:
        account.version("v3")

    error = refused.value.response["Error"]
    assert error["Code"] == "TooManyApplicationVersionsException"
    assert error["Message"].startswith("You cannot have more than 2 Application Versions.")


def test_a_version_that_an_environment_runs_is_not_deleted(account: BeanstalkAccount) -> None:
    account.launched(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"Unable to delete application version v1 .* shop-prod"):
        account.client.delete_application_version(ApplicationName="shop", VersionLabel="v1")


def test_a_deleted_version_leaves_its_bundle_unless_told_otherwise(account: BeanstalkAccount) -> None:
    account.client.delete_application_version(ApplicationName="shop", VersionLabel="v1")
    account.client.delete_application_version(ApplicationName="shop", VersionLabel="v2", DeleteSourceBundle=True)

    assert account.client.describe_application_versions()["ApplicationVersions"] == []
    assert list(account.objects) == [f"/{BUCKET}/v1.zip"]
