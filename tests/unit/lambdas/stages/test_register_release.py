"""RegisterRelease makes a version once, from a bundle that nothing overwrites."""

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.aws.bundles import Bundles
from lambdas.deployment import Deployment, SourceBundle
from lambdas.errors import (
    EnvironmentNotReadyError,
    PermissionDeniedError,
    RegistrationFailedError,
    ServiceUnavailableError,
    UnexpectedEnvironmentError,
)
from lambdas.stages import await_registration
from lambdas.stages.register_release import register_release, with_kept_bundle
from tests.support import source_bundles
from tests.support.beanstalk import BUCKET
from tests.support.stages import Release

UPLOADS = "uploads"


@dataclass
class FakeS3:
    """S3 for copies of bundles. `objects` by path, `versions` of objects by bucket, key and id."""

    objects: dict[str, bytes]
    versions: dict[tuple[str, str, str], bytes]
    fault: Exception | None = None
    copies: int = 0

    def head_object(self, **of: str) -> dict[str, int]:
        if self.fault:
            raise self.fault
        if f"/{of['Bucket']}/{of['Key']}" not in self.objects:
            raise answer("404", 404)
        return {"ContentLength": len(self.objects[f"/{of['Bucket']}/{of['Key']}"])}

    def copy_object(self, **of: Any) -> None:
        source = of["CopySource"]
        found = self.versions.get((source["Bucket"], source["Key"], source["VersionId"]))
        if found is None:
            raise answer("NoSuchVersion", 404)
        assert of["TaggingDirective"] == "REPLACE", "tags would take permissions that the function does not have"
        self.objects[f"/{of['Bucket']}/{of['Key']}"] = found
        self.copies += 1


def answer(code: str, status: int) -> ClientError:
    meta: Any = {"Error": {"Code": code, "Message": "so it is"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(meta, "CopyObject")


@pytest.fixture
def s3(release: Release) -> FakeS3:
    return FakeS3(release.account.objects, {(UPLOADS, "shop.zip", "id-1"): source_bundles.release()})


@pytest.fixture
def bundles(s3: FakeS3) -> Bundles:
    return Bundles(cast("Any", s3), BUCKET)


def asked(release: Release, **source: str) -> Deployment:
    given = {"bucket": UPLOADS, "key": "shop.zip", "version_id": "id-1", **source}
    return replace(release.plan(), version="v3", source_bundle=SourceBundle(**given))


def location(deployment: Deployment) -> tuple[str, str]:
    assert deployment.source_bundle is not None
    return deployment.source_bundle.bucket, deployment.source_bundle.key


def test_a_bundle_becomes_a_processed_version_once(release: Release) -> None:
    release.account.objects[f"/{BUCKET}/v3.zip"] = source_bundles.release()
    deployment = replace(release.plan(), version="v3", source_bundle=SourceBundle(BUCKET, "v3.zip"))
    for _ in range(2):
        register_release(deployment, release.beanstalk)
    release.eventually(lambda: await_registration.await_registration(deployment, release.beanstalk))
    assert release.calls("CreateApplicationVersion") == 3  # v1, v2 and this one


def test_a_version_that_another_run_has_just_made_is_looked_at_again(release: Release) -> None:
    """The simulator's story `bundle 19:twice`: two runs of the function look before either has made the version."""
    release.account.objects[f"/{BUCKET}/v3.zip"] = source_bundles.release()
    deployment = replace(release.plan(), version="v3", source_bundle=SourceBundle(BUCKET, "v3.zip"))
    action = "DescribeApplicationVersions"
    stale = {"kind": "stale", "service": "elasticbeanstalk", "action": action, "age": 60, "for_seconds": 60}
    release.account.memory.set_faults(stale)
    register_release(deployment, release.beanstalk)
    with pytest.raises(EnvironmentNotReadyError, match="v3 already exists"):
        register_release(deployment, release.beanstalk)
    release.account.memory.set_faults()
    assert register_release(deployment, release.beanstalk) == deployment


def test_a_label_of_another_bundle_is_not_reused(release: Release) -> None:
    deployment = replace(release.plan(), source_bundle=SourceBundle(BUCKET, "another.zip"))
    with pytest.raises(UnexpectedEnvironmentError, match=r"v2\.zip"):
        register_release(deployment, release.beanstalk)


def test_a_version_of_an_object_is_copied_and_registered_from_the_copy(release: Release, bundles: Bundles) -> None:
    kept = with_kept_bundle(asked(release), bundles)
    bucket, key = location(kept)
    assert (bucket, key.rsplit("-", 1)[0]) == (BUCKET, "bundles/shop/v3")
    register_release(kept, release.beanstalk)
    release.eventually(lambda: await_registration.await_registration(kept, release.beanstalk))
    version = release.beanstalk.version("shop", "v3")
    assert version is not None
    assert (version.bucket, version.key) == (bucket, key)


def test_a_second_run_does_not_copy_again(release: Release, s3: FakeS3, bundles: Bundles) -> None:
    first, second = with_kept_bundle(asked(release), bundles), with_kept_bundle(asked(release), bundles)
    assert location(first) == location(second)
    assert s3.copies == 1


def test_two_versions_of_an_object_never_share_a_copy(release: Release, s3: FakeS3, bundles: Bundles) -> None:
    s3.versions[UPLOADS, "shop.zip", "id-2"] = b"another"
    first, second = (
        with_kept_bundle(asked(release), bundles),
        with_kept_bundle(asked(release, version_id="id-2"), bundles),
    )
    assert location(first) != location(second)
    register_release(first, release.beanstalk)
    with pytest.raises(UnexpectedEnvironmentError, match="a version label of its own"):
        register_release(second, release.beanstalk)


def test_a_bundle_without_a_version_id_is_not_copied(release: Release, s3: FakeS3, bundles: Bundles) -> None:
    deployment = replace(asked(release), source_bundle=SourceBundle(UPLOADS, "shop.zip"))
    assert with_kept_bundle(deployment, bundles) == deployment
    assert s3.copies == 0


def test_the_key_of_a_copy_quotes_the_label(release: Release, bundles: Bundles) -> None:
    deployment = replace(asked(release), application="my shop", version="v3 (beta)?")
    assert location(with_kept_bundle(deployment, bundles))[1].startswith("bundles/my%20shop/v3%20%28beta%29%3F-")


def test_a_missing_version_of_an_object_ends_the_release(release: Release, bundles: Bundles) -> None:
    with pytest.raises(RegistrationFailedError, match=r"s3://uploads/shop\.zip .* version id-9.*NoSuchVersion"):
        with_kept_bundle(asked(release, version_id="id-9"), bundles)


@pytest.mark.parametrize(
    "fault", [answer("SlowDown", 503), answer("InternalError", 500), EndpointConnectionError(endpoint_url="s3")]
)
def test_a_fault_of_s3_is_retried(release: Release, s3: FakeS3, bundles: Bundles, fault: Exception) -> None:
    s3.fault = fault
    with pytest.raises(ServiceUnavailableError):
        with_kept_bundle(asked(release), bundles)


def test_a_denied_read_of_the_bucket_says_what_to_grant(release: Release, s3: FakeS3, bundles: Bundles) -> None:
    s3.fault = answer("403", 403)
    with pytest.raises(PermissionDeniedError, match="Let the function RegisterRelease read the bucket"):
        with_kept_bundle(asked(release), bundles)
