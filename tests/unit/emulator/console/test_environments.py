"""The view of environments: what it shows of each, which CNAME is production, and the events."""

from typing import Any

import pytest

from tests.support.console_account import ConsoleAccount
from tests.support.in_memory import VirtualBeanstalk

CNAME = "shop-prod.us-east-1.elasticbeanstalk.com"
RECORD = "bluegreen/shop/shop-prod.json"


@pytest.fixture
def launched(beanstalk: VirtualBeanstalk) -> str:
    id_ = beanstalk.launched(VersionLabel="v1", CNAMEPrefix="shop-prod")
    beanstalk.until_health(id_, "Green")
    return id_


def only_environment(console: ConsoleAccount) -> Any:
    [environment] = console.get("environments")["environments"]
    return environment


def test_an_environment_is_shown_with_its_health_version_and_instances(console: ConsoleAccount, launched: str) -> None:
    shown = only_environment(console)

    assert (shown["id"], shown["name"], shown["application"]) == (launched, "shop-prod", "shop")
    assert (shown["status"], shown["color"], shown["version"], shown["running"]) == ("Ready", "Green", "v1", "v1")
    assert (shown["in_service"], shown["instances"], shown["cname"]) == (1, 1, CNAME)
    assert shown["url"].startswith("http://127.0.0.1:")


def test_without_a_record_no_cname_is_production(console: ConsoleAccount, launched: str) -> None:
    assert console.get("environments")["known"] is False
    assert only_environment(console)["production"] is False


def test_the_record_of_a_release_names_the_production_cname(console: ConsoleAccount, launched: str) -> None:
    console.s3.put_record(RECORD, BlueEnvUrl=CNAME.upper(), green="shop-prod-green", execution="arn")
    console.s3.put_record("bluegreen/snapshot.json", at="now")
    assert only_environment(console)["production"] is True

    only_environment(console)
    assert console.s3.reads.count(RECORD) == 1, "a record that has not changed is not read again"

    console.s3.put_record(RECORD, BlueEnvUrl="other.us-east-1.elasticbeanstalk.com", green="", execution="arn")
    assert only_environment(console)["production"] is False


def test_the_tag_of_a_green_names_the_production_cname(console: ConsoleAccount, beanstalk: VirtualBeanstalk) -> None:
    tag = {"Key": "bluegreen:production-cname", "Value": CNAME}
    beanstalk.create("shop-prod-green", VersionLabel="v1", Tags=[tag])
    beanstalk.create(VersionLabel="v1", CNAMEPrefix="shop-prod")

    shown = console.get("environments")

    assert [(each["name"], each["production"]) for each in shown["environments"]] == [
        ("shop-prod", True),
        ("shop-prod-green", False),
    ]


def test_events_are_shown_newest_first_and_of_one_environment(console: ConsoleAccount, launched: str) -> None:
    numbers = [each["number"] for each in console.get("environments")["events"]]
    assert numbers == sorted(numbers, reverse=True)

    events = console.get("environments", environment="shop-prod")["events"]
    assert {each["environment"] for each in events} == {"shop-prod"}
    assert {"Successfully launched environment: shop-prod"} <= {each["message"] for each in events}


def test_terminated_environments_are_left_out(
    console: ConsoleAccount, beanstalk: VirtualBeanstalk, launched: str
) -> None:
    beanstalk.client.terminate_environment(EnvironmentId=launched)
    beanstalk.until_status(launched, "Terminated")

    assert console.get("environments")["environments"] == []


def test_traffic_is_the_load_balancers(console: ConsoleAccount) -> None:
    assert console.get("traffic")["servers"] == []
