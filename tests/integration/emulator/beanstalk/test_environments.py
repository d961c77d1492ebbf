import socket

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import PLATFORM, BeanstalkAccount, until


def test_a_new_environment_is_launching_and_grey_without_health_status_or_endpoint(account: BeanstalkAccount) -> None:
    answer = account.client.create_environment(
        ApplicationName="shop", EnvironmentName="shop-prod", VersionLabel="v1", SolutionStackName=PLATFORM
    )

    assert (answer["Status"], answer["Health"], answer["VersionLabel"]) == ("Launching", "Grey", "v1")
    assert not {"HealthStatus", "EndpointURL"} & answer.keys()


def test_an_unknown_environment_is_an_empty_list(account: BeanstalkAccount) -> None:
    assert account.client.describe_environments(EnvironmentNames=["shop-none"])["Environments"] == []


def test_environments_come_in_pages(account: BeanstalkAccount) -> None:
    created = {account.create(name) for name in ("shop-one", "shop-two", "shop-three")}

    first = account.client.describe_environments(MaxRecords=2)
    second = account.client.describe_environments(MaxRecords=2, NextToken=first["NextToken"])

    assert len(first["Environments"]) == 2
    assert {environment["EnvironmentId"] for environment in first["Environments"] + second["Environments"]} == created
    assert "NextToken" not in second


def test_an_environment_without_a_version_runs_the_sample_application(account: BeanstalkAccount) -> None:
    id_ = account.healthy()

    assert account.describe(id_)["VersionLabel"] == "Sample Application"
    assert account.get(account.describe(id_)["CNAME"]).getheader("X-Answered-By") == "shop-prod/Sample Application"


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
def test_what_an_environment_cannot_be_created_from_is_refused(
    account: BeanstalkAccount, parameters: dict[str, str], message: str
) -> None:
    base = {} if "TemplateName" in parameters else {"SolutionStackName": PLATFORM}
    request = {"ApplicationName": "shop", "EnvironmentName": "shop-prod", **base, **parameters}

    with pytest.raises(ClientError) as refused:
        account.client.create_environment(**{name: value for name, value in request.items() if value is not None})  # type: ignore[arg-type]

    assert refused.value.response["Error"]["Code"] == "InvalidParameterValue"
    assert message in refused.value.response["Error"]["Message"]
    assert account.client.describe_environments()["Environments"] == []


def test_a_template_excludes_a_solution_stack(account: BeanstalkAccount) -> None:
    account.client.create_configuration_template(
        ApplicationName="shop", TemplateName="saved", SolutionStackName=PLATFORM
    )

    with pytest.raises(ClientError, match="InvalidParameterCombination"):
        account.create(TemplateName="saved", SolutionStackName=PLATFORM)


def test_the_quota_of_environments_is_kept(account: BeanstalkAccount) -> None:
    account.service.quotas.environments = 1
    account.create("shop-one")

    with pytest.raises(ClientError, match="TooManyEnvironmentsException"):
        account.create("shop-two")


def test_a_terminated_environment_is_listed_unless_left_out(account: BeanstalkAccount) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    assert len(account.client.describe_environments()["Environments"]) == 1
    assert account.client.describe_environments(IncludeDeleted=False)["Environments"] == []


def test_a_terminated_environment_is_listed_for_a_while_or_as_far_back_as_asked(account: BeanstalkAccount) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")
    account.service.durations.set({"terminated_listed": 0})
    created = account.client.describe_events(EnvironmentId=id_)["Events"][-1]["EventDate"]

    assert account.client.describe_environments()["Environments"] == []
    assert account.client.describe_environments(IncludeDeleted=True, IncludedDeletedBackTo=created)["Environments"]


def test_a_single_instance_has_an_address_for_an_endpoint(account: BeanstalkAccount) -> None:
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


def test_close_ends_every_application_at_once(account: BeanstalkAccount) -> None:
    name = account.describe(account.healthy())["CNAME"]
    answer = account.service.resolve(name)
    assert answer

    account.service.close()

    assert account.service.resolve(name) is None
    until(lambda: not _listens(answer.port), lambda: "the load balancer to be gone")


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
