from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import PLATFORM
from tests.support.in_memory import VirtualBeanstalk


def test_a_new_environment_is_launching_and_grey_without_health_status_or_endpoint(account: VirtualBeanstalk) -> None:
    answer = account.client.create_environment(
        ApplicationName="shop", EnvironmentName="shop-prod", VersionLabel="v1", SolutionStackName=PLATFORM
    )

    assert (answer["Status"], answer["Health"], answer["VersionLabel"]) == ("Launching", "Grey", "v1")
    assert not {"HealthStatus", "EndpointURL"} & answer.keys()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ApplicationName": "blog"}, "No Application named 'blog' found."),
        ({"VersionLabel": "v9"}, "No Application Version named 'v9' found."),
        ({"TemplateName": "t9"}, "No Configuration Template named 't9' found."),
        ({"SolutionStackName": "64bit Plan 9"}, "No Solution Stack named '64bit Plan 9' found."),
        ({"SolutionStackName": None}, "Unable to determine base for template pack (no solution stack)"),
        ({"EnvironmentName": "-shop"}, "may not start or end with a dash"),
        ({"EnvironmentName": "shop_prod"}, "must contain only letters, digits, and the dash"),
        ({"CNAMEPrefix": "shop.prod"}, "must contain only letters, digits, and the dash"),
        ({"Tags": [{"Key": "aws:mine", "Value": "x"}]}, "'aws:mine' is reserved"),
        ({"Tags": [{"Key": "Name", "Value": "x"}]}, "'Name' is reserved"),
    ],
)
def test_an_environment_with_an_invalid_parameter_is_refused(
    account: VirtualBeanstalk, parameters: dict[str, str], message: str
) -> None:
    base = {} if "TemplateName" in parameters else {"SolutionStackName": PLATFORM}
    request = {"ApplicationName": "shop", "EnvironmentName": "shop-prod", **base, **parameters}

    with pytest.raises(ClientError) as refused:
        account.client.create_environment(**{name: value for name, value in request.items() if value is not None})  # type: ignore[arg-type]

    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert message in refused.value.response["Error"]["Message"]
    assert account.client.describe_environments()["Environments"] == []


def test_a_template_excludes_a_solution_stack(account: VirtualBeanstalk) -> None:
    account.client.create_configuration_template(
        ApplicationName="shop", TemplateName="saved", SolutionStackName=PLATFORM
    )

    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        account.create(TemplateName="saved", SolutionStackName=PLATFORM)


def test_an_environment_above_the_quota_is_refused(account: VirtualBeanstalk) -> None:
    account.service.quotas.environments = 1
    account.create("shop-one")

    with pytest.raises(ClientError, match="TooManyEnvironmentsException"):
        account.create("shop-two")


def test_the_endpoint_of_a_single_instance_is_an_address(account: VirtualBeanstalk) -> None:
    single = {
        "Namespace": "aws:elasticbeanstalk:environment",
        "OptionName": "EnvironmentType",
        "Value": "SingleInstance",
    }
    id_ = account.launched("shop-prod", single)

    assert account.describe(id_)["EndpointURL"].startswith("203.0.113.")
    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert resources["LoadBalancers"] == []
    assert len(resources["Instances"]) == 1


def test_a_chosen_cname_prefix_becomes_the_cname(account: VirtualBeanstalk) -> None:
    id_ = account.create(CNAMEPrefix="Shop-Live")

    assert account.describe(id_)["CNAME"] == "shop-live.us-east-1.elasticbeanstalk.com"


def test_without_a_prefix_the_cname_has_a_random_part(account: VirtualBeanstalk) -> None:
    cname = account.describe(account.create("shop-green"))["CNAME"]

    assert cname.startswith("shop-green.eba-")
    assert cname.endswith(".us-east-1.elasticbeanstalk.com")


@pytest.mark.parametrize(
    ("name", "constraint"), [("abc", "greater than or equal to 4"), ("a" * 41, "less than or equal to 40")]
)
def test_a_name_has_4_to_40_characters(account: VirtualBeanstalk, name: str, constraint: str) -> None:
    with pytest.raises(ClientError, match=f"'environmentName' .* length {constraint}"):
        account.create(name)


def test_a_name_is_unique_across_applications(account: VirtualBeanstalk) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("shop-prod")

    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Environment shop-prod already exists\."):
        account.create("shop-prod", ApplicationName="blog")


def test_a_cname_is_not_available_until_its_environment_is_terminated(account: VirtualBeanstalk) -> None:
    id_ = account.launched(CNAMEPrefix="shop")

    with pytest.raises(ClientError, match=r"DNS name \(shop\.us-east-1\.elasticbeanstalk\.com\) is not available\."):
        account.create("shop-other", CNAMEPrefix="shop")

    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")
    account.create("shop-other", CNAMEPrefix="shop")


def test_the_name_of_a_terminated_environment_is_free_and_both_are_listed(account: VirtualBeanstalk) -> None:
    old = account.launched()
    account.client.terminate_environment(EnvironmentId=old)
    with pytest.raises(ClientError, match="Environment shop-prod already exists"):
        account.create("shop-prod")
    account.until_status(old, "Terminated")

    new = account.create("shop-prod")

    listed = account.client.describe_environments(EnvironmentNames=["shop-prod"])["Environments"]
    assert {environment["EnvironmentId"] for environment in listed} == {old, new}
    alive = account.client.describe_environments(EnvironmentNames=["shop-prod"], IncludeDeleted=False)["Environments"]
    assert [environment["EnvironmentId"] for environment in alive] == [new]


def test_a_worker_environment_has_neither_cname_nor_endpoint(account: VirtualBeanstalk) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features-managing-env-tiers.html."""
    id_ = account.healthy("shop-worker", Tier={"Name": "Worker", "Type": "SQS/HTTP"})

    environment = account.describe(id_)
    assert environment["Tier"]["Name"] == "Worker"
    assert "CNAME" not in environment
    assert "EndpointURL" not in environment
    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert [queue["Name"] for queue in resources["Queues"]] == ["WorkerQueue"]
    assert not any("available at" in message for message in account.messages(EnvironmentId=id_))


def test_a_worker_environment_takes_no_cname_prefix(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match="worker environment has no CNAME"):
        account.create("shop-worker", Tier={"Name": "Worker", "Type": "SQS/HTTP"}, CNAMEPrefix="shop")


def test_an_environment_can_be_made_from_a_platform_arn(account: VirtualBeanstalk) -> None:
    arn = account.client.list_platform_versions()["PlatformSummaryList"][0]["PlatformArn"]

    answer = account.client.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", PlatformArn=arn)

    assert answer["PlatformArn"] == arn


@pytest.mark.parametrize("chosen", [{}, {"CNAMEPrefix": "shop"}])
def test_the_answer_has_a_cname_only_when_the_caller_chose_it(
    account: VirtualBeanstalk, chosen: dict[str, Any]
) -> None:
    """Logs of `eb create` say `CNAME: UNKNOWN`, which stands for none in the answer.

    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/objects/environment.py
    """
    answer = account.client.create_environment(
        **{"ApplicationName": "shop", "EnvironmentName": "shop-prod", "SolutionStackName": PLATFORM, **chosen}
    )

    assert ("CNAME" in answer) is bool(chosen)
