import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BeanstalkAccount

APPLICATION = "arn:aws:elasticbeanstalk:us-east-1:123456789012:application/shop"
VERSION = "arn:aws:elasticbeanstalk:us-east-1:123456789012:applicationversion/shop/v1"


def _tags(account: BeanstalkAccount, arn: str) -> dict[str, str]:
    listed = account.client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_an_environment_bears_the_service_s_own_tags_besides_those_it_was_given(account: BeanstalkAccount) -> None:
    id_ = account.create(Tags=[{"Key": "team", "Value": "web"}])

    assert _tags(account, account.describe(id_)["EnvironmentArn"]) == {
        "Name": "shop-prod",
        "elasticbeanstalk:environment-id": id_,
        "elasticbeanstalk:environment-name": "shop-prod",
        "team": "web",
    }


@pytest.mark.parametrize("arn", [APPLICATION, VERSION])
def test_tags_are_added_replaced_and_removed(account: BeanstalkAccount, arn: str) -> None:
    first = [{"Key": "team", "Value": "web"}, {"Key": "cost", "Value": "1"}]
    account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=first)  # type: ignore[arg-type]

    account.client.update_tags_for_resource(
        ResourceArn=arn, TagsToAdd=[{"Key": "cost", "Value": "2"}], TagsToRemove=["team"]
    )

    assert _tags(account, arn) == {"cost": "2"}


def test_a_tag_update_of_an_environment_is_an_event(account: BeanstalkAccount) -> None:
    id_ = account.create()
    arn = account.describe(id_)["EnvironmentArn"]

    account.client.update_tags_for_resource(ResourceArn=arn, TagsToAdd=[{"Key": "team", "Value": "web"}])

    assert "Environment tag update completed successfully." in account.messages(EnvironmentId=id_)


def test_an_unknown_resource_is_not_found(account: BeanstalkAccount) -> None:
    with pytest.raises(ClientError, match=r"\(ResourceNotFoundException\)"):
        account.client.list_tags_for_resource(ResourceArn=APPLICATION.replace("shop", "blog"))


def test_a_terminated_environment_bears_no_tags_any_more(account: BeanstalkAccount) -> None:
    id_ = account.launched()
    arn = account.describe(id_)["EnvironmentArn"]
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        _tags(account, arn)


def test_there_are_at_most_47_tags(account: BeanstalkAccount) -> None:
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
def test_a_tag_that_cannot_be_set_is_refused(account: BeanstalkAccount, changes: dict[str, object]) -> None:
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        account.client.update_tags_for_resource(ResourceArn=APPLICATION, **changes)  # type: ignore[arg-type]

    assert _tags(account, APPLICATION) == {}
