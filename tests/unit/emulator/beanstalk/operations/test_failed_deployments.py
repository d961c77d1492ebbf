from typing import Any

import pytest

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout
from tests.support.in_memory import VirtualBeanstalk

ENGINE_WORDS = "Engine execution has encountered an error.."
MIXED_VERSIONS = (
    "During an aborted deployment, some instances may have deployed the new application version. To ensure all"
    " instances are running the same version, re-deploy the appropriate application version."
)
NOT_RESPONDED = "The following instances have not responded in the allowed command timeout time"


def test_a_failed_deployment_ends_ready_and_red_with_the_old_label_and_error_events(account: VirtualBeanstalk) -> None:
    """Recorded: https://github.com/einaregilsson/beanstalk-deploy/issues/86."""
    account.service.durations.set({"unhealthy": 60})
    account.version("dying", source_bundles.dying())
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    request = account.client.update_environment(EnvironmentId=id_, VersionLabel="dying")
    account.until_status(id_, "Ready")

    environment = account.describe(id_)
    assert environment["VersionLabel"] == "v1"
    assert (environment["Health"], environment["HealthStatus"]) == ("Red", "Degraded")
    instance = _instance(account, id_)
    events = account.client.describe_events(RequestId=request["ResponseMetadata"]["RequestId"])["Events"]
    assert [(event["Severity"], event["Message"]) for event in reversed(events)][2:] == [
        ("ERROR", "Instance deployment failed. For details, see 'eb-engine.log'."),
        ("ERROR", f"[Instance: {instance}] Command failed on instance. Return code: 1 Output: {ENGINE_WORDS}"),
        ("INFO", "Command execution completed on all instances. Summary: [Successful: 0, Failed: 1]."),
        ("ERROR", f"Unsuccessful command execution on instance id(s) '{instance}'. Aborting the operation."),
        ("ERROR", "Failed to deploy application."),
        ("ERROR", MIXED_VERSIONS),
    ]


def test_health_is_degraded_before_the_operation_has_ended(account: VirtualBeanstalk) -> None:
    """Recorded: `Still updating, status is "Updating", health is "Red", health status is "Degraded"`.

    https://github.com/einaregilsson/beanstalk-deploy/issues/86. The words of the cause, and that it is a WARN event:
    https://github.com/BishopFox/dufflebag/issues/4 and public logs of failed launches.
    """
    account.version("dying", source_bundles.dying())
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="dying")
    account.until_status(id_, "Ready")

    events = list(reversed(account.client.describe_events(EnvironmentId=id_)["Events"]))
    messages = [event["Message"] for event in events]
    degraded = next(index for index, message in enumerate(messages) if "from Info to Degraded." in message)
    assert events[degraded]["Severity"] == "WARN"
    assert messages[degraded].startswith(
        "Environment health has transitioned from Info to Degraded. Command failed on all instances."
    )
    assert degraded < messages.index("Failed to deploy application.")
    account.until_health(id_, "Severe")


def test_an_event_never_quotes_the_application(account: VirtualBeanstalk) -> None:
    """The engine's words stand in the event, and the application's in the instance's logs.

    https://github.com/BishopFox/dufflebag/issues/4
    """
    account.version("dying", source_bundles.dying())
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="dying")
    account.until_status(id_, "Ready")

    assert "the configuration is missing" not in "".join(account.messages(EnvironmentId=id_))
    [logs] = account.service.logs("shop-prod").values()
    assert logs == {"engine": ["the configuration is missing"], "application": ["the configuration is missing"]}


def test_a_command_that_takes_too_long_is_told_as_a_time_out(account: VirtualBeanstalk) -> None:
    """Recorded: https://github.com/00one00/rswr_systems, December 2025."""
    id_ = account.healthy("shop-prod", ENHANCED, command_timeout(60), VersionLabel="v1")
    [hosting], instance = account.hosting("shop-prod").instances, _instance(account, id_)
    deploy = hosting.deploy

    def deploy_slowly(*arguments: Any) -> None:
        account.memory.clock.sleep(61)
        deploy(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hosting, "deploy", deploy_slowly)
        request = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
        account.until_status(id_, "Ready")

    events = account.client.describe_events(RequestId=request["ResponseMetadata"]["RequestId"])["Events"]
    assert [(event["Severity"], event["Message"]) for event in reversed(events)][2:6] == [
        ("WARN", f"{NOT_RESPONDED} (they might still finish eventually on their own): [{instance}]."),
        ("INFO", "Command execution completed on all instances. Summary: [Successful: 0, TimedOut: 1]."),
        ("ERROR", f"Unsuccessful command execution on instance id(s) '{instance}'. Aborting the operation."),
        ("ERROR", "Failed to deploy application."),
    ]
    assert account.describe(id_)["VersionLabel"] == "v1"


