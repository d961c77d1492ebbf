"""Changes of environments, and which are refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import environment_property
from tests.support.in_memory import VirtualBeanstalk
from tests.support.source_bundles import dying


def test_an_update_needs_a_ready_environment(account: VirtualBeanstalk) -> None:
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
    account: VirtualBeanstalk, parameters: dict[str, str], message: str
) -> None:
    account.launched(VersionLabel="v1")

    with pytest.raises(ClientError) as refused:
        account.client.update_environment(**parameters)  # type: ignore[arg-type]

    assert refused.value.response["Error"]["Message"] == message


def test_version_and_configuration_are_updated_in_one_call(account: VirtualBeanstalk) -> None:
    """Terraform sends both in one call.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/elasticbeanstalk/environment.go
    """
    id_ = account.launched(VersionLabel="v1")
    colour: Any = environment_property("COLOUR", "red")

    answer = account.client.update_environment(EnvironmentId=id_, VersionLabel="v2", OptionSettings=[colour])
    account.until_status(id_, "Ready")

    messages = account.messages(RequestId=answer["ResponseMetadata"]["RequestId"])
    assert answer["VersionLabel"] == account.describe(id_)["VersionLabel"] == "v2"
    assert account.settings(EnvironmentName="shop-prod")[0]["COLOUR"] == "red"
    assert [message for message in messages if "completed" in message or "Successfully" in message] == [
        "Instance deployment completed successfully.",
        "Successfully deployed new configuration to environment.",
        "Instance deployment completed successfully.",
        "Environment update completed successfully.",
    ]
    assert account.get(account.describe(id_)["CNAME"]).answered_by == "shop-prod/v2"


def test_a_version_that_fails_after_a_configuration_goes_back(account: VirtualBeanstalk) -> None:
    account.version("dying", dying())
    id_ = account.launched(VersionLabel="v1")
    colour: Any = environment_property("COLOUR", "red")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="dying", OptionSettings=[colour])
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "v1"
    assert "Failed to deploy application." in account.messages(EnvironmentId=id_, Severity="ERROR")


def test_a_version_that_failed_to_process_cannot_be_deployed(account: VirtualBeanstalk) -> None:
    account.version("text", b"no zip", Process=True)
    id_ = account.launched(VersionLabel="v1")
    account.until(
        lambda: account.version_status("text") == "FAILED",
        lambda: f"FAILED, but {account.version_status('text')}",
    )

    with pytest.raises(ClientError, match=r"'text' cannot be deployed: its status is FAILED"):
        account.client.update_environment(EnvironmentId=id_, VersionLabel="text")


@pytest.mark.parametrize(
    ("duration", "state"), [("launch", "creation"), ("update", "deployment"), ("terminate", "termination")]
)
def test_an_environment_cannot_be_terminated_during_an_operation(
    account: VirtualBeanstalk, duration: str, state: str
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


def test_a_terminated_environment_is_not_found(account: VirtualBeanstalk) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    with pytest.raises(ClientError, match=r"No Environment found for EnvironmentName = 'shop-prod'\."):
        account.client.terminate_environment(EnvironmentName="shop-prod")


def test_without_an_update_there_is_nothing_to_abort(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"shop-prod is in an invalid state .* Must be pending deployment\."):
        account.client.abort_environment_update(EnvironmentId=id_)


@pytest.mark.parametrize("action", ["rebuild_environment", "restart_app_server"])
def test_a_rebuild_and_a_restart_need_a_ready_environment(account: VirtualBeanstalk, action: str) -> None:
    account.service.durations.set({"launch": 100})
    id_ = account.create(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"Must be Ready\."):
        getattr(account.client, action)(EnvironmentId=id_)


def test_both_environments_of_a_swap_must_be_ready(account: VirtualBeanstalk) -> None:
    blue = account.launched("shop-blue", CNAMEPrefix="shop")
    account.service.durations.set({"launch": 100})
    account.create("shop-green")

    for source, destination in (("shop-blue", "shop-green"), ("shop-green", "shop-blue")):
        with pytest.raises(ClientError, match=r"shop-green is in an invalid state .* Must be Ready\."):
            account.client.swap_environment_cnames(SourceEnvironmentName=source, DestinationEnvironmentName=destination)
    assert account.describe(blue)["Status"] == "Ready"


def test_a_worker_environment_cannot_be_swapped(account: VirtualBeanstalk) -> None:
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
def test_a_swap_needs_two_environments(account: VirtualBeanstalk, parameters: dict[str, str], message: str) -> None:
    account.launched("shop-blue")

    with pytest.raises(ClientError, match=message):
        account.client.swap_environment_cnames(**parameters)
