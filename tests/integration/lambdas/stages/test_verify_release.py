"""VerifyRelease passes a release only by the expected answer of blue."""

import pytest

from lambdas.errors import ReleaseTestFailedError
from lambdas.stages import verify_release
from tests.support import source_bundles
from tests.support.stages import Release


def ask_blue(release: Release, **health_check: object) -> None:
    deployment = release.plan(capacity="template", health_check={"interval_seconds": 0, **health_check})
    verify_release.verify_release(deployment, release.visit(), release.beanstalk)


@pytest.mark.usefixtures("proxy")
def test_a_release_that_answers_as_expected_passes(release: Release) -> None:
    ask_blue(release)


@pytest.mark.usefixtures("proxy")
def test_other_answers_fail_the_release_and_are_all_named(release: Release) -> None:
    with pytest.raises(ReleaseTestFailedError, match="Found 200, 200"):
        ask_blue(release, expected_status=[204], attempts=2)


@pytest.mark.usefixtures("proxy")
def test_a_failure_does_not_quote_the_query_which_may_have_a_key_in_it(release: Release) -> None:
    with pytest.raises(ReleaseTestFailedError, match="/health to answer 204") as failed:
        ask_blue(release, path="/health?key=secret", expected_status=[204], attempts=1)
    assert "secret" not in str(failed.value)


@pytest.mark.usefixtures("proxy")
def test_a_release_that_does_not_answer_fails(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(ReleaseTestFailedError, match=r"no answer \(ProxyError\)"):
        ask_blue(release, attempts=1)


@pytest.mark.usefixtures("proxy")
def test_a_redirect_is_not_followed(release: Release) -> None:
    release.account.version("moved", source_bundles.release(by_path={"/old": 302}))
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="moved")
    blue = release.look("shop-prod").id
    release.account.until_status(blue, "Ready")
    release.account.until_health(blue, "Green")
    release.account.version("v2b")
    with pytest.raises(ReleaseTestFailedError, match="Found 302"):
        ask_blue(release, path="/old", attempts=1)
