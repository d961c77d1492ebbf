"""AwaitRegistration ends with a version that can be deployed, or with an error."""

from dataclasses import replace

import pytest

from lambdas.deployment import SourceBundle
from lambdas.errors import RegistrationFailedError
from lambdas.stages import await_registration
from lambdas.stages.register_release import register_release
from tests.support.beanstalk import BUCKET
from tests.support.stages import Release


def test_a_bundle_that_is_not_a_zip_ends_the_release(release: Release) -> None:
    release.account.objects[f"/{BUCKET}/v3.zip"] = b"no zip"
    deployment = replace(release.plan(), version="v3", source_bundle=SourceBundle(BUCKET, "v3.zip"))
    register_release(deployment, release.beanstalk)
    with pytest.raises(RegistrationFailedError):
        release.eventually(lambda: await_registration.await_registration(deployment, release.beanstalk))


def test_a_version_that_does_not_show_yet_is_waited_for(release: Release) -> None:
    deployment = replace(release.plan(), version="v9")
    with pytest.raises(RegistrationFailedError, match="no such version") as missing:
        await_registration.await_registration(deployment, release.beanstalk)
    assert missing.value.settles
