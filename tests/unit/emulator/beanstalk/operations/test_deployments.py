from tests.support.beanstalk import ENHANCED, environment_property
from tests.support.in_memory import VirtualBeanstalk


def test_the_response_to_an_update_shows_the_new_label_updating_and_grey(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert (answer["Status"], answer["Health"], answer["VersionLabel"]) == ("Updating", "Grey", "v2")
    assert account.describe(id_)["AbortableOperationInProgress"]


def test_a_deployment_runs_the_new_version_and_records_its_events(account: VirtualBeanstalk) -> None:
    """Recorded: https://github.com/woowacourse/prolog/issues/373."""
    id_ = account.healthy(VersionLabel="v1")

    request = account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "v2"
    assert account.answered_by(id_) == "shop-prod/v2"
    assert account.messages(RequestId=request["ResponseMetadata"]["RequestId"]) == [
        "Environment update is starting.",
        "Deploying new version to instance(s).",
        "Instance deployment completed successfully.",
        "New application version was deployed to running EC2 instances.",
        "Environment update completed successfully.",
    ]


def test_the_old_label_is_shown_until_the_end_of_an_update_on_request(account: VirtualBeanstalk) -> None:
    """One recorded log of an immutable update shows the old label in DescribeEnvironments until its end."""
    account.service.switches.set({"label_during_update": "old"})
    id_ = account.healthy(VersionLabel="v1")

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert (answer["Status"], answer["VersionLabel"]) == ("Updating", "v2")
    assert (account.describe(id_)["Status"], account.describe(id_)["VersionLabel"]) == ("Updating", "v1")
    assert len(account.client.describe_environments(VersionLabel="v1")["Environments"]) == 1
    assert account.client.describe_environments(VersionLabel="v2")["Environments"] == []
    account.until_status(id_, "Ready")
    assert account.describe(id_)["VersionLabel"] == "v2"


def test_an_all_at_once_deployment_takes_the_environment_down(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"update": 100})
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    name = account.describe(id_)["CNAME"]
    account.until(lambda: account.get(name).status == 503, lambda: "the environment to be down")

    account.until_status(id_, "Ready")
    assert account.get(name).status == 200


def test_the_old_version_serves_until_the_instance_gets_its_command(account: VirtualBeanstalk) -> None:
    """Recorded: 40 seconds pass before `Deploying new version to instance(s).`, the health still Ok.

    https://github.com/einaregilsson/beanstalk-deploy/issues/86
    """
    account.service.durations.set({"update": 120})
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.memory.advance(19)

    shown = account.describe(id_)
    assert (shown["Status"], shown["HealthStatus"]) == ("Updating", "Ok")
    assert account.answered_by(id_) == "shop-prod/v1"
    account.memory.advance(1)
    assert account.describe(id_)["HealthStatus"] == "Info"
    assert account.get(account.describe(id_)["CNAME"]).status == 503


def test_a_configuration_update_that_restarts_the_application_has_both_success_texts(
    account: VirtualBeanstalk,
) -> None:
    """Recorded: https://github.com/awsdocs/aws-elastic-beanstalk-developer-guide and deploy logs of 2026-05."""
    id_ = account.healthy(VersionLabel="v1")

    request = account.client.update_environment(
        EnvironmentId=id_,
        OptionSettings=[environment_property("COLOUR", "blue")],  # type: ignore[list-item]
    )
    account.until_status(id_, "Ready")

    assert account.messages(RequestId=request["ResponseMetadata"]["RequestId"]) == [
        "Environment update is starting.",
        "Updating environment shop-prod's configuration settings.",
        "Instance deployment completed successfully.",
        "Successfully deployed new configuration to environment.",
        "Environment update completed successfully.",
    ]


def test_the_deployed_version_can_be_deployed_again(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v1")
    account.until_status(id_, "Ready")

    assert "Environment update completed successfully." in account.messages(EnvironmentId=id_)


def test_an_aborted_update_may_leave_the_new_version_on_the_instance(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"update": 1000})
    id_ = account.healthy(VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    name = account.describe(id_)["CNAME"]
    account.until(lambda: account.get(name).status == 503, lambda: "the old version to be stopped")

    account.client.abort_environment_update(EnvironmentName="shop-prod")
    account.until_status(id_, "Ready")

    account.until(lambda: account.get(name).status == 200, lambda: "the new version to come into service")
    assert account.answered_by(id_) == "shop-prod/v2"
    assert account.describe(id_)["VersionLabel"] == "v1"
