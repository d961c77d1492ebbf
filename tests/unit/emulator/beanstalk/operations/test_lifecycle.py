import pytest

from emulator.in_memory.hosting import InMemoryInstance
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout
from tests.support.in_memory import VirtualBeanstalk
from tests.support.option_settings import option


def test_a_launch_records_its_events(account: VirtualBeanstalk) -> None:
    """Recorded: https://github.com/PaulleDemon/AWS-deployment, and other logs of the EB CLI from 2021 to 2026."""
    id_ = account.launched(VersionLabel="v1", CNAMEPrefix="shop")

    environment = account.describe(id_)
    messages = account.messages(EnvironmentId=id_)
    [instance] = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]["Instances"]
    assert messages == [
        "createEnvironment is starting.",
        "Using elasticbeanstalk-us-east-1-123456789012 as Amazon S3 storage bucket for environment data.",
        f"Created load balancer named: {environment['EndpointURL'].split('.')[0]}",
        "Waiting for EC2 instances to launch. This may take a few minutes.",
        f"Added instance [{instance['Id']}] to your environment.",
        "Instance deployment completed successfully.",
        "Environment health has been set to GREEN",
        "Application available at shop.us-east-1.elasticbeanstalk.com.",
        "Successfully launched environment: shop-prod",
    ]
    assert account.messages(EnvironmentId=id_, Severity="WARN") == []


def test_a_launch_takes_at_least_its_duration(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"launch": 60})

    id_ = account.launched()

    environment = account.describe(id_)
    assert (environment["DateUpdated"] - environment["DateCreated"]).total_seconds() >= 60


@pytest.mark.parametrize("wait", [11, 55])
def test_health_is_ok_some_seconds_before_the_launch_ends(account: VirtualBeanstalk, wait: int) -> None:
    """Recorded: 21 seconds, in https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/tests/unit/mock_responses.py.

    Other public logs: 11 to 55. The event of the health has no RequestId there.
    """
    account.service.durations.set({"health": 60, "launch_after_health": wait})

    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="v1")

    assert account.describe(id_)["HealthStatus"] == "Ok"
    [launched, _, ok] = account.client.describe_events(EnvironmentId=id_)["Events"][:3]
    assert launched["Message"] == "Successfully launched environment: shop-prod"
    assert ok["Message"].startswith("Environment health has transitioned from Pending to Ok. Initialization completed ")
    assert "RequestId" not in ok
    assert wait <= (launched["EventDate"] - ok["EventDate"]).total_seconds() <= wait + 10


def test_a_launch_ends_when_health_is_bad(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"health": 60})
    id_ = account.create("shop-prod", ENHANCED, VersionLabel="v1")
    account.until(lambda: account.hosting("shop-prod").instances, lambda: "a deployment")

    account.hosting("shop-prod").order = 500
    account.until_status(id_, "Ready")

    assert account.describe(id_)["HealthStatus"] == "Severe"


def test_a_launched_environment_is_ready_and_pending_before_it_is_healthy_on_request(
    account: VirtualBeanstalk,
) -> None:
    """The developer guide: a new environment is Pending while its instances start.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
    """
    account.service.switches.set({"launched_health": "pending"})
    account.service.durations.set({"health": 60})

    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="v1")

    environment = account.describe(id_)
    assert (environment["Status"], environment["Health"], environment["HealthStatus"]) == ("Ready", "Grey", "Pending")
    account.until_health(id_, "Ok")


