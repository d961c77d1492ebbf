"""DeployRelease deploys once, and only onto an environment that serves no users."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambdas.deployment import Deployment
from lambdas.errors import (
    DeploymentFailedError,
    EnvironmentNotReadyError,
    ServiceUnavailableError,
    UnexpectedEnvironmentError,
)
from lambdas.stages import await_release
from tests.support import source_bundles
from tests.support.beanstalk import environment_property
from tests.support.stages import Release


def test_a_version_is_deployed_onto_blue_once(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.deploy(deployment)
    release.deploy(deployment)
    release.eventually(lambda: await_release.await_release(deployment, release.visit(), release.beanstalk))
    release.deploy(deployment)
    assert release.look("shop-prod").version == "v2"
    assert release.calls("UpdateEnvironment") == 1


def test_nothing_is_deployed_onto_the_live_environment(release: Release) -> None:
    deployment = release.cloned()
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.deploy(deployment)
    assert release.calls("UpdateEnvironment") == 0


def test_a_deployment_that_failed_is_tried_again_by_the_next_run(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    release.deploy(deployment)
    release.account.until_status(deployment.blue_id, "Ready")
    release.deployed(replace(deployment, version="v2"))
    assert release.look("shop-prod").version == "v2"


def test_a_version_is_deployed_again_after_an_aborted_update_restored_its_label(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"update": 100})
    release.deploy(deployment)
    release.account.client.abort_environment_update(EnvironmentId=deployment.blue_id)
    release.account.until_status(deployment.blue_id, "Ready")
    assert release.look("shop-prod").version == "v1"
    release.account.service.durations.set({"update": 10})
    release.deployed(replace(deployment, version="v1"))
    assert release.calls("UpdateEnvironment") == 2


def test_an_update_of_another_version_that_hangs_is_aborted(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("v3")
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.wait(5)
    release.account.service.durations.set({"update": 10})
    release.deployed(deployment, started=release.account.now())
    assert release.calls("AbortEnvironmentUpdate") == 1
    assert release.look("shop-prod").version == "v2"


def test_nothing_is_deployed_by_an_execution_that_began_a_moment_ago(release: Release) -> None:
    """The execution before it may have given the users to blue a moment ago."""
    deployment = release.swapped(release.deployed(release.swapped(release.cloned(), "green")), "blue")
    release.account.version("v3")
    release.account.order_stale_reads(age=50)
    began = release.account.now()
    with pytest.raises(EnvironmentNotReadyError, match="to be 60 seconds ago"):
        release.deploy(replace(deployment, version="v3"), started=began)
    release.wait(60)
    with pytest.raises(UnexpectedEnvironmentError, match="not to serve users"):
        release.deploy(replace(deployment, version="v3"), started=began)
    assert release.calls("UpdateEnvironment") == 1


@pytest.mark.parametrize("label", ["new", "old"])
@pytest.mark.parametrize("age", [0, 15, 50])
def test_a_deployment_whose_answer_is_lost_is_neither_aborted_nor_repeated(
    release: Release, label: str, age: float
) -> None:
    """One public log shows the label of before until the end of an update (docs/rehearsal.md)."""
    release.account.service.switches.set({"label_during_update": label})
    release.account.service.durations.set({"update": 90})
    deployment = release.swapped(release.cloned(), "green")
    release.wait(60)
    entered = release.account.now()
    lost = {"kind": "error_after", "service": "elasticbeanstalk", "action": "UpdateEnvironment", "call": 1}
    stale = {"kind": "stale", "service": "elasticbeanstalk", "age": age, "for_seconds": 1e9}
    release.account.memory.set_faults(lost, *([stale] if age else []))
    with pytest.raises(ServiceUnavailableError):
        release.deploy(deployment, since=entered, started=entered - timedelta(minutes=5))
    release.deployed(deployment, since=entered, started=entered - timedelta(minutes=5))
    release.account.memory.set_faults()
    assert release.look("shop-prod").version == "v2"
    assert release.calls("AbortEnvironmentUpdate") == 0
    assert release.account.messages(EnvironmentName="shop-prod").count("Environment update is starting.") == 1


def test_a_deployment_whose_answer_is_lost_and_which_failed_is_not_repeated(release: Release) -> None:
    release.account.version("bad", source_bundles.release(500))
    deployment = replace(release.swapped(release.cloned(), "green"), version="bad")
    entered = release.account.now()
    release.deploy(deployment, since=entered)
    release.account.until_status(deployment.blue_id, "Ready")
    retried = release.deploy(deployment, since=entered)
    with pytest.raises(DeploymentFailedError):
        await_release.await_release(retried, release.visit(), release.beanstalk)
    assert release.calls("UpdateEnvironment") == 1


def test_an_update_that_began_during_this_execution_is_waited_for(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    started = release.account.now()
    release.wait(100)
    release.account.version("v3")
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.wait(5)
    release.deployed(deployment, started=started)
    assert release.calls("AbortEnvironmentUpdate") == 0
    assert release.look("shop-prod").version == "v2"


def test_the_start_of_an_aborted_update_is_logged(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("v3")
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    began = release.account.now()
    release.wait(120)
    with pytest.raises(EnvironmentNotReadyError):
        release.deploy(deployment, started=release.account.now() - timedelta(seconds=100))
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert record.__dict__["began"] == str(began)


def test_a_version_that_an_earlier_execution_left_unhealthy_is_deployed_again(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.account.hosting("shop-prod").order = 500
    release.account.until_health(deployment.blue_id, "Red")
    began = release.account.now()
    release.wait(60)
    entered = release.account.now()
    again = release.eventually(lambda: release.deploy(deployment, since=entered, started=began))
    release.deploy(deployment, since=entered, started=began)
    assert release.calls("UpdateEnvironment") == 2
    release.account.hosting("shop-prod").order = None
    assert release.eventually(lambda: await_release.await_release(again, release.visit(), release.beanstalk))


def test_a_version_that_is_unhealthy_since_this_execution_deployed_it_is_not_deployed_again(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    release.account.hosting("shop-prod").order = 500
    release.account.until_health(deployment.blue_id, "Red")
    release.deploy(deployment)
    assert release.calls("UpdateEnvironment") == 1


def test_an_update_is_waited_for_although_the_clock_of_elastic_beanstalk_is_slow(release: Release) -> None:
    """Its events may have an earlier date than the state's entry, by Step Functions' clock."""
    deployment = release.swapped(release.cloned(), "green")
    deploying = release.deploy(deployment, since=release.account.now() + timedelta(seconds=2))
    assert release.eventually(lambda: await_release.await_release(deploying, release.visit(), release.beanstalk))


def configure(release: Release, value: str = "1") -> None:
    """Start to change blue's configuration by hand."""
    settings: Any = [environment_property("DEBUG", value)]
    release.account.client.update_environment(EnvironmentName="shop-prod", OptionSettings=settings)


