"""The lifecycle of application versions.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-lifecycle.html
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.beanstalk import BUCKET
from tests.support.in_memory import VirtualBeanstalk

ROLE = "arn:aws:iam::123456789012:role/aws-elasticbeanstalk-service-role"
DAY = 86_400


def _lifecycle(account: VirtualBeanstalk, **rules: Any) -> Any:
    config: Any = {"ServiceRole": ROLE, "VersionLifecycleConfig": rules}
    return account.client.update_application_resource_lifecycle(ApplicationName="shop", ResourceLifecycleConfig=config)[
        "ResourceLifecycleConfig"
    ]


def _labels(account: VirtualBeanstalk) -> list[str]:
    found = account.client.describe_application_versions(ApplicationName="shop")["ApplicationVersions"]
    return [version["VersionLabel"] for version in found]


def test_an_application_shows_its_lifecycle_which_deletes_nothing_by_default(account: VirtualBeanstalk) -> None:
    """The defaults are those of the EB CLI.

    https://github.com/aws/aws-elastic-beanstalk-cli/blob/master/ebcli/objects/lifecycleconfiguration.py
    """
    [application] = account.client.describe_applications()["Applications"]

    assert application["ResourceLifecycleConfig"] == {
        "VersionLifecycleConfig": {
            "MaxCountRule": {"Enabled": False, "MaxCount": 200, "DeleteSourceFromS3": False},
            "MaxAgeRule": {"Enabled": False, "MaxAgeInDays": 180, "DeleteSourceFromS3": False},
        }
    }


def test_the_oldest_versions_above_the_count_go_when_a_version_is_created(account: VirtualBeanstalk) -> None:
    """The new version does not count towards the maximum."""
    changed = _lifecycle(account, MaxCountRule={"Enabled": True, "MaxCount": 1})
    assert changed["VersionLifecycleConfig"]["MaxCountRule"]["MaxCount"] == 1
    assert _labels(account) == ["v2", "v1"]

    account.version("v3")

    assert _labels(account) == ["v3", "v2"]


def test_versions_above_the_age_go_when_a_version_is_created(account: VirtualBeanstalk) -> None:
    _lifecycle(account, MaxAgeRule={"Enabled": True, "MaxAgeInDays": 2})
    account.memory.advance(1 * DAY)
    account.version("v3")
    assert _labels(account) == ["v3", "v2", "v1"]

    account.memory.advance(1.5 * DAY)
    account.version("v4")

    assert _labels(account) == ["v4", "v3"]


@pytest.mark.parametrize("with_bundle", [False, True])
def test_a_bundle_goes_with_its_version_only_when_the_rule_says_so(
    account: VirtualBeanstalk, with_bundle: bool
) -> None:
    _lifecycle(account, MaxCountRule={"Enabled": True, "MaxCount": 1, "DeleteSourceFromS3": with_bundle})

    account.version("v3")
    account.memory.advance(1)

    assert (f"/{BUCKET}/v1.zip" not in account.objects) is with_bundle


def test_the_version_of_an_environment_stays_until_ten_weeks_after_its_termination(account: VirtualBeanstalk) -> None:
    """Source: https://github.com/aws/elastic-beanstalk-roadmap/issues/64."""
    id_ = account.launched(VersionLabel="v1")
    _lifecycle(account, MaxCountRule={"Enabled": True, "MaxCount": 1})
    account.version("v3")
    assert _labels(account) == ["v3", "v2", "v1"]
    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    account.memory.advance(69 * DAY)
    account.version("v4")
    assert _labels(account) == ["v4", "v3", "v1"]
    account.memory.advance(1 * DAY)
    account.version("v5")

    assert _labels(account) == ["v5", "v4"]


def test_the_first_rules_need_a_service_role_which_stays(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_ApplicationResourceLifecycleConfig.html."""
    rules: Any = {"VersionLifecycleConfig": {"MaxCountRule": {"Enabled": True, "MaxCount": 5}}}
    with pytest.raises(ClientError, match=r"\(InvalidParameterValue\).*ServiceRole is required"):
        account.client.update_application_resource_lifecycle(ApplicationName="shop", ResourceLifecycleConfig=rules)

    _lifecycle(account)
    changed = account.client.update_application_resource_lifecycle(
        ApplicationName="shop", ResourceLifecycleConfig=rules
    )

    assert changed["ResourceLifecycleConfig"]["ServiceRole"] == ROLE


def test_an_application_can_be_created_with_rules(account: VirtualBeanstalk) -> None:
    rules: Any = {"MaxAgeRule": {"Enabled": True, "MaxAgeInDays": 9}}
    created = account.client.create_application(
        ApplicationName="blog", ResourceLifecycleConfig={"ServiceRole": ROLE, "VersionLifecycleConfig": rules}
    )["Application"]

    assert created["ResourceLifecycleConfig"]["VersionLifecycleConfig"]["MaxAgeRule"]["MaxAgeInDays"] == 9


def test_a_version_can_get_another_description(account: VirtualBeanstalk) -> None:
    """Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_UpdateApplicationVersion.html."""
    account.client.update_application_version(ApplicationName="shop", VersionLabel="v1", Description="the first")

    [version] = account.client.describe_application_versions(VersionLabels=["v1"])["ApplicationVersions"]
    assert version["Description"] == "the first"
    with pytest.raises(ClientError, match="No Application Version named 'v9' found"):
        account.client.update_application_version(ApplicationName="shop", VersionLabel="v9", Description="")
