import errno
import socket
from pathlib import Path

import pytest

from emulator.beanstalk import source_bundle
from tests.support import source_bundles
from tests.support.beanstalk import ENHANCED, BeanstalkAccount, command_timeout, environment_property, until


def test_a_load_balancer_answers_503_until_its_instance_is_in_service(account: BeanstalkAccount) -> None:
    account.service.durations.set({"in_service": 60})
    account.service.switches.set({"launched_health": "pending"})
    id_ = account.launched(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    before = account.get(name)
    account.until_health(id_, "Green")
    after = account.get(name)

    assert (before.status, before.answered_by) == (503, None)
    assert (after.status, after.answered_by) == (200, "shop-prod/v1")


def test_the_application_gets_the_environment_properties(account: BeanstalkAccount) -> None:
    account.version("greeting", source_bundles.release(by_path={"/hello": 418}))
    id_ = account.healthy("shop-prod", environment_property("GREETING", "hello"), VersionLabel="greeting")

    assert account.get(account.describe(id_)["CNAME"], "/hello").status == 418
    assert "'GREETING': 'hello'" in account.get(account.describe(id_)["CNAME"]).body


def test_a_slow_start_makes_the_launch_longer(account: BeanstalkAccount) -> None:
    account.version("slow", source_bundles.release(delay=0.8))

    id_ = account.launched(VersionLabel="slow")

    environment = account.describe(id_)
    assert (environment["DateUpdated"] - environment["DateCreated"]).total_seconds() >= 80
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_an_environment_without_a_version_runs_the_sample_application(account: BeanstalkAccount) -> None:
    id_ = account.healthy()

    assert account.describe(id_)["VersionLabel"] == "Sample Application"
    assert account.get(account.describe(id_)["CNAME"]).answered_by == "shop-prod/Sample Application"


def test_close_ends_every_load_balancer_at_once(account: BeanstalkAccount) -> None:
    name = account.describe(account.healthy())["CNAME"]
    resolved = account.service.resolve(name)
    assert resolved

    account.service.close()

    assert account.service.resolve(name) is None
    until(lambda: not _listens(resolved.port), lambda: "no load balancer")


def test_an_environment_s_names_resolve_when_its_load_balancer_exists(account: BeanstalkAccount) -> None:
    account.service.durations.set({"launch": 60})
    id_ = account.create(CNAMEPrefix="shop")
    cname = account.describe(id_)["CNAME"]
    assert account.service.resolve(cname) is None

    account.until_status(id_, "Ready")

    resolved = account.service.resolve(f"{cname.upper()}.")
    load_balancer = account.service.resolve(account.describe(id_)["EndpointURL"])
    assert resolved
    assert load_balancer
    assert (resolved.name, resolved.address, resolved.ttl) == (cname, "127.0.0.1", 60)
    assert resolved.port == load_balancer.port
    assert account.service.resolve("elsewhere.us-east-1.elasticbeanstalk.com") is None


def test_a_configuration_that_breaks_the_application_is_reverted(account: BeanstalkAccount, tmp_path: Path) -> None:
    flag = tmp_path / "broken"
    flag.touch()
    id_ = account.healthy("shop-prod", command_timeout(60), VersionLabel="v1")

    breaking = environment_property("BROKEN_WHEN_EXISTS", str(flag))
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[breaking])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    errors = account.messages(EnvironmentId=id_, Severity="ERROR")
    assert "Failed to deploy configuration." in errors
    assert errors[-1] == "The environment was reverted to the previous configuration setting."
    assert [one["status"] for one in account.settings(EnvironmentName="shop-prod")] == ["deployed", "failed"]
    account.client.delete_environment_configuration(ApplicationName="shop", EnvironmentName="shop-prod")
    assert [one["status"] for one in account.settings(EnvironmentName="shop-prod")] == ["deployed"]
    account.until_health(id_, "Green")


def test_a_slow_start_within_the_command_timeout_is_a_success(account: BeanstalkAccount) -> None:
    account.version("slow", source_bundles.release(delay=0.5))
    id_ = account.healthy(VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="slow")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "slow"
    assert account.messages(EnvironmentId=id_, Severity="ERROR") == []


def test_a_deployment_that_never_answers_fails(account: BeanstalkAccount) -> None:
    account.version("silent", source_bundles.packed({"Procfile": "web: exec sleep 60"}))
    id_ = account.healthy("shop-prod", command_timeout(60), VersionLabel="v1")

    account.client.update_environment(EnvironmentId=id_, VersionLabel="silent")
    account.until_status(id_, "Ready")

    assert account.describe(id_)["VersionLabel"] == "v1"
    assert "Failed to deploy application." in account.messages(EnvironmentId=id_, Severity="ERROR")


