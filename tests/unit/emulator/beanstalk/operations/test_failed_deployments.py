from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout
from tests.support.in_memory import VirtualBeanstalk


def test_a_failed_deployment_ends_ready_and_red_with_the_old_label_and_error_events(account: VirtualBeanstalk) -> None:
    account.version("dying", source_bundles.dying())
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    request = account.client.update_environment(EnvironmentId=id_, VersionLabel="dying")
    account.until_status(id_, "Ready")

    environment = account.describe(id_)
    assert environment["VersionLabel"] == "v1"
    assert (environment["Health"], environment["HealthStatus"]) == ("Red", "Severe")
    errors = account.messages(RequestId=request["ResponseMetadata"]["RequestId"], Severity="ERROR")
    assert errors[0] == "Instance deployment failed. For details, see 'eb-engine.log'."
    assert errors[2].startswith("Unsuccessful command execution on instance id(s) 'i-")
    assert errors[3] == "Failed to deploy application."


def test_a_deployment_that_answers_500_until_the_command_timeout_fails(account: VirtualBeanstalk) -> None:
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
    assert any("not a zip file" in error for error in errors)


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
