import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk

APPLICATION = "arn:aws:elasticbeanstalk:us-east-1:123456789012:application/shop"
VERSION = "arn:aws:elasticbeanstalk:us-east-1:123456789012:applicationversion/shop/v1"


def _tags(account: VirtualBeanstalk, arn: str) -> dict[str, str]:
    listed = account.client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_an_environment_has_the_service_tags_and_its_own(account: VirtualBeanstalk) -> None:
    id_ = account.create(Tags=[{"Key": "team", "Value": "web"}])

    assert _tags(account, account.describe(id_)["EnvironmentArn"]) == {
        "Name": "shop-prod",
        "elasticbeanstalk:environment-id": id_,
        "elasticbeanstalk:environment-name": "shop-prod",
        "team": "web",
    }


@pytest.mark.parametrize("arn", [APPLICATION, VERSION])
def test_tags_are_added_replaced_and_removed(account: VirtualBeanstalk, arn: str) -> None:
    first = [{"Key": "team", "Value": "web"}, {"Key": "cost", "Value": "1"}]
    account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=first)  # type: ignore[arg-type]

    account.client.update_tags_for_resource(
        ResourceArn=arn, TagsToAdd=[{"Key": "cost", "Value": "2"}], TagsToRemove=["team"]
    )

    assert _tags(account, arn) == {"cost": "2"}


def test_a_tag_update_of_an_environment_records_an_event(account: VirtualBeanstalk) -> None:
    id_ = account.launched()
    arn = account.describe(id_)["EnvironmentArn"]

    account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "team", "Value": "web"}])

    account.until_status(id_, "Ready")
    assert "Environment tag update completed successfully." in account.messages(EnvironmentId=id_)


def test_an_environment_is_updating_for_a_while_after_a_tag_update(account: VirtualBeanstalk) -> None:
    """https://github.com/hashicorp/terraform-provider-aws/pull/36074 waits for the end of the tag update."""
    id_ = account.launched(VersionLabel="v1")
    arn = account.describe(id_)["EnvironmentArn"]
    account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "team", "Value": "web"}])

    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Must be Ready"):
        account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert account.describe(id_)["Status"] == "Updating"
    assert _tags(account, arn)["team"] == "web"
    account.until_status(id_, "Ready")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")


def test_the_tags_of_an_environment_that_is_not_ready_cannot_be_updated(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_UpdateTagsForResource.html"""
    arn = account.describe(account.create())["EnvironmentArn"]

    with pytest.raises(ClientError, match="OperationInProgressFailure"):
        account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "team", "Value": "web"}])

    assert "team" not in _tags(account, arn)


def test_an_unknown_resource_is_not_found(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"\(ResourceNotFoundException\)"):
        account.client.list_tags_for_resource(ResourceArn=APPLICATION.replace("shop", "blog"))


def test_a_terminated_environment_has_no_tags(account: VirtualBeanstalk) -> None:
    id_ = account.launched()
    arn = account.describe(id_)["EnvironmentArn"]
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        _tags(account, arn)


def test_more_than_47_tags_are_refused(account: VirtualBeanstalk) -> None:
    tags = [{"Key": f"key-{number}", "Value": "x"} for number in range(47)]
    account.create(Tags=tags)

    with pytest.raises(ClientError, match="TooManyTagsException"):
        account.create("shop-other", Tags=[*tags, {"Key": "one-more", "Value": "x"}])


@pytest.mark.parametrize(
    "changes",
    [
        {"TagsToAdd": [{"Key": "elasticbeanstalk:environment-id", "Value": "x"}]},
        {"TagsToAdd": [{"Key": "team", "Value": "x"}], "TagsToRemove": ["team"]},
    ],
)
def test_an_invalid_tag_change_is_refused(account: VirtualBeanstalk, changes: dict[str, object]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        account.client.update_tags_for_resource(ResourceArn=APPLICATION, **changes)  # type: ignore[arg-type]

    assert _tags(account, APPLICATION) == {}
