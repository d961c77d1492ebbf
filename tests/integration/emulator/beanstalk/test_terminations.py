import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BeanstalkAccount, until


def test_a_terminating_environment_ends_terminated(account: BeanstalkAccount) -> None:
    id_ = account.launched(VersionLabel="v1")

    answer = account.client.terminate_environment(EnvironmentId=id_)

    assert (answer["Status"], answer["Health"]) == ("Terminating", "Grey")
    account.until_status(id_, "Terminated")
    assert account.messages(RequestId=answer["ResponseMetadata"]["RequestId"]) == [
        "terminateEnvironment is starting.",
        "terminateEnvironment completed successfully.",
    ]


def test_a_terminating_environment_serves_nobody_any_more(account: BeanstalkAccount) -> None:
    account.service.durations.set({"terminate": 1000})
    id_ = account.healthy(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    account.client.terminate_environment(EnvironmentId=id_)

    until(lambda: account.service.resolve(name) is None, lambda: "the load balancer to be gone")


@pytest.mark.parametrize(
    ("duration", "state"), [("launch", "creation"), ("update", "deployment"), ("terminate", "termination")]
)
def test_an_environment_in_the_middle_of_something_cannot_be_terminated(
    account: BeanstalkAccount, duration: str, state: str
) -> None:
    if duration == "launch":
        account.service.durations.set({"launch": 1000})
        id_ = account.create()
    else:
        id_ = account.launched(VersionLabel="v1")
        account.service.durations.set({duration: 1000})
    if duration == "update":
        account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    if duration == "terminate":
        account.client.terminate_environment(EnvironmentId=id_)

    with pytest.raises(
        ClientError, match=f"Cannot terminate environment named shop-prod. It is currently pending {state}."
    ):
        account.client.terminate_environment(EnvironmentId=id_)


def test_a_terminated_environment_is_not_found(account: BeanstalkAccount) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    with pytest.raises(ClientError, match=r"No Environment found for EnvironmentName = 'shop-prod'\."):
        account.client.terminate_environment(EnvironmentName="shop-prod")


def test_a_swapped_cname_is_free_for_anyone_once_its_holder_is_terminated(account: BeanstalkAccount) -> None:
    blue = account.launched("shop-blue", CNAMEPrefix="shop")
    green = account.launched("shop-green")
    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(green, "Ready")

    account.client.terminate_environment(EnvironmentId=green)

    assert not account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]
    account.until_status(green, "Terminated")
    assert account.client.check_dns_availability(CNAMEPrefix="shop")["Available"]
