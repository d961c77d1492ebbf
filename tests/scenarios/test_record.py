"""The record in S3: a contradiction to the environments is refused, and the message shows both."""

import json
from typing import Any

import pytest

from lambdas.aws.record import Record
from lambdas.aws.records import RecordPlace, Records
from lambdas.errors import EnvironmentNotReadyError, LockLostError
from tests.support.shop import ScenarioShop
from tests.support.testbed import ScenarioTestbed

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:bluegreen"


def record(shop: ScenarioShop) -> dict[str, Any]:
    (key,) = shop.testbed.records(shop.name)
    found: dict[str, Any] = json.loads(
        shop.testbed.s3.get_object(Bucket=shop.testbed.records_bucket, Key=key)["Body"].read()
    )
    return found


def write(shop: ScenarioShop, text: str) -> None:
    key = f"bluegreen/{shop.name}/{shop.blue}.json"
    shop.testbed.s3.put_object(Bucket=shop.testbed.records_bucket, Key=key, Body=text.encode())


def delete(shop: ScenarioShop) -> None:
    (key,) = shop.testbed.records(shop.name)
    shop.testbed.s3.delete_object(Bucket=shop.testbed.records_bucket, Key=key)


def test_it_names_the_production_cname_and_the_execution_that_holds_the_environment(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    release = shop.release("v1")
    assert record(shop) == {
        "BlueEnvUrl": shop.cname,
        "green": shop.green,
        "execution": release.arn,
        "application": shop.name,
        "blue": shop.blue,
    }


def test_a_writer_that_has_not_read_the_latest_record_cannot_replace_it(testbed: ScenarioTestbed) -> None:
    testbed.beanstalk.create_storage_location()
    records = Records(testbed.s3, RecordPlace(testbed.records_bucket, "bluegreen/{application}/{blue}.json"))
    mine, theirs = (Record("shop.example.com", "green", f"{EXECUTION}:{name}") for name in ("mine", "theirs"))
    records.write("raced", "prod", mine, seen=None)
    with pytest.raises(EnvironmentNotReadyError):
        records.write("raced", "prod", theirs, seen=None)
    seen = records.read("raced", "prod")
    records.write("raced", "prod", theirs, seen)
    with pytest.raises(EnvironmentNotReadyError):
        records.write("raced", "prod", mine, seen)
    with pytest.raises(LockLostError):
        records.require_held("raced", "prod", f"{EXECUTION}:mine")


def test_a_record_that_is_not_json_is_refused_until_it_is_deleted(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    write(shop, "garbage")
    before = testbed.acts()
    refused = shop.release("v2")
    assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
    assert f"s3://{testbed.records_bucket}/bluegreen/{shop.name}/{shop.blue}.json to be a record" in refused.cause
    assert "'garbage'" in refused.cause
    assert testbed.acts() == before
    delete(shop)
    assert shop.release("v1").status == "SUCCEEDED"


def test_another_cname_in_it_is_refused_with_both_sides(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    assert shop.release("v1").status == "SUCCEEDED"
    write(shop, json.dumps(record(shop) | {"BlueEnvUrl": "elsewhere.us-east-1.elasticbeanstalk.com"}))
    before = testbed.acts()
    refused = shop.release("v2")
    assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
    assert "to be elsewhere.us-east-1.elasticbeanstalk.com, as its record says" in refused.cause
    assert f"Found {shop.blue} at {shop.cname}, and elsewhere" in refused.cause
    assert "no environment of the application" in refused.cause
    place = f"s3://{testbed.records_bucket}/bluegreen/{shop.name}/{shop.blue}.json"
    assert f"delete {place} if the present one is right" in refused.cause
    assert testbed.acts() == before


def test_users_moved_by_hand_stay_where_they_are(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    assert shop.release("v1").status == "SUCCEEDED"
    shop.launch("by-hand-" + shop.name, "v1")
    with shop.traffic() as traffic:
        testbed.beanstalk.swap_environment_cnames(
            SourceEnvironmentName=shop.blue, DestinationEnvironmentName="by-hand-" + shop.name
        )
        shop.until_ready(shop.blue)
        refused = shop.release("v2")
        testbed.until(lambda: traffic.last_served_by == [f"by-hand-{shop.name}/v1"], "old DNS answers to expire")
    assert (refused.error, refused.states) == ("ReleaseRefusedError", ["Plan"])
    assert f"{shop.cname} at by-hand-{shop.name}" in refused.cause
    assert traffic.failed == []


def test_another_green_name_by_mistake_is_refused_and_the_right_one_named(testbed: ScenarioTestbed) -> None:
    shop = testbed.open_shop()
    with shop.traffic() as traffic:
        assert shop.release("v2", mode="deploy").status == "SUCCEEDED"
        mistaken = shop.release("v2", green=f"{shop.name}-other")
        right = shop.release("v2")
    assert (mistaken.error, mistaken.states) == ("ReleaseRefusedError", ["Plan"])
    assert f"Name {shop.green} as `green`" in mistaken.cause
    assert right.status == "SUCCEEDED", right.cause
    assert traffic.failed == []
    assert shop.versions == {shop.blue: "v2"}
