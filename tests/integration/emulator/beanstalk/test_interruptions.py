import pytest
from botocore.exceptions import ClientError

from tests.support import source_bundles
from tests.support.beanstalk import BeanstalkAccount, until


def test_an_update_that_is_aborted_ends_ready_with_the_old_label(account: BeanstalkAccount) -> None:
    account.version("silent", source_bundles.packed({"Procfile": "web: exec sleep 60"}))
    id_ = account.healthy(VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="silent")

    account.client.abort_environment_update(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Aborting"
    account.until_status(id_, "Ready")
    assert account.describe(id_)["VersionLabel"] == "v1"
    assert "Failed to deploy application." not in account.messages(EnvironmentId=id_)


def test_an_aborted_update_may_leave_the_new_version_behind(account: BeanstalkAccount) -> None:
    account.service.durations.set({"update": 1000})
    id_ = account.healthy(VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    name = account.describe(id_)["CNAME"]
    until(lambda: account.get(name).status == 503, lambda: "the old version to be stopped")

    account.client.abort_environment_update(EnvironmentName="shop-prod")
    account.until_status(id_, "Ready")

    until(lambda: account.get(name).status == 200, lambda: "the new version to come into service")
    assert account.answered_by(id_) == "shop-prod/v2"
    assert account.describe(id_)["VersionLabel"] == "v1"


def test_without_an_update_there_is_nothing_to_abort(account: BeanstalkAccount) -> None:
    id_ = account.launched(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"shop-prod is in an invalid state .* Must be pending deployment\."):
        account.client.abort_environment_update(EnvironmentId=id_)


def test_a_restart_takes_the_application_down_and_up_again(account: BeanstalkAccount) -> None:
    account.service.durations.set({"restart": 100})
    id_ = account.healthy(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    account.client.restart_app_server(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Updating"
    until(lambda: account.get(name).status == 503, lambda: "the application to be down")
    account.until_status(id_, "Ready")
    assert account.get(name).status == 200


def test_a_rebuild_replaces_the_load_balancer_and_keeps_cname_and_version(account: BeanstalkAccount) -> None:
    id_ = account.healthy(VersionLabel="v1")
    before = account.describe(id_)

    account.client.rebuild_environment(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Updating"
    account.until_health(id_, "Green")
    after = account.describe(id_)
    assert (after["CNAME"], after["VersionLabel"]) == (before["CNAME"], "v1")
    assert after["EndpointURL"] != before["EndpointURL"]
    assert account.answered_by(id_) == "shop-prod/v1"


@pytest.mark.parametrize("action", ["rebuild_environment", "restart_app_server"])
def test_a_rebuild_and_a_restart_need_a_ready_environment(account: BeanstalkAccount, action: str) -> None:
    account.service.durations.set({"launch": 100})
    id_ = account.create(VersionLabel="v1")

    with pytest.raises(ClientError, match=r"Must be Ready\."):
        getattr(account.client, action)(EnvironmentId=id_)
