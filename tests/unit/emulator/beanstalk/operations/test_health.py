import re

import pytest

from emulator.beanstalk.operations import health
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, command_timeout, group_size
from tests.support.in_memory import VirtualBeanstalk


def test_reporting_is_basic_by_default_and_has_no_health_status(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")

    assert "HealthStatus" not in account.describe(id_)
    assert "Environment health has been set to GREEN" in account.messages(EnvironmentId=id_)


def test_basic_health_is_grey_while_updating(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = account.healthy("shop-blue"), account.healthy("shop-green")

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    assert account.describe(blue)["Health"] == "Grey"
    account.until_status(blue, "Ready")
    assert account.describe(blue)["Health"] == "Green"


def test_enhanced_health_goes_from_pending_to_ok(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    messages = account.messages(EnvironmentId=id_)
    running = "Initialization in progress (running for 0 seconds)."
    assert f"Environment health has transitioned to Pending. {running} There are no instances." in messages
    [became_ok] = [message for message in messages if message.startswith("Environment health has transitioned from ")]
    assert re.fullmatch(
        r"Environment health has transitioned from Pending to Ok\."
        r" Initialization completed 2\d seconds ago and took \d seconds\.",
        became_ok,
    )
    reported = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["All"])
    shown = (reported["HealthStatus"], reported["Color"], reported["Status"], reported["Causes"])
    assert shown == ("Ok", "Green", "Ready", [])
    assert reported["InstancesHealth"]["Ok"] == 1


def test_enhanced_health_is_info_during_a_deployment_and_ok_after_it(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"update": 60})
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_health(id_, "Info")
    assert (account.describe(id_)["Status"], account.describe(id_)["Health"]) == ("Updating", "Green")
    account.until_health(id_, "Ok")

    messages = account.messages(EnvironmentId=id_)
    running = "Application update in progress (running for 0 seconds)."
    assert f"Environment health has transitioned from Ok to Info. {running}" in messages
    assert messages[-1] == (
        "Environment health has transitioned from Info to Ok."
        " Application update completed 0 seconds ago and took 50 seconds."
    )


def test_health_is_still_info_when_a_deployment_has_just_ended(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.service.durations.set({"health": 100})

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["HealthStatus"] == "Info"
    account.until_health(id_, "Ok")
    newest, *_, starting = account.client.describe_events(EnvironmentId=id_)["Events"][:7]
    assert newest["Message"].startswith("Environment health has transitioned from Info to Ok.")
    assert starting["Message"] == "Environment update is starting."
    assert (newest["EventDate"] - starting["EventDate"]).total_seconds() >= 100


@pytest.mark.parametrize(("option", "red"), [(ENHANCED, "Severe"), ({**ENHANCED, "Value": "basic"}, "Red")])
def test_health_is_red_while_the_application_answers_500(
    account: VirtualBeanstalk, option: dict[str, str], red: str
) -> None:
    id_ = account.healthy("shop-prod", option, VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    account.hosting("shop-prod").order = 500
    account.until_health(id_, red)
    assert account.describe(id_)["Status"] == "Ready"
    assert account.get(name).status == 503

    account.hosting("shop-prod").order = None
    account.until_health(id_, "Green")
    assert account.get(name).status == 200


def test_basic_health_is_yellow_after_two_bad_checks_and_red_after_more(account: VirtualBeanstalk) -> None:
    """Colours: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_EnvironmentDescription.html.

    Words: https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/resources/strings.py
    """
    account.service.durations.set({"unhealthy": 30, "health_check": 10})
    id_ = account.healthy(VersionLabel="v1")

    account.hosting("shop-prod").order = 500
    account.until_health(id_, "Yellow")
    account.until_health(id_, "Red")

    warnings = account.client.describe_events(EnvironmentId=id_, Severity="WARN")["Events"]
    assert [event["Message"] for event in reversed(warnings)] == [
        "Environment health has transitioned from GREEN to YELLOW",
        "Environment health has transitioned from YELLOW to RED",
    ]
    account.hosting("shop-prod").order = None
    account.until_health(id_, "Green")
    assert account.messages(EnvironmentId=id_)[-1] == "Environment health has transitioned from RED to GREEN"


def test_health_is_warning_for_a_while_after_an_update_that_warns(account: VirtualBeanstalk) -> None:
    """Recorded: Ready, Yellow and Warning for 120 seconds and more after a completed update.

    https://github.com/einaregilsson/beanstalk-deploy/issues/113
    """
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    account.service.durations.set({"warning_chance": 1, "warning_after_update": 120})

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    shown = account.describe(id_)
    assert (shown["Health"], shown["HealthStatus"], shown["VersionLabel"]) == ("Yellow", "Warning", "v2")
    account.memory.advance(110)
    assert account.describe(id_)["HealthStatus"] == "Warning"
    account.until_health(id_, "Ok")
    [ok, warning] = account.client.describe_events(EnvironmentId=id_)["Events"][:2]
    assert (warning["Severity"], ok["Severity"]) == ("WARN", "INFO")
    assert warning["Message"].startswith("Environment health has transitioned from Info to Warning.")
    assert ok["Message"].startswith("Environment health has transitioned from Warning to Ok.")


def test_health_without_an_instance_is_no_data_or_red(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environment-management-pause.html."""
    enhanced = account.healthy("shop-enhanced", ENHANCED, VersionLabel="v1")
    basic = account.healthy("shop-basic", VersionLabel="v1")

    for id_ in (enhanced, basic):
        account.client.update_environment(EnvironmentId=id_, OptionSettings=group_size(0, 0))  # type: ignore[arg-type]
        account.until_status(id_, "Ready")
    account.memory.advance(30)

    shown = account.describe(enhanced)
    assert (shown["Health"], shown["HealthStatus"]) == ("Grey", "NoData")
    assert any(
        message.startswith("Environment health has transitioned from Info to No Data. There are no instances.")
        for message in account.messages(EnvironmentId=enhanced)
    )
    assert account.describe(basic)["Health"] == "Red"


def test_health_is_suspended_after_a_long_time_of_severe(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html."""
    account.service.durations.set({"severe_until_suspended": 1000})
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.hosting("shop-prod").order = 500
    account.until_health(id_, "Suspended")
    assert account.describe(id_)["Health"] == "Grey"

    account.hosting("shop-prod").order = None
    account.memory.advance(1000)
    assert account.describe(id_)["HealthStatus"] == "Suspended"
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_health(id_, "Ok")


def test_health_is_unknown_when_enhanced_reporting_has_just_begun(account: VirtualBeanstalk) -> None:
    """Unknown: an insufficient amount of data.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
    """
    id_ = account.healthy(VersionLabel="v1")
    account.service.durations.set({"health": 60})

    account.client.update_environment(EnvironmentId=id_, OptionSettings=[ENHANCED])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    assert (account.describe(id_)["Health"], account.describe(id_)["HealthStatus"]) == ("Grey", "Unknown")
    account.until_health(id_, "Ok")


def test_severe_health_has_causes(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.hosting("shop-prod").order = 500
    account.until_health(id_, "Severe")

    expected = "100.0 % of the requests are failing with HTTP 5xx. ELB processes are not healthy on all instances."
    events = account.client.describe_events(EnvironmentId=id_, Severity="WARN")["Events"]
    assert events[0]["Message"] == f"Environment health has transitioned from Ok to Severe. {expected}"
    causes = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]
    assert " ".join(causes) == expected


def test_a_health_check_does_not_count_when_an_operation_starts_meanwhile(account: VirtualBeanstalk) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")
    state = account.service._state
    environment = state.environments[id_]

    with state.lock:
        monitoring = health.monitor(state, environment, lambda _: None)
        next(monitoring)
        environment.health.checks_active = False
        monitoring.send([500])

        assert environment.instances[0].bad_since is None


@pytest.mark.parametrize(
    "option",
    [
        ("aws:elasticbeanstalk:application", "Application Healthcheck URL", "/healthz"),
        ("aws:elasticbeanstalk:application", "Application Healthcheck URL", "HTTP:80/healthz"),
        ("aws:elasticbeanstalk:environment:process:default", "HealthCheckPath", "/healthz"),
    ],
)
def test_the_health_check_requests_the_configured_path(account: VirtualBeanstalk, option: tuple[str, str, str]) -> None:
    account.version("root", source_bundles.release(500, by_path={"/healthz": 200}))
    path = dict(zip(("Namespace", "OptionName", "Value"), option, strict=True))

    account.healthy("shop-prod", path, VersionLabel="root")


def test_a_health_check_expects_200_or_what_the_matcher_says(account: VirtualBeanstalk) -> None:
    account.version("moved", source_bundles.release(302))
    timeout = command_timeout(60)
    matcher = {
        "Namespace": "aws:elasticbeanstalk:environment:process:default",
        "OptionName": "MatcherHTTPCode",
        "Value": "200-399",
    }

    strict = account.launched("shop-strict", timeout, VersionLabel="moved")
    account.healthy("shop-lenient", matcher, VersionLabel="moved")

    assert account.describe(strict)["Health"] == "Red"


def test_a_deployment_can_ignore_health_checks(account: VirtualBeanstalk) -> None:
    account.version("broken", source_bundles.release(500))
    ignoring = {"Namespace": "aws:elasticbeanstalk:command", "OptionName": "IgnoreHealthCheck", "Value": "true"}
    id_ = account.healthy("shop-prod", ENHANCED, ignoring, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="broken")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "broken"
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []
    account.until_health(id_, "Severe")


@pytest.mark.parametrize(("options", "well", "warned"), [([ENHANCED], "Ok", "Warning"), ([], "Green", "Yellow")])
def test_an_environment_whose_health_agent_warns_is_in_warning_and_serves_on(
    account: VirtualBeanstalk, options: list[dict[str, str]], well: str, warned: str
) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html: Warning is Yellow."""
    id_ = account.healthy("shop-prod", *options, VersionLabel="v1")
    account.hosting("shop-prod").warns = True
    account.until_health(id_, warned)
    assert account.get(account.describe(id_)["CNAME"]).status == 200
    account.hosting("shop-prod").warns = False
    account.until_health(id_, well)
