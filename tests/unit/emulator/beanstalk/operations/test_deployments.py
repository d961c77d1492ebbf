from tests.support.in_memory import VirtualBeanstalk


def test_the_response_to_an_update_shows_the_new_label_updating_and_grey(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert (answer["Status"], answer["Health"], answer["VersionLabel"]) == ("Updating", "Grey", "v2")
    assert account.describe(id_)["AbortableOperationInProgress"]


def test_a_deployment_runs_the_new_version_and_records_its_events(account: VirtualBeanstalk) -> None:
    id_ = account.healthy(VersionLabel="v1")

    request = account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "v2"
    assert account.answered_by(id_) == "shop-prod/v2"
    assert account.messages(RequestId=request["ResponseMetadata"]["RequestId"]) == [
        "Environment update is starting.",
        "Deploying new version to instance(s).",
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