@pytest.mark.parametrize("how", ["switch", "option"])
def test_a_launch_of_an_application_that_ends_is_terminated_with_errors_on_request(
    account: VirtualBeanstalk, how: str
) -> None:
    """Events of a launch that ends Terminated: https://github.com/alienfast/elastic-beanstalk/issues/56.

    There is no event of a termination. The option is false by default, in a recorded configuration:
    https://github.com/hashicorp/terraform-provider-aws/issues/5730.
    """
    account.version("dying", source_bundles.dying())
    options = [ENHANCED]
    if how == "switch":
        account.service.switches.set({"failed_launch": "terminated"})
    else:
        options.append(option("aws:elasticbeanstalk:control", "RollbackLaunchOnFailure", "true"))

    id_ = account.create("shop-prod", *options, VersionLabel="dying", CNAMEPrefix="shop")
    account.until_status(id_, "Terminating")
    assert not account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]
    account.until_status(id_, "Terminated")

    messages = account.messages(EnvironmentId=id_)
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0] == "Instance deployment failed. For details, see 'eb-engine.log'."
    assert errors[1].endswith("Return code: 1 Output: Engine execution has encountered an error..")
    assert errors[2:] == ["Failed to launch environment."]
    assert "Command execution completed on all instances. Summary: [Successful: 0, Failed: 1]." in messages
    assert messages[-1] == "Deleting SNS topic for environment shop-prod."
    assert not any("terminateEnvironment" in message for message in messages)
    # CloudFormation's words, not an event: https://github.com/awsdocs/aws-cloudformation-user-guide/issues/782.
    assert not any("entered Terminated state" in message for message in messages)
    assert account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]
    assert account.client.describe_environments(IncludeDeleted=False)["Environments"] == []


def test_a_launch_whose_command_fails_is_ready_and_red_with_errors(account: VirtualBeanstalk) -> None:
    """Recorded, a hook: https://github.com/aws-samples/eb-docker-nginx-proxy/issues/9.

    An application that ends at its start: https://github.com/BishopFox/dufflebag/issues/4. The launch ends 62 seconds
    after the failed command, in the first and in four more public logs of 2020 to 2023.
    """
    account.service.durations.set({"launch": 1, "launch_after_failure": 62})
    account.version("dying", source_bundles.dying())

    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="dying")

    environment = account.describe(id_)
    assert environment["Health"] == "Red"
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert errors[0] == "Instance deployment failed. For details, see 'eb-engine.log'."
    assert errors[-1] == (
        "Create environment operation is complete, but with errors."
        " For more information, see troubleshooting documentation."
    )
    assert not any(message.startswith("Unsuccessful command execution") for message in errors)
    [ended, failed] = [
        event["EventDate"]
        for event in account.client.describe_events(EnvironmentId=id_)["Events"]
        if event["Message"].startswith(("Create environment operation", "Command execution completed"))
    ]
    assert (ended - failed).total_seconds() == 62
    told = next(message for message in account.messages(EnvironmentId=id_) if "to Degraded" in message)
    assert told == (
        "Environment health has transitioned from Pending to Degraded. Command failed on all instances."
        " Initialization completed 0 seconds ago and took 0 seconds."
    )


