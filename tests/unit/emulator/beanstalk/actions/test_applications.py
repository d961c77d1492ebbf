"""Applications are made, described, changed and deleted.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeApplications.html, and its neighbours.
"""

import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk


def test_an_application_is_described_with_its_versions(account: VirtualBeanstalk) -> None:
    [application] = account.client.describe_applications(ApplicationNames=["shop"])["Applications"]

    assert application["ApplicationArn"] == "arn:aws:elasticbeanstalk:us-east-1:123456789012:application/shop"
    assert application["Versions"] == ["v2", "v1"]


def test_all_applications_are_described_unless_some_are_named(account: VirtualBeanstalk) -> None:
    account.client.create_application(ApplicationName="blog", Description="a blog")

    assert len(account.client.describe_applications()["Applications"]) == 2
    assert account.client.describe_applications(ApplicationNames=["none"])["Applications"] == []


def test_a_second_application_of_the_same_name_is_refused(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*Application shop already exists\."):
        account.client.create_application(ApplicationName="shop")


def test_an_application_above_the_quota_is_refused(account: VirtualBeanstalk) -> None:
    account.service.quotas.applications = 1

    with pytest.raises(ClientError, match="TooManyApplicationsException"):
        account.client.create_application(ApplicationName="blog")


def test_the_description_of_an_application_can_be_changed(account: VirtualBeanstalk) -> None:
    answer = account.client.update_application(ApplicationName="shop", Description="for gardeners")

    assert answer["Application"]["Description"] == "for gardeners"


def test_an_application_is_deleted_with_its_versions(account: VirtualBeanstalk) -> None:
    account.client.delete_application(ApplicationName="shop")

    assert account.client.describe_applications()["Applications"] == []
    assert account.client.describe_application_versions(ApplicationName="shop")["ApplicationVersions"] == []


def test_an_application_with_a_running_environment_is_not_deleted(account: VirtualBeanstalk) -> None:
    account.launched()

    with pytest.raises(ClientError, match=r"\(OperationInProgressFailure\).*Unable to delete application shop"):
        account.client.delete_application(ApplicationName="shop")


def test_an_application_is_deleted_by_force_after_its_environments(account: VirtualBeanstalk) -> None:
    id_ = account.launched()

    account.client.delete_application(ApplicationName="shop", TerminateEnvByForce=True)

    assert account.describe(id_)["Status"] == "Terminating"
    account.until(
        lambda: not account.client.describe_applications()["Applications"], lambda: "the application to be gone"
    )
    assert account.describe(id_)["Status"] == "Terminated"


def test_an_unknown_application_cannot_be_deleted(account: VirtualBeanstalk) -> None:
    with pytest.raises(ClientError, match=r"No Application named 'blog' found\."):
        account.client.delete_application(ApplicationName="blog")
