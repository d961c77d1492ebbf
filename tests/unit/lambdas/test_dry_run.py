"""A dry run tells of the bundle, and refuses one that is missing."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.aws.bundles import Bundles
from lambdas.deployment import Deployment
from lambdas.dry_run import planned
from lambdas.errors import ReleaseRefusedError
from tests.support.stages import Release

BUNDLE = {"bucket": "uploads", "key": "shop.zip", "version_id": "id-1"}


@pytest.fixture
def s3() -> Iterator[Stubber]:
    """Yield what answers S3's client."""
    with Stubber(boto3.client("s3", region_name="us-east-1")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def dry(release: Release, version: str = "v4", **bundle: str) -> Deployment:
    return release.plan(version=version, dry_run=True, source_bundle=bundle or BUNDLE)


def outcome(release: Release, deployment: Deployment, s3: Stubber) -> dict[str, Any]:
    client: Any = s3.client
    return planned(deployment, release.beanstalk, lambda: Bundles(client, "kept"))


def test_a_dry_run_without_a_bundle_asks_s3_nothing(release: Release, s3: Stubber) -> None:
    told = outcome(release, release.plan(dry_run=True), s3)
    assert told.keys() == {"status", "would", "deployment"}


def test_a_bundle_is_told_with_its_size(release: Release, s3: Stubber) -> None:
    asked = {"Bucket": "uploads", "Key": "shop.zip", "VersionId": "id-1"}
    s3.add_response("head_object", {"ContentLength": 12_345}, asked)
    told = outcome(release, dry(release), s3)
    assert told["bundle"] == "v4 would be made from s3://uploads/shop.zip in the version id-1, 12,345 bytes"
    assert told["status"] == "planned"


def test_a_label_that_is_registered_is_told_with_the_bundle_that_it_has(release: Release, s3: Stubber) -> None:
    version = release.beanstalk.version("shop", "v2")
    assert version
    assert version.bucket
    assert version.key
    asked = {"Bucket": version.bucket, "Key": version.key}
    s3.add_response("head_object", {"ContentLength": 7}, asked)
    told = outcome(release, dry(release, "v2", bucket=version.bucket, key=version.key), s3)
    assert told["bundle"] == f"v2 is registered already, from s3://{version.bucket}/{version.key}, 7 bytes"


def test_a_label_with_another_bundle_is_refused(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError, match=r"v2 to be made from s3://uploads/shop\.zip in the version id-1"):
        dry(release, "v2")


@pytest.mark.parametrize(("status", "found"), [(404, "none"), (400, "400 from HeadObject")])
def test_a_bundle_that_is_missing_is_refused(release: Release, s3: Stubber, status: int, found: str) -> None:
    """HeadObject has no body, so its errors have no code of their own.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    s3.add_client_error("head_object", str(status), http_status_code=status)
    with pytest.raises(ReleaseRefusedError, match=rf"the bundle s3://uploads/shop.zip in the .*Found {found}"):
        outcome(release, dry(release), s3)


def test_a_bundle_that_plan_may_not_look_at_is_told_and_not_refused(release: Release, s3: Stubber) -> None:
    s3.add_client_error("head_object", "403", "Forbidden", http_status_code=403)
    told = outcome(release, dry(release), s3)
    assert told["status"] == "planned"
    assert "Plan cannot tell whether it exists: 403 from HeadObject: Forbidden." in told["bundle"]
    assert "Allow s3:GetObject on what is needed to show s3://uploads/shop.zip" in told["bundle"]
