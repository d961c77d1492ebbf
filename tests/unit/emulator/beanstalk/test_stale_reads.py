"""Stale reads: which answers may be old, how old, and that requests act on the present state.

AWS calls its APIs eventually consistent, for example
https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

import pytest
from botocore.exceptions import ClientError

from tests.support.in_memory import VirtualBeanstalk

TAG = {"Key": "team", "Value": "web"}


def test_every_read_shows_the_present_by_default(account: VirtualBeanstalk) -> None:
    id_ = account.create()

    assert account.describe(id_)["Status"] == "Launching"


def test_a_read_shows_the_state_of_its_age_ago(account: VirtualBeanstalk) -> None:
    account.order_stale_reads(age=30)
    id_ = account.create(VersionLabel="v1")
    assert account.client.describe_environments(EnvironmentIds=[id_])["Environments"] == []
    account.memory.advance(29)
    assert account.client.describe_environments(EnvironmentIds=[id_])["Environments"] == []

    account.memory.advance(1)

    # Launched 17 seconds after the creation: 5 to the instance, 10 until it is healthy, 2 to the end.
    assert account.describe(id_)["Status"] == "Launching"
    account.memory.advance(20)
    assert account.describe(id_)["Status"] == "Ready"


def test_a_swap_is_visible_after_the_age(account: VirtualBeanstalk) -> None:
    blue, green = account.launched("shop-blue", CNAMEPrefix="shop"), account.launched("shop-green")
    before = account.describe(blue)["CNAME"]
    account.order_stale_reads(age=20)

    account.client.swap_environment_cnames(SourceEnvironmentId=blue, DestinationEnvironmentId=green)
    account.memory.advance(15)

    assert (account.describe(blue)["Status"], account.describe(blue)["CNAME"]) == ("Ready", before)
    assert "Swapping CNAMEs" not in "".join(account.messages(EnvironmentId=blue))
    account.memory.advance(10)
    assert account.describe(green)["CNAME"] == before
    assert "Completed swapping CNAMEs" in "".join(account.messages(EnvironmentId=blue))


def test_an_update_is_invisible_at_first(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")
    account.order_stale_reads(age=5)

    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    assert (account.describe(id_)["Status"], account.describe(id_)["VersionLabel"]) == ("Ready", "v1")
    account.memory.advance(5)
    assert (account.describe(id_)["Status"], account.describe(id_)["VersionLabel"]) == ("Updating", "v2")


def test_requests_act_on_the_present_state(account: VirtualBeanstalk) -> None:
    id_ = account.launched(VersionLabel="v1")
    account.order_stale_reads(age=60)
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")

    with pytest.raises(ClientError, match="Must be Ready"):
        account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    with pytest.raises(ClientError, match="already exists"):
        account.version("v2")


def test_versions_tags_settings_templates_and_resources_are_stale_too(account: VirtualBeanstalk) -> None:
    known = account.launched(VersionLabel="v1")
    account.order_stale_reads(age=10)

    account.version("v3")
    id_ = account.create("shop-green", Tags=[TAG])
    arn = "arn:aws:elasticbeanstalk:us-east-1:123456789012:environment/shop/shop-green"
    account.client.create_configuration_template(ApplicationName="shop", TemplateName="saved", EnvironmentId=known)

    versions = account.client.describe_application_versions(ApplicationName="shop")["ApplicationVersions"]
    assert [each["VersionLabel"] for each in versions] == ["v2", "v1"]
    assert account.client.describe_applications()["Applications"][0]["ConfigurationTemplates"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        account.client.list_tags_for_resource(ResourceArn=arn)
    with pytest.raises(ClientError, match="No Environment found"):
        account.client.describe_environment_resources(EnvironmentId=id_)
    with pytest.raises(ClientError, match="No Environment found"):
        account.settings(EnvironmentName="shop-green")
    account.memory.advance(10)
    assert TAG in account.client.list_tags_for_resource(ResourceArn=arn)["ResourceTags"]
    assert account.settings(TemplateName="saved")


def test_the_status_of_a_version_is_stale_too(account: VirtualBeanstalk) -> None:
    account.version("v3", Process=True)
    account.order_stale_reads(age=10)

    account.memory.advance(5)

    assert account.version_status("v3") == "PROCESSING"
    account.memory.advance(10)
    assert account.version_status("v3") == "PROCESSED"


def test_a_stale_read_can_be_ordered_for_one_call_of_one_action(account: VirtualBeanstalk) -> None:
    account.order_stale_reads(age=10, action="DescribeEnvironments", call=2)
    id_ = account.create()

    numbers = [len(account.client.describe_environments(EnvironmentIds=[id_])["Environments"]) for _ in range(3)]

    assert numbers == [1, 0, 1]
    assert account.messages(EnvironmentId=id_)


def test_stale_reads_can_be_ordered_for_a_while(account: VirtualBeanstalk) -> None:
    account.order_stale_reads(age=600, for_seconds=30)
    id_ = account.create()
    account.memory.advance(29)
    assert account.client.describe_environments(EnvironmentIds=[id_])["Environments"] == []

    account.memory.advance(1)

    assert account.describe(id_)["Status"] == "Ready"


def test_each_read_of_an_account_draws_its_own_age(account: VirtualBeanstalk) -> None:
    account.service.stale_reads.set(40, seed=1)
    account.version("v3")
    account.memory.advance(20)

    def looks() -> list[int]:
        return [len(account.client.describe_application_versions()["ApplicationVersions"]) for _ in range(20)]

    seen = looks()
    assert set(seen) == {2, 3}
    account.service.stale_reads.set(40, seed=1)
    assert looks() == seen
    account.memory.advance(20)
    assert set(looks()) == {3}


def test_no_past_state_is_kept_while_no_read_needs_one(account: VirtualBeanstalk) -> None:
    account.service.stale_reads.set(40)
    account.create()
    account.memory.advance(1000)
    assert 1 < len(account.service.stale_reads._moments) < 50
    account.service.stale_reads.set(0)
    assert not account.service.stale_reads._moments


@pytest.mark.parametrize("seconds", [-1, True, "10", 3601])
def test_an_age_that_is_not_valid_is_refused(account: VirtualBeanstalk, seconds: float) -> None:
    with pytest.raises(ValueError, match="An age must be account seconds from 0 to 3600"):
        account.service.stale_reads.set(seconds)
    with pytest.raises(ValueError, match="An age must be"):
        account.service.stale_reads.keep(seconds)


def test_a_seed_that_is_not_a_number_is_refused(account: VirtualBeanstalk) -> None:
    with pytest.raises(ValueError, match="The seed must be a whole number"):
        account.service.stale_reads.set(1, seed="x")  # type: ignore[arg-type]
