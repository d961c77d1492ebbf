import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk

LIVE = "shop.us-east-1.elasticbeanstalk.com"


def _pair(account: VirtualBeanstalk) -> tuple[str, str]:
    blue = account.create("shop-blue", VersionLabel="v1", CNAMEPrefix="shop")
    green = account.create("shop-green", VersionLabel="v2", CNAMEPrefix="spare")
    for id_ in (blue, green):
        account.until_health(id_, "Green")
    return blue, green


def test_a_swap_exchanges_the_cnames_and_leaves_the_endpoints(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.CNAMESwap.html."""
    blue, green = _pair(account)
    endpoints = [account.describe(id_)["EndpointURL"] for id_ in (blue, green)]

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.until_status(blue, "Ready")

    assert account.describe(blue)["CNAME"] == "spare.us-east-1.elasticbeanstalk.com"
    assert account.describe(green)["CNAME"] == LIVE
    assert [account.describe(id_)["EndpointURL"] for id_ in (blue, green)] == endpoints
    assert account.get(LIVE).answered_by == "shop-green/v2"


def test_a_swap_is_a_toggle(account: VirtualBeanstalk) -> None:
    blue, green = _pair(account)

    for _ in range(2):
        account.client.swap_environment_cnames(
            SourceEnvironmentName="shop-blue", DestinationEnvironmentName="shop-green"
        )
        account.until_status(blue, "Ready")

    assert account.describe(blue)["CNAME"] == LIVE
    assert account.describe(green)["Status"] == "Ready"


def test_both_environments_serve_and_are_updating_until_the_cnames_move(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = _pair(account)

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    assert {account.describe(id_)["Status"] for id_ in (blue, green)} == {"Updating"}
    assert account.describe(blue)["CNAME"] == LIVE
    assert account.get(LIVE).answered_by == "shop-blue/v1"
    account.until_status(green, "Ready")
    assert account.get(LIVE).answered_by == "shop-green/v2"


def test_a_swap_records_events_for_both_environments(account: VirtualBeanstalk) -> None:
    """Words: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/eb3-swap.html."""
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


def test_a_swap_cannot_be_aborted(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"swap": 60})
    blue, green = _pair(account)
    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)

    with pytest.raises(ClientError, match=r"Must be pending deployment\."):
        account.client.abort_environment_update(EnvironmentId=green)
