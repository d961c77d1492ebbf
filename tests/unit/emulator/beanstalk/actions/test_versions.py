import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk import source_bundle
from tests.support.beanstalk import BUCKET
from tests.support.in_memory import VirtualBeanstalk


def test_a_version_is_described_with_its_bundle(account: VirtualBeanstalk) -> None:
    found = account.client.describe_application_versions(ApplicationName="shop", VersionLabels=["v1"])
    [version] = found["ApplicationVersions"]

    arn = "arn:aws:elasticbeanstalk:us-east-1:123456789012:applicationversion/shop/v1"
    assert version["ApplicationVersionArn"] == arn
    assert version["SourceBundle"] == {"S3Bucket": BUCKET, "S3Key": "v1.zip"}
    assert account.version_status("v1") == "UNPROCESSED"


def test_unknown_versions_and_applications_are_empty_lists(account: VirtualBeanstalk) -> None:
    for unknown in ({"VersionLabels": ["v9"]}, {"ApplicationName": "blog"}):
        assert account.client.describe_application_versions(**unknown)["ApplicationVersions"] == []


def test_versions_come_in_pages(account: VirtualBeanstalk) -> None:
    first = account.client.describe_application_versions(ApplicationName="shop", MaxRecords=1)
    second = account.client.describe_application_versions(
        ApplicationName="shop", MaxRecords=1, NextToken=first["NextToken"]
    )

    labels = [version["VersionLabel"] for page in (first, second) for version in page["ApplicationVersions"]]
    assert labels == ["v2", "v1"]
    assert "NextToken" not in second


def test_a_version_is_processing_and_then_processed(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"process_version": 30})
    account.version("v3", Process=True)

    assert account.version_status("v3") == "PROCESSING"
    with pytest.raises(ClientError, match=r"'v3' cannot be deployed: its status is PROCESSING"):
        account.create(VersionLabel="v3")
    account.until(lambda: account.version_status("v3") == "PROCESSED", lambda: "PROCESSED")
    assert account.messages(VersionLabel="v3")[-1] == "Finished processing application version v3"


@pytest.mark.parametrize("bundle", [b"", b"more than five bytes"])
def test_a_bundle_that_is_empty_or_too_large_is_refused(
    account: VirtualBeanstalk, bundle: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html

    The words are quoted in the notes of several public repositories; with which error code, none of them says.
    """
    monkeypatch.setattr(source_bundle, "MAXIMUM_BYTES", 5)
    with pytest.raises(ClientError, match="Source bundle is empty or exceeds maximum allowed size: 5"):
        account.version("large", bundle)


def test_processing_fails_for_a_bundle_that_is_no_zip(account: VirtualBeanstalk) -> None:
    account.version("text", b"no zip", Process=True)

    account.until(lambda: account.version_status("text") == "FAILED", lambda: "FAILED")
    [event] = account.client.describe_events(VersionLabel="text", Severity="ERROR")["Events"]
    assert event["Message"].startswith("Failed to process application version text. The source bundle is")


def test_a_second_version_of_the_same_label_is_refused(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Application Version v1 already exists\."):
        account.version("v1")


@pytest.mark.parametrize(
    "parameters", [{"SourceBundle": {"S3Bucket": BUCKET}}, {"ImageConfiguration": {"Source": {"Uri": "image"}}}]
)
def test_a_version_needs_a_bundle_in_s3_or_is_the_sample_application(
    account: VirtualBeanstalk, parameters: dict[str, object]
) -> None:
    with pytest.raises(ClientError, match="SourceBundle"):
        account.client.create_application_version(ApplicationName="shop", VersionLabel="v9", **parameters)  # type: ignore[arg-type]

    account.client.create_application_version(ApplicationName="shop", VersionLabel="sample")
    account.healthy(VersionLabel="sample")


def test_a_version_creates_its_application_only_on_request(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"No Application named 'blog' found\."):
        account.version("v1", ApplicationName="blog")

    account.version("v1", ApplicationName="blog", AutoCreateApplication=True)

    assert account.client.describe_applications(ApplicationNames=["blog"])["Applications"][0]["Versions"] == ["v1"]


def test_a_version_above_the_quota_is_refused(account: VirtualBeanstalk) -> None:
    account.service.quotas.application_versions = 2

    with pytest.raises(ClientError) as refused:
        account.version("v3")

    error = refused.value.response["Error"]
    assert error["Code"] == "TooManyApplicationVersionsException"
    assert error["Message"].startswith("You cannot have more than 2 Application Versions.")


def test_a_version_that_an_environment_runs_is_not_deleted(account: VirtualBeanstalk) -> None:
    account.launched(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"Unable to delete application version v1 .* shop-prod"):
        account.client.delete_application_version(ApplicationName="shop", VersionLabel="v1")
