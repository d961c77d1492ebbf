import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BeanstalkAccount

LIVE = "shop.us-east-1.elasticbeanstalk.com"


def _pair(account: BeanstalkAccount) -> tuple[str, str]:
    blue = account.create("shop-blue", VersionLabel="v1", CNAMEPrefix="shop")
    green = account.create("shop-green", VersionLabel="v2", CNAMEPrefix="spare")
    for id_ in (blue, green):
        account.until_health(id_, "Green")
    return blue, green


def test_a_swap_exchanges_the_cnames_and_leaves_the_endpoints(account: BeanstalkAccount) -> None:
    blue, green = _pair(account)
    endpoints = [account.describe(id_)["EndpointURL"] for id_ in (blue, green)]

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(blue, "Ready")

    assert account.describe(blue)["CNAME"] == "spare.us-east-1.elasticbeanstalk.com"
    assert account.describe(green)["CNAME"] == LIVE
    assert [account.describe(id_)["EndpointURL"] for id_ in (blue, green)] == endpoints
    assert account.get(LIVE).getheader("X-Answered-By") == "shop-green/v2"


def test_a_swap_is_a_toggle(account: BeanstalkAccount) -> None:
    blue, green = _pair(account)

    for _ in range(2):
        account.client.swap_environment_cnames(
            SourceEnvironmentName="shop-blue", DestinationEnvironmentName="shop-green"
        )
        account.until_status(blue, "Ready")

    assert account.describe(blue)["CNAME"] == LIVE
    assert account.describe(green)["Status"] == "Ready"


def test_both_environments_serve_on_and_are_updating_until_the_cnames_have_moved(account: BeanstalkAccount) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = _pair(account)

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    assert {account.describe(id_)["Status"] for id_ in (blue, green)} == {"Updating"}
    assert account.describe(blue)["CNAME"] == LIVE
    assert account.get(LIVE).getheader("X-Answered-By") == "shop-blue/v1"
    account.until_status(green, "Ready")
    assert account.get(LIVE).getheader("X-Answered-By") == "shop-green/v2"


def test_a_swap_tells_its_story_in_events_of_both(account: BeanstalkAccount) -> None:
    blue, green = _pair(account)

    answer = account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(blue, "Ready")

    for id_, cname in ((blue, "spare.us-east-1.elasticbeanstalk.com"), (green, LIVE)):
        assert account.messages(RequestId=answer["ResponseMetadata"]["RequestId"], EnvironmentId=id_) == [
            "swapEnvironmentCNAMEs is starting.",
            "Swapping CNAMEs for environments 'shop-blue' and 'shop-green'.",
            f"'{cname}' now points to '{account.describe(id_)['EndpointURL']}'.",
            "Completed swapping CNAMEs for environments 'shop-blue' and 'shop-green'.",
        ]


def test_a_swap_cannot_be_aborted(account: BeanstalkAccount) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = _pair(account)
    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    with pytest.raises(ClientError, match=r"Must be pending deployment\."):
        account.client.abort_environment_update(EnvironmentId=green)


def test_both_environments_of_a_swap_must_be_ready(account: BeanstalkAccount) -> None:
    blue = account.launched("shop-blue", CNAMEPrefix="shop")
    account.service.durations.set({"launch": 100})
    account.create("shop-green")

    for source, destination in (("shop-blue", "shop-green"), ("shop-green", "shop-blue")):
        with pytest.raises(ClientError, match=r"shop-green is in an invalid state .* Must be Ready\."):
            account.client.swap_environment_cnames(SourceEnvironmentName=source, DestinationEnvironmentName=destination)
    assert account.describe(blue)["Status"] == "Ready"


def test_a_worker_environment_cannot_be_swapped(account: BeanstalkAccount) -> None:
    account.launched("shop-blue")
    account.launched("shop-worker", Tier={"Name": "Worker", "Type": "SQS/HTTP"})

    with pytest.raises(ClientError, match="shop-worker is a worker and has no CNAME"):
        account.client.swap_environment_cnames(
            SourceEnvironmentName="shop-blue", DestinationEnvironmentName="shop-worker"
        )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"SourceEnvironmentName": "shop-blue"}, "both SourceEnvironmentName and DestinationEnvironmentName"),
        ({"DestinationEnvironmentId": "e-1"}, "both SourceEnvironmentId and DestinationEnvironmentId"),
        ({}, "Must specify either SourceEnvironmentId or SourceEnvironmentName"),
        (
            {"SourceEnvironmentName": "shop-blue", "DestinationEnvironmentName": "shop-none"},
            "No Environment found for EnvironmentName = 'shop-none'.",
        ),
        (
            {"SourceEnvironmentName": "shop-blue", "DestinationEnvironmentName": "shop-blue"},
            "must be two environments",
        ),
    ],
)
def test_a_swap_needs_two_environments(account: BeanstalkAccount, parameters: dict[str, str], message: str) -> None:
    account.launched("shop-blue")

    with pytest.raises(ClientError, match=message):
        account.client.swap_environment_cnames(**parameters)
