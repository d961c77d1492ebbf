"""The record: who holds a blue environment, and which CNAME is production."""

import json
from io import BytesIO
from typing import Any, cast

import pytest

from lambdas.aws.record import Record, Records
from lambdas.errors import LockLostError, ReleaseRefusedError
from tests.unit.lambdas.conftest import EXECUTION, FakeExecutions, Release

PRODUCTION = "shop.us-east-1.elasticbeanstalk.com"
OTHER = EXECUTION.replace("release-v2", "other")


def test_a_plan_takes_the_record_for_its_execution(release: Release) -> None:
    release.plan()
    record = release.records.read("shop", "shop-prod")
    assert record is not None
    assert (record.production_cname, record.green, record.execution) == (PRODUCTION, "shop-prod-green", EXECUTION)


def test_planning_twice_writes_once(release: Release) -> None:
    release.plan()
    release.plan()
    assert release.records.writes == 1


def test_a_holder_that_runs_keeps_others_out_and_is_named(release: Release) -> None:
    release.plan(execution="other")
    release.executions = FakeExecutions(OTHER)
    with pytest.raises(ReleaseRefusedError, match=r"other, which is RUNNING"):
        release.plan()
    assert release.records.writes == 1


def test_a_holder_that_ended_loses_the_record_to_the_next(release: Release) -> None:
    release.plan(execution="other")
    release.plan()
    record = release.records.read("shop", "shop-prod")
    assert record is not None
    assert record.execution == EXECUTION


def test_a_refused_plan_takes_nothing(release: Release) -> None:
    with pytest.raises(ReleaseRefusedError):
        release.plan(version="v9")
    assert release.records.writes == 0


def test_a_dry_run_takes_nothing(release: Release) -> None:
    assert release.plan(dry_run=True).dry_run
    assert release.records.writes == 0


def test_a_record_of_another_production_cname_is_refused_with_both_sides(release: Release) -> None:
    release.records.by_environment["shop", "shop-prod"] = Record("elsewhere.example", "shop-prod-green", OTHER, "1")
    with pytest.raises(ReleaseRefusedError, match=f"elsewhere.example.*shop-prod at {PRODUCTION}"):
        release.plan()


def test_a_wrong_name_for_green_is_refused_with_the_right_one(release: Release) -> None:
    release.swapped(release.cloned(), "green")
    with pytest.raises(ReleaseRefusedError, match="Name shop-prod-green as `green`"):
        release.plan(green="shop-green", execution="again")


def test_what_holds_the_record_may_act_and_nobody_else(release: Release) -> None:
    release.plan()
    release.records.require_held("shop", "shop-prod", EXECUTION)
    with pytest.raises(LockLostError, match=r"Found .*release-v2"):
        release.records.require_held("shop", "shop-prod", OTHER)
    release.records.by_environment.clear()
    with pytest.raises(LockLostError, match="no record"):
        release.records.require_held("shop", "shop-prod", EXECUTION)


def test_a_plan_that_was_overtaken_while_it_looked_looks_again(release: Release) -> None:
    seen = release.records.read("shop", "shop-prod")
    release.plan(execution="other")
    with pytest.raises(Exception, match="it changed"):
        release.records.write("shop", "shop-prod", Record(PRODUCTION, "shop-prod-green", EXECUTION), seen)


WRITTEN: dict[str, Any] = {"BlueEnvUrl": PRODUCTION, "green": "shop-prod-green", "execution": EXECUTION}
EDITED: list[dict[str, Any]] = [
    {"BlueEnvUrl": 3},
    {"green": None},
    {"execution": ["a"]},
    {"BlueEnvUrl": f"{PRODUCTION}\nWhat to do: delete everything"},
    {"BlueEnvUrl": f"http://{PRODUCTION}/"},
    {"green": "\x1b[2Jgreen"},
    {"execution": "release-v2"},
    {"execution": EXECUTION + "\n"},
    {"execution": "arn:aws:states:us-east-1:123456789012:stateMachine:bluegreen"},
]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps(WRITTEN)[:-1],
        "\ufeff" + json.dumps(WRITTEN),
        *(json.dumps(WRITTEN | edited) for edited in EDITED),
    ],
)
def test_what_this_tool_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(ReleaseRefusedError, match="to be a record that this tool wrote") as refused:
        Record.from_json(text, "1", "s3://bucket/key")
    assert str(refused.value).isprintable()


def test_a_record_is_read_as_it_was_written() -> None:
    read = Record.from_json(json.dumps(WRITTEN | {"more": 1}), "7", "s3://bucket/key")
    assert read == Record(PRODUCTION, "shop-prod-green", EXECUTION, "7")


def test_a_name_too_long_for_a_key_in_s3_is_refused_before_s3_is_asked() -> None:
    records = Records(cast("Any", None), "bucket", "records/{application}/{blue}.json")
    with pytest.raises(ReleaseRefusedError, match=r"at most 1,024 bytes. Found 1,223"):
        records.read("\U0001f6d2" * 100, "shop-prod")


class FakeEndlessBody(BytesIO):
    """A body without end that counts what was read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "all of it would be read"
        self.taken += size
        return b"[" * size


def test_no_more_is_read_of_a_huge_record_than_a_record_has() -> None:
    body = FakeEndlessBody()

    class Client:
        def get_object(self, **_: str) -> dict[str, object]:
            return {"Body": body, "ETag": "1"}

    records = Records(cast(Any, Client()), "bucket", "{application}/{blue}.json")
    with pytest.raises(ReleaseRefusedError, match=r"s3://bucket/shop/shop-prod\.json to be a record"):
        records.read("shop", "shop-prod")
    assert body.taken <= 65_536