def test_the_log_tells_what_an_application_wrote_that_ended(account: BeanstalkAccount) -> None:
    account.version(
        "control-characters", source_bundles.packed({"Procfile": "web: printf 'red \\033[31m null \\000 end'; exit 1"})
    )

    id_ = account.launched(VersionLabel="control-characters")

    assert account.describe(id_)["Health"] == "Red"
    [logs] = account.service.logs("shop-prod").values()
    assert logs["engine"] == logs["application"] == ["red \x1b[31m null \x00 end"]


def test_a_full_disk_fails_the_deployment(account: BeanstalkAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = account.healthy(VersionLabel="v1")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(source_bundle, "unpack", full)
    account.client.update_environment(EnvironmentId=id_, VersionLabel="v2")
    account.until_status(id_, "Ready")

    [logs] = account.service.logs("shop-prod").values()
    assert "No space left on device" in logs["engine"][0]
    assert account.describe(id_)["VersionLabel"] == "v1"


def test_an_aborted_update_ends_ready_with_the_old_label(account: BeanstalkAccount) -> None:
    account.version("silent", source_bundles.packed({"Procfile": "web: exec sleep 60"}))
    id_ = account.healthy(VersionLabel="v1")
    account.client.update_environment(EnvironmentId=id_, VersionLabel="silent")

    account.client.abort_environment_update(EnvironmentId=id_)

    assert account.describe(id_)["Status"] == "Aborting"
    account.until_status(id_, "Ready")
    assert account.describe(id_)["VersionLabel"] == "v1"
    assert "Failed to deploy application." not in account.messages(EnvironmentId=id_)


def test_health_is_severe_after_the_process_ends(account: BeanstalkAccount) -> None:
    short_lived = source_bundles.packed(
        {"Procfile": "web: python server.py & sleep 1", "server.py": source_bundles.SERVER_THAT_ANSWERS_200}
    )
    account.version("short-lived", short_lived)
    id_ = account.launched("shop-prod", ENHANCED, VersionLabel="short-lived")

    account.until_health(id_, "Severe")

    causes = account.client.describe_environment_health(EnvironmentId=id_, AttributeNames=["Causes"])["Causes"]
    assert "None of the instances are sending data." in causes


def test_a_terminated_environment_has_no_health_checks_and_no_files(account: BeanstalkAccount, tmp_path: Path) -> None:
    id_ = account.healthy("shop-prod", ENHANCED, VersionLabel="v1")

    account.client.terminate_environment(EnvironmentId=id_)
    account.until_status(id_, "Terminated")

    assert account.describe(id_)["Health"] == "Grey"
    assert not any("Severe" in message for message in account.messages(EnvironmentId=id_))
    until(lambda: not list(tmp_path.glob(f"home/{id_}")), lambda: "no unpacked bundle")


def test_a_terminating_environment_serves_until_its_instances_are_terminated(account: BeanstalkAccount) -> None:
    """The log of `eb terminate` in https://github.com/gabepublic/aws-ebeanstalk-py-django-01"""
    account.service.durations.set({"terminate": 1000})
    id_ = account.healthy(VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    account.client.terminate_environment(EnvironmentId=id_)
    assert account.get(name).status == 200

    until(lambda: account.service.resolve(name) is None, lambda: "no load balancer")


def test_new_environment_properties_reach_the_application(account: BeanstalkAccount) -> None:
    id_ = account.healthy("shop-prod", VersionLabel="v1")

    colour = environment_property("COLOUR", "blue")
    account.client.update_environment(EnvironmentId=id_, OptionSettings=[colour])  # type: ignore[list-item]
    account.until_status(id_, "Ready")

    assert "'COLOUR': 'blue'" in account.get(account.describe(id_)["CNAME"]).body


def test_an_application_that_answers_500_goes_out_of_service_and_comes_back(
    account: BeanstalkAccount, tmp_path: Path
) -> None:
    flag = tmp_path / "broken"
    breakable = environment_property("BROKEN_WHEN_EXISTS", str(flag))
    id_ = account.healthy("shop-prod", breakable, VersionLabel="v1")
    name = account.describe(id_)["CNAME"]

    flag.touch()
    account.until_health(id_, "Red")
    assert account.get(name).status == 503

    flag.unlink()
    account.until_health(id_, "Green")
    assert account.get(name).status == 200


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0
