from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from emulator.beanstalk.operations import health
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, BeanstalkAccount, until


def _breakable(flag: Path) -> dict[str, str]:
    """An environment property with which the test's release answers 500 while the flag exists."""
    return {
        "Namespace": "aws:elasticbeanstalk:application:environment",
        "OptionName": "BROKEN_WHEN_EXISTS",
        "Value": str(flag),
    }


def test_reporting_is_basic_unless_asked_and_has_no_health_status(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")

    assert "HealthStatus" not in account.describe(id_)
    assert "Environment health has been set to GREEN" in account.messages(EnvironmentId=id_)


def test_basic_health_is_grey_while_updating(account: BeanstalkAccount) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = account.healthy("shop-blue"), account.healthy("shop-green")

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    assert account.describe(blue)["Health"] == "Grey"
    account.until_status(blue, "Ready")
    assert account.describe(blue)["Health"] == "Green"


@pytest.mark.parametrize("action", ["describe_environment_health", "describe_instances_health"])
def test_enhanced_health_is_not_to_be_had_under_basic_reporting(account: BeanstalkAccount, action: str) -> None:
    id_ = account.launched()

    with pytest.raises(ClientError, match=r"\(InvalidRequestException\).*Health is not supported\."):
        getattr(account.client, action)(EnvironmentId=id_)


def test_enhanced_health_goes_from_pending_to_ok(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    messages = account.messages(EnvironmentId=id_)
    assert any(message.startswith("Environment health has transitioned to Pending.") for message in messages)
    assert "Environment health has transitioned from Pending to Ok." in messages
    told = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["All"])
    assert (told["HealthStatus"], told["Color"], told["Status"], told["Causes"]) == ("Ok", "Green", "Ready", [])
    assert told["InstancesHealth"]["Ok"] == 1


def test_only_the_attributes_that_are_asked_for_are_told(account: BeanstalkAccount) -> None:
    id_ = account.launched("shop-prod", ENHANCED)

    told = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Color"])

    assert set(told) - {"ResponseMetadata"} == {"EnvironmentName", "Color"}


def test_enhanced_health_is_info_during_a_deployment_and_ok_again_after_it(account: BeanstalkAccount) -> None:
    account.service.durations.set({"update": 60})
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_health(id_, "Info")
    assert (account.describe(id_)["Status"], account.describe(id_)["Health"]) == ("Updating", "Green")
    account.until_health(id_, "Ok")

    assert "Environment health has transitioned from Info to Ok." in account.messages(EnvironmentId=id_)


def test_health_is_still_info_when_a_deployment_has_just_ended(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.service.durations.set({"health": 100})

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["HealthStatus"] == "Info"
    account.until_health(id_, "Ok")
    newest, *_, starting = account.client.describe_events(EnvironmentId=id_)["Events"][:6]
    assert newest["Message"] == "Environment health has transitioned from Info to Ok."
    assert starting["Message"] == "Environment update is starting."
    assert (newest["EventDate"] - starting["EventDate"]).total_seconds() >= 100


@pytest.mark.parametrize(("option", "red"), [(ENHANCED, "Severe"), ({**ENHANCED, "Value": "basic"}, "Red")])
def test_an_application_that_turns_bad_turns_red_and_comes_back(
    account: BeanstalkAccount, tmp_path: Path, option: dict[str, str], red: str
) -> None:
    flag = tmp_path / "broken"
    id_ = account.healthy("shop-prod", option, _breakable(flag), VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    flag.touch()
    account.until_health(id_, red)
    assert account.describe(id_)["Status"] == "Ready"
    assert account.get(name).status == 503

    flag.unlink()
    account.until_health(id_, "Green")
    assert account.get(name).status == 200


def test_severe_health_tells_its_causes(account: BeanstalkAccount, tmp_path: Path) -> None:
    flag = tmp_path / "broken"
    id_ = account.healthy("shop-prod", ENHANCED, _breakable(flag), VersionLabel="v1")

    flag.touch()
    account.until_health(id_, "Severe")

    expected = "100.0 % of the requests are failing with HTTP 5xx. ELB processes are not healthy on all instances."
    events = account.client.describe_events(EnvironmentId=id_, Severity="WARN")["Events"]
    assert events[0]["Message"] == f"Environment health has transitioned from Ok to Severe. {expected}"
    causes = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]
    assert " ".join(causes) == expected


def test_an_application_whose_process_ends_turns_red(account: BeanstalkAccount) -> None:
    mortal = source_bundles.packed(
        {"Procfile": "web: python server.py & sleep 1", "server.py": source_bundles.SERVER_THAT_ANSWERS_200}
    )
    account.version("mortal", mortal)
    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="mortal")

    account.until_health(id_, "Severe")

    causes = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]
    assert "None of the instances are sending data." in causes


def test_a_health_check_that_an_operation_overtakes_counts_for_nothing(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    state = account.service._state
    environment = state.environments[id_]

    with state.lock:
        watching = health.monitor(state, environment)
        next(watching)
        environment.health.checks_active = False
        watching.send(500)

        assert environment.health.bad_since is None


@pytest.mark.parametrize(
    "option",
    [
        ("aws:elasticbeanstalk:application", "Application Healthcheck URL", "/healthz"),
        ("aws:elasticbeanstalk:application", "Application Healthcheck URL", "HTTP:80/healthz"),
        ("aws:elasticbeanstalk:environment:process:default", "HealthCheckPath", "/healthz"),
    ],
)
def test_the_health_check_asks_for_the_configured_path(account: BeanstalkAccount, option: tuple[str, str, str]) -> None:
    account.version("root", source_bundles.release(500, by_path={"/healthz": 200}))
    path = dict(zip(("Namespace", "OptionName", "Value"), option, strict=True))

    account.healthy("shop-prod", path, VersionLabel="root")


def test_a_health_check_wants_200_unless_the_matcher_says_otherwise(account: BeanstalkAccount) -> None:
    account.version("moved", source_bundles.release(302))
    timeout = {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "Timeout", "Value": "60"}
    matcher = {
        "Namespace": "aws:elasticbeanstalk:environment:process:default",
        "OptionName": "MatcherHTTPCode",
        "Value": "200,300-399",
    }

    strict = account.launched("shop-strict", timeout, VersionLabel="moved")
    account.healthy("shop-lenient", matcher, VersionLabel="moved")

    assert account.describe(strict)["Health"] == "Red"


def test_a_deployment_may_ignore_health_checks(account: BeanstalkAccount) -> None:
    account.version("broken", source_bundles.release(500))
    ignoring = {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "IgnoreHealthCheck", "Value": "true"}
    id_ = account.healthy("shop-prod", ENHANCED, ignoring, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "broken"
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []
    account.until_health(id_, "Severe")


def test_instances_health_names_the_instance_and_the_version_on_it(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    instances = account.client.describe_instances_health(EnvironmentId=id_, AttributeNames=["All"])[
        "InstanceHealthList"
    ]

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert [instance["InstanceId"] for instance in instances] == [resources["Instances"][0]["Id"]]
    assert instances[0]["Deployment"]["VersionLabel"] == "v1"
    assert (instances[0]["HealthStatus"], instances[0]["Color"]) == ("Ok", "Green")


def test_probing_stops_when_the_environment_is_terminated(account: BeanstalkAccount, tmp_path: Path) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    assert account.describe(id_)["Health"] == "Grey"
    assert not any("Severe" in message for message in account.messages(EnvironmentId=id_))
    until(lambda: not list(tmp_path.glob(f"home/{id_}")), lambda: "what was unpacked to be removed")