def test_a_configuration_update_by_hand_is_waited_for_and_not_aborted(release: Release) -> None:
    """It began before the execution, as a deployment does that is aborted."""
    deployment = release.swapped(release.cloned(), "green")
    release.account.service.durations.set({"configure": 600})
    configure(release)
    release.wait(10)
    started = release.account.now()
    release.wait(60)
    with pytest.raises(EnvironmentNotReadyError, match=r"the configuration update of shop-prod .* not aborted\. If it"):
        release.deploy(deployment, started=started)
    release.deployed(deployment, started=started)
    assert release.calls("AbortEnvironmentUpdate") == 0
    assert release.look("shop-prod").version == "v2"


def test_an_abort_says_what_it_aborts(release: Release) -> None:
    deployment = release.swapped(release.cloned(), "green")
    release.account.version("v3")
    release.account.service.durations.set({"update": 600})
    release.account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v3")
    release.wait(120)
    with pytest.raises(EnvironmentNotReadyError, match=r"running v3, in a deployment that began .* It was aborted"):
        release.deploy(deployment, started=release.account.now() - timedelta(seconds=100))


def fail_a_deployment(release: Release, deployment: Deployment) -> None:
    """Let a deployment of blue's own label fail: the label stays."""
    objects = dict(release.account.objects)
    release.account.objects.clear()
    release.beanstalk.deploy(release.look("shop-prod"), "v1")
    release.account.until_status(deployment.blue_id, "Ready")
    release.account.objects.update(objects)


@pytest.mark.parametrize("updates", [1, 300])
def test_configuration_updates_after_a_failed_deployment_do_not_make_the_label_trusted(
    release: Release, updates: int
) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.deploy-existing-version.html"""
    deployment = replace(release.swapped(release.cloned(), "green"), version="v1")
    fail_a_deployment(release, deployment)
    for number in range(updates):
        configure(release, str(number))
        release.account.until_status(deployment.blue_id, "Ready")
    release.account.until_health(deployment.blue_id, "Green")
    calls = release.calls("DescribeEvents")
    before = release.calls("UpdateEnvironment")
    release.deploy(deployment, started=release.account.now() - timedelta(seconds=61))
    assert release.calls("UpdateEnvironment") == before + 1, "deployed again"
    assert release.calls("DescribeEvents") - calls == (1 if updates == 1 else 2), "no page too many"


def test_a_deployment_that_is_followed_by_a_configuration_update_is_trusted(release: Release) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    configure(release)
    release.account.until_status(deployment.blue_id, "Ready")
    release.account.until_health(deployment.blue_id, "Green")
    began = release.account.now() - timedelta(seconds=61)
    redeployed = release.deploy(deployment, started=began)
    assert release.calls("UpdateEnvironment") == 2, "one deployment, one change of the configuration"
    assert release.eventually(lambda: await_release.await_release(redeployed, release.visit(), release.beanstalk))


def test_a_version_whose_deployment_no_event_tells_of_any_more_is_deployed_again(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = release.deployed(release.swapped(release.cloned(), "green"))
    log = release.beanstalk.events_since_deployment(release.look("shop-prod"))
    monkeypatch.setattr(release.beanstalk, "events_since_deployment", lambda _: replace(log, last_deployment=None))
    release.deploy(deployment, started=release.account.now() - timedelta(seconds=61))
    assert release.calls("UpdateEnvironment") == 2