def test_a_launch_whose_command_times_out_says_so(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/troubleshooting.html has the last words."""
    account.service.durations.set({"launch": 60})
    id_ = account.create("shop-prod", ENHANCED, command_timeout(60), VersionLabel="v1")
    account.until(lambda: account.hosting("shop-prod").port, lambda: "a load balancer")
    launch = account.hosting("shop-prod").launch

    def launch_slow_instance(instance_id: str) -> InMemoryInstance:
        instance = launch(instance_id)
        patch.setattr(instance, "deploy", lambda *_: account.memory.clock.sleep(61))
        return instance

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account.hosting("shop-prod"), "launch", launch_slow_instance)
        account.until_status(id_, "Ready")

    assert account.messages(EnvironmentId=id_, Severity="WARN")[-1] == (
        "Create environment operation is complete, but with command timeouts. Try increasing the timeout period."
        " For more information, see troubleshooting documentation."
    )
    assert len(account.messages(EnvironmentId=id_, Severity="ERROR")) == 1
    assert account.describe(id_)["Health"] == "Red"


def test_a_launch_without_its_bundle_ends_terminated(account: VirtualBeanstalk) -> None:
    """Elastic Beanstalk reads the bundle before any instance gets a command. S3 ends a launch so in public logs.

    https://github.com/hashicorp/terraform-provider-aws/issues/1995
    """
    account.objects.clear()

    id_ = account.create("shop-prod", ENHANCED, VersionLabel="v1")
    account.until_status(id_, "Terminated")

    [unreadable, failed] = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert unreadable.startswith("Unable to download from S3 location (Bucket: bundles  Key: v1.zip).")
    assert failed == "Failed to launch environment."


def test_a_launch_of_an_application_that_answers_500_fails_its_health_check(account: VirtualBeanstalk) -> None:
    account.version("broken", source_bundles.release(500))

    id_ = account.launched("shop-prod", ENHANCED, command_timeout(60), VersionLabel="broken")

    assert account.describe(id_)["HealthStatus"] == "Severe"
    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert "did not pass health check after command execution." in errors[0]


def test_a_terminating_environment_serves_on_for_17_seconds(account: VirtualBeanstalk) -> None:
    """Elastic Beanstalk begins to terminate its instances 17 to 18 seconds after the begin.

    The log of `eb terminate` in https://github.com/gabepublic/aws-ebeanstalk-py-django-01
    """
    account.service.durations.set({"terminate": 200})
    id_ = account.healthy(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]
    account.client.terminate_environment(EnvironmentId=id_)

    account.memory.advance(16)
    serving = account.get(name)
    account.memory.advance(2)

    assert (serving.status, serving.answered_by) == (200, "shop-prod/v1")
    assert account.service.resolve(name) is None
    assert account.describe(id_)["Status"] == "Terminating"


def test_a_terminating_environment_ends_terminated(account: VirtualBeanstalk) -> None:
    """Events: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/eb3-terminate.html."""
    id_ = account.launched(VersionLabel="v1")

    answer = account.client.terminate_environment(EnvironmentId=id_)

    assert (answer["Status"], answer["Health"]) == ("Terminating", "Grey")
    account.until_status(id_, "Terminated")
    assert account.messages(RequestId=answer["ResponseMetadata"]["RequestId"]) == [
        "terminateEnvironment is starting.",
        "Waiting for EC2 instances to terminate. This may take a few minutes.",
        "Deleting SNS topic for environment shop-prod.",
        "terminateEnvironment completed successfully.",
    ]


def test_a_swapped_cname_is_free_after_its_environment_is_terminated(account: VirtualBeanstalk) -> None:
    blue = account.launched("shop-blue", CNAMEPrefix="shop")
    green = account.launched("shop-green")
    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(green, "Ready")

    account.client.terminate_environment(EnvironmentId=green)

    assert not account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]
    account.until_status(green, "Terminated")
    assert account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]


def test_a_restart_takes_the_application_down_and_up(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"restart": 100})
    id_ = account.healthy(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    request = account.client.restart_app_server(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Updating"
    account.until(lambda: account.get(name).status == 503, lambda: "the application to be down")
    account.until_status(id_, "Ready")
    assert account.get(name).status == 200
    assert account.messages(RequestId=request["ResponseMetadata"]["RequestId"]) == [
        "restartAppServer is starting.",
        "Instance deployment completed successfully.",
        "Restarted application server on all ec2 instances.",
    ]


def test_a_rebuild_replaces_the_load_balancer_and_keeps_cname_and_version(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")
    before = account.describe(id_)

    account.client.rebuild_environment(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Updating"
    account.until_health(id_, "Green")
    after = account.describe(id_)
    assert (after["CNAME"], after["VersionLabel"]) == (before["CNAME"], "v1")
    assert after["EndpointURL"] != before["EndpointURL"]
    assert account.answered_by(id_) == "shop-prod/v1"


def test_a_single_instance_gets_an_address_in_place_of_a_load_balancer(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/eb-events.html, its example."""
    single = {
        "Namespace": "aws:elasticbeanstalk:environment",
        "OptionName": "EnvironmentType",
        "Value": "SingleInstance",
    }
    id_ = account.launched("shop-prod", single)

    messages = account.messages(EnvironmentId=id_)

    assert f"Created EIP: {account.describe(id_)['EndpointURL']}" in messages
    assert not [message for message in messages if message.startswith("Created load balancer")]