def test_a_deployment_that_answers_500_until_the_command_timeout_fails(account: VirtualBeanstalk) -> None:
    """Recorded: https://github.com/rennokki/laravel-aws-eb/issues/71."""
    account.version("broken", source_bundles.release(500))
    id_ = account.healthy("shop-prod", command_timeout(60), VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    assert (account.describe(id_)["VersionLabel"], account.describe(id_)["Health"]) == ("v1", "Red")
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert "did not pass health check after command execution. Aborting the operation." in errors[0]
    assert "Failed to deploy application." in errors


def test_an_unprocessed_bundle_that_is_no_zip_fails_when_it_is_deployed(account: VirtualBeanstalk) -> None:
    account.version("text", b"no zip")
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="text")
    account.until_status(id_, "Ready")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0] == "Instance deployment failed. For details, see 'eb-engine.log'."
    [logs] = account.service.logs("shop-prod").values()
    assert "not a zip file" in logs["engine"][0]


def test_a_bundle_that_cannot_be_read_changes_no_instance(account: VirtualBeanstalk) -> None:
    """Elastic Beanstalk copies the bundle itself, so no command runs, and its event quotes S3.

    https://github.com/aws/aws-elastic-beanstalk-cli/issues/388
    """
    account.version("lost")
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.objects.clear()

    request = account.client.update_environment(EnvironmentId=id_, VersionLabel="lost")
    account.until_status(id_, "Ready")

    errors = account.messages(RequestId=request["ResponseMetadata"]["RequestId"], Severity="ERROR")
    assert errors[0].startswith("Unable to download from S3 location (Bucket: bundles  Key: lost.zip).")
    assert errors[1:] == ["Failed to deploy application."]
    assert (account.describe(id_)["VersionLabel"], account.answered_by(id_)) == ("v1", "shop-prod/v1")
    account.until_health(id_, "Ok")


def test_after_a_failed_deployment_the_new_version_runs(account: VirtualBeanstalk) -> None:
    """An all-at-once deployment has no other instance, and AWS does not redeploy the old version."""
    account.service.durations.set({"health": 10})
    recovering = {"/health": 200}
    account.version("broken", source_bundles.release(200, by_path={"/": 500} | recovering))
    id_ = account.healthy("shop-prod", ENHANCED, command_timeout(60), VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    # With a health check that it passes, the failed version comes into service. Nothing is redeployed.
    path = {
        "Namespace": "aws:elasticbeanstalk:application",
        "OptionName": "Application Healthcheck URL",
        "Value": "/health",
    }
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[path])  # type: ignore[list-item]
    account.until_health(id_, "Degraded")

    assert account.describe(id_)["VersionLabel"] == "v1"
    assert account.answered_by(id_) == "shop-prod/broken"
    causes = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]
    [instance] = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["Deployment"])[
        "InstanceHealthList"
    ]
    assert instance["Deployment"]["VersionLabel"] == "broken"
    assert instance["Deployment"]["Status"] == "Failed"
    assert causes == ['Incorrect application version found on all instances. Expected version "v1" (deployment 1).']


def test_a_corrected_version_repairs_an_environment(account: VirtualBeanstalk) -> None:
    account.version("dying", source_bundles.dying())
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="dying")
    account.until_status(id_, "Ready")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    account.until_health(id_, "Ok")
    assert account.answered_by(id_) == "shop-prod/v2"


def _instance(account: VirtualBeanstalk, id_: str) -> str:
    """Return the id of the environment's instance."""
    return account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]["Instances"][0][
        "Id"
    ]
