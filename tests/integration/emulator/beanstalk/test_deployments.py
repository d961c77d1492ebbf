import pytest
from botocore.exceptions import ClientError

from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, BeanstalkAccount, until


def test_the_answer_to_an_update_shows_the_new_label_updating_and_grey(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert (answer["Status"], answer["Health"], answer["VersionLabel"]) == ("Updating", "Grey", "v2")
    assert account.describe(id_)["AbortableOperationInProgress"]


def test_a_deployment_runs_the_new_version_and_tells_so(account: BeanstalkAccount) -> None:
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


def test_an_all_at_once_deployment_takes_the_environment_down(account: BeanstalkAccount) -> None:
    account.service.durations.set({"update": 100})
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    name = account.describe(id_)["CNAME"]
    until(lambda: account.get(name).status == 503, lambda: "the environment to be down")

    account.until_status(id_, "Ready")
    assert account.get(name).status == 200


def test_deploying_the_version_that_is_deployed_deploys_it_again(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v1")
    account.until_status(id_, "Ready")

    assert "Environment update completed successfully." in account.messages(EnvironmentId=id_)


def test_an_application_that_starts_slowly_but_in_time_is_deployed(account: BeanstalkAccount) -> None:
    account.version("slow", source_bundles.release(delay=0.5))
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="slow")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "slow"
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_an_update_needs_a_ready_environment(account: BeanstalkAccount) -> None:
    account.service.durations.set({"launch": 100})
    account.create(VersionLabel="v1")

    with pytest.raises(ClientError) as refused:
        account.client.update_environment(EnvironmentName="shop-prod", VersionLabel="v2")

    assert refused.value.response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidParameterValue",
        "Message": "Environment named shop-prod is in an invalid state for this operation. Must be Ready.",
    }


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"EnvironmentName": "shop-none"}, "No Environment found for EnvironmentName = 'shop-none'."),
        ({"EnvironmentId": "e-none"}, "No Environment found for EnvironmentId = 'e-none'."),
        ({"EnvironmentName": "shop-prod", "VersionLabel": "v9"}, "No Application Version named 'v9' found."),
        ({"VersionLabel": "v2"}, "Must specify either EnvironmentId or EnvironmentName."),
    ],
)
def test_an_update_needs_an_environment_and_a_version_that_exist(
    account: BeanstalkAccount, parameters: dict[str, str], message: str
) -> None:
    account.launched(VersionLabel="v1")

    with pytest.raises(ClientError) as refused:
        account.client.update_environment(**parameters)  # type: ignore[arg-type]

    assert refused.value.response["Error"]["Message"] == message


def test_version_and_configuration_are_not_updated_in_one_call(account: BeanstalkAccount) -> None:
    id_ = account.launched(VersionLabel="v1")

    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        account.client.update_environment(EnvironmentId=id_, VersionLabel="v2", OptionSettings=[ENHANCED])  # type: ignore[list-item]

    assert account.describe(id_)["VersionLabel"] == "v1"


def test_a_version_that_failed_to_process_cannot_be_deployed(account: BeanstalkAccount) -> None:
    account.version("text", b"no zip", Process=True)
    id_ = account.launched(VersionLabel="v1")
    until(
        lambda: account.version_status("text") == "FAILED",
        lambda: f"FAILED, but {account.version_status('text')}",
    )

    with pytest.raises(ClientError, match=r"'text' cannot be deployed: its status is FAILED"):
        account.client.update_environment(EnvironmentId=id_, VersionLabel="text")
