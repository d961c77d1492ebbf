import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BeanstalkAccount


@pytest.mark.parametrize("filtered", ["ApplicationName", "VersionLabel", "EnvironmentNames", "EnvironmentIds"])
def test_environments_are_found_by_application_version_names_and_ids(account: BeanstalkAccount, filtered: str) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("blog-prod", ApplicationName="blog")
    sought = account.create("shop-prod", VersionLabel="v1")
    value = {
        "ApplicationName": "shop",
        "VersionLabel": "v1",
        "EnvironmentNames": ["shop-prod", "other"],
        "EnvironmentIds": [sought],
    }

    found = account.client.describe_environments(**{filtered: value[filtered]})["Environments"]  # type: ignore[arg-type]

    assert [environment["EnvironmentId"] for environment in found] == [sought]


def test_a_chosen_cname_prefix_becomes_the_cname(account: BeanstalkAccount) -> None:
    id_ = account.create(CNAMEPrefix="Shop-Live")

    assert account.describe(id_)["CNAME"] == "shop-live.us-east-1.elasticbeanstalk.com"


def test_without_a_prefix_the_cname_has_a_part_of_its_own(account: BeanstalkAccount) -> None:
    cname = account.describe(account.create("shop-green"))["CNAME"]

    assert cname.startswith("shop-green.eba-")
    assert cname.endswith(".us-east-1.elasticbeanstalk.com")


@pytest.mark.parametrize(
    ("name", "constraint"), [("abc", "greater than or equal to 4"), ("a" * 41, "less than or equal to 40")]
)
def test_a_name_has_4_to_40_characters(account: BeanstalkAccount, name: str, constraint: str) -> None:
    with pytest.raises(ClientError, match=f"'environmentName' .* length {constraint}"):
        account.create(name)


def test_a_name_is_taken_in_every_application(account: BeanstalkAccount) -> None:
    account.client.create_application(ApplicationName="blog")
    account.create("shop-prod")

    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Environment shop-prod already exists\."):
        account.create("shop-prod", ApplicationName="blog")


def test_a_cname_is_taken_until_its_environment_is_terminated(account: BeanstalkAccount) -> None:
    id_ = account.launched(CNAMEPrefix="shop")

    with pytest.raises(ClientError, match=r"DNS name \(shop\.us-east-1\.elasticbeanstalk\.com\) is not available\."):
        account.create("shop-other", CNAMEPrefix="shop")

    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")
    account.create("shop-other", CNAMEPrefix="shop")


def test_dns_availability_tells_the_name_and_whether_it_is_free(account: BeanstalkAccount) -> None:
    account.create(CNAMEPrefix="shop")

    taken = account.client.check_dns_availability(CNAMEPrefix="shop")
    free = account.client.check_dns_availability(CNAMEPrefix="blog")

    assert (taken["Available"], taken["FullyQualifiedCNAME"]) == (False, "shop.us-east-1.elasticbeanstalk.com")
    assert free["Available"]


def test_the_name_of_a_terminated_environment_is_free_and_both_are_listed(account: BeanstalkAccount) -> None:
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


def test_a_call_by_name_means_the_environment_that_is_not_terminated(account: BeanstalkAccount) -> None:
    old = account.launched()
    account.client.terminate_environment(EnvironmentId=old)
    account.until_status(old, "Terminated")
    new = account.launched("shop-prod")

    answer = account.client.terminate_environment(EnvironmentName="shop-prod")

    assert answer["EnvironmentId"] == new


def test_a_worker_environment_has_neither_cname_nor_endpoint(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-worker", Tier={"Name": "Worker", "Type": "SQS/HTTP"})

    environment = account.describe(id_)
    assert environment["Tier"]["Name"] == "Worker"
    assert "CNAME" not in environment
    assert "EndpointURL" not in environment
    resources = account.client.describe_environment_resources(EnvironmentId=id_)["EnvironmentResources"]
    assert [queue["Name"] for queue in resources["Queues"]] == ["WorkerQueue"]


def test_a_worker_environment_takes_no_cname_prefix(account: BeanstalkAccount) -> None:
    with pytest.raises(ClientError, match="worker environment has no CNAME"):
        account.create("shop-worker", Tier={"Name": "Worker", "Type": "SQS/HTTP"}, CNAMEPrefix="shop")


def test_an_environment_resolves_once_its_load_balancer_is_there(account: BeanstalkAccount) -> None:
    account.service.durations.set({"launch": 60})
    id_ = account.create(CNAMEPrefix="shop")
    cname = account.describe(id_)["CNAME"]
    assert account.service.resolve(cname) is None

    account.until_status(id_, "Ready")

    answer = account.service.resolve(f"{cname.upper()}.")
    balancer = account.service.resolve(account.describe(id_)["EndpointURL"])
    assert answer
    assert balancer
    assert (answer.name, answer.address, answer.ttl) == (cname, "127.0.0.1", 60)
    assert answer.port == balancer.port
    assert account.service.resolve("elsewhere.us-east-1.elasticbeanstalk.com") is None
