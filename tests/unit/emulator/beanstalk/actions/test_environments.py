import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk


def test_an_unknown_environment_is_an_empty_list(account: VirtualBeanstalk) -> None:
    assert account.client.describe_environments(EnvironmentNames=["shop-none"])["Environments"] == []


def test_environments_come_in_pages(account: VirtualBeanstalk) -> None:
    created = {account.create(name) for name in ("shop-one", "shop-two", "shop-three")}

    first = account.client.describe_environments(MaxRecords=2)
    second = account.client.describe_environments(MaxRecords=2, NextToken=first["NextToken"])

    assert len(first["Environments"]) == 2
    assert {environment["EnvironmentId"] for environment in first["Environments"] + second["Environments"]} == created
    assert "NextToken" not in second


def test_a_terminated_environment_is_listed_unless_the_call_excludes_it(account: VirtualBeanstalk) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    assert len(account.client.describe_environments()["Environments"]) == 1
    assert account.client.describe_environments(IncludeDeleted=False)["Environments"] == []


def test_a_terminated_environment_is_listed_for_a_time_or_back_to_the_given_date(account: VirtualBeanstalk) -> None:
    id_ = account.launched()
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")
    account.service.durations.set({"terminated_listed": 0})
    account.memory.advance(1)
    created = account.client.describe_events(EnvironmentId=id_)["Events"][-1]["EventDate"]

    assert account.client.describe_environments()["Environments"] == []
    assert account.client.describe_environments(IncludeDeleted=True, IncludedDeletedBackTo=created)["Environments"]


@pytest.mark.parametrize("filtered", ["ApplicationName", "VersionLabel", "EnvironmentNames", "EnvironmentIds"])
def test_environments_are_found_by_application_version_names_and_ids(account: VirtualBeanstalk, filtered: str) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("blog-prod", ApplicationName="blog")
    expected = account.create("shop-prod", VersionLabel="v1")
    value = {
        "ApplicationName": "shop",
        "VersionLabel": "v1",
        "EnvironmentNames": ["shop-prod", "other"],
        "EnvironmentIds": [expected],
    }

    found = account.client.describe_environments(**{filtered: value[filtered]})["Environments"]  # type: ignore[arg-type]

    assert [environment["EnvironmentId"] for environment in found] == [expected]


def test_dns_availability_returns_the_cname_and_whether_it_is_free(account: VirtualBeanstalk) -> None:
    account.create(CNAMEPrefix="shop")

    taken = account.client.check_dns_availability(CNAMEPrefix="shop")
    free = account.client.check_dns_availability(CNAMEPrefix="blog")

    assert (taken["Available"], taken["FullyQualifiedCNAME"]) == (False, "shop.us-east-1.elasticbeanstalk.com")
    assert free["Available"]


def test_a_call_by_name_finds_the_environment_that_is_not_terminated(account: VirtualBeanstalk) -> None:
    old = account.launched()
    account.client.terminate_environment(EnvironmentId=old)
    account.until_status(old, "Terminated")
    new = account.launched("shop-prod")

    answer = account.client.terminate_environment(EnvironmentName="shop-prod")

    assert answer["EnvironmentId"] == new


def test_a_launched_environment_lists_its_resources(account: VirtualBeanstalk) -> None:
    id_ = account.launched()

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]

    assert resources["EnvironmentName"] == "shop-prod"
    assert resources["AutoScalingGroups"][0]["Name"].startswith(f"awseb-{id_}-stack-AWSEBAutoScalingGroup-")
    assert resources["LoadBalancers"] == [{"Name": account.describe(id_)["EndpointURL"].split(".")[0]}]
    assert resources["Instances"][0]["Id"].startswith("i-0")


def test_a_launching_environment_has_no_resources_yet(account: VirtualBeanstalk) -> None:
    account.service.durations.set({"launch": 1000})
    id_ = account.create()

    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]

    assert resources["Instances"] == resources["LoadBalancers"] == []


def test_a_terminated_environment_has_no_endpoint(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_TerminateEnvironment.html, its sample."""
    id_ = account.launched()
    assert account.describe(id_)["EndpointURL"]
    account.client.terminate_environment(EnvironmentId=id_)

    account.until_status(id_, "Terminated")

    assert "EndpointURL" not in account.describe(id_)


def test_groups_of_environments_are_refused_after_their_names_are_checked(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ComposeEnvironments.html."""
    for labels, problem in ((["none"], "No Application Version named 'none' found"), (["v1"], "is not supported")):
        with pytest.raises(ClientError, match=problem):
            account.client.compose_environments(ApplicationName="shop", GroupName="dev", VersionLabels=labels)
