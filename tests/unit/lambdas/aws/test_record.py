"""The record: who holds a blue environment, and which CNAME is production."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast

import pytest

from lambdas.aws.record import Record, Records, SwapMark
from lambdas.errors import LockLostError, ReleaseRefusedError
from tests.support.stages import EXECUTION, PRODUCTION, Release

OTHER = EXECUTION.replace("release-v2", "other")


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
    {"swap": "green"},
    {"swap": {"to": "green"}},
    {"swap": {"to": "red", "at": "2026-11-25T08:00:00+00:00"}},
    {"swap": {"to": ["blue"], "at": "2026-11-25T08:00:00+00:00"}},
    {"swap": {"to": "blue", "at": 3}},
    {"swap": {"to": "blue", "at": "2026-11-25T08:00:00"}},
    {"swap": {"to": "blue", "at": "2026-11-32T08:00:00+00:00"}},
]


class FakeEndlessBody(BytesIO):
    """A body without end, which counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0, "a read without a size reads everything"
        self.taken += size
        return b"[" * size


def test_only_the_execution_that_the_record_names_holds_the_lock(release: Release) -> None:
    release.plan()
    release.records.require_held("shop", "shop-prod", EXECUTION)
    with pytest.raises(LockLostError, match=r"Found .*release-v2"):
        release.records.require_held("shop", "shop-prod", OTHER)
    release.records.by_environment.clear()
    with pytest.raises(LockLostError, match="no record"):
        release.records.require_held("shop", "shop-prod", EXECUTION)


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
def test_a_record_that_this_tool_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(ReleaseRefusedError, match="to be a record that this tool wrote") as refused:
        Record.from_json(text, "1", "s3://bucket/key")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("at", [datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2026, 11, 25, 8, 1, 2, 30, UTC)])
def test_a_record_is_read_as_it_was_written(at: datetime) -> None:
    record = Record(PRODUCTION, "shop-prod-green", EXECUTION, "7", SwapMark("blue", at))
    assert Record.from_json(json.dumps(record.to_json()), "7", "s3://bucket/key") == record


@pytest.mark.parametrize("newer", [{"more": 1}, {"swap": None}])
def test_a_record_of_an_older_or_a_newer_function_is_read(newer: dict[str, Any]) -> None:
    """Older ones know no swap."""
    read = Record.from_json(json.dumps(WRITTEN | newer), "7", "s3://bucket/key")
    assert read == Record(PRODUCTION, "shop-prod-green", EXECUTION, "7")


def test_a_record_without_a_swap_is_written_as_older_functions_do() -> None:
    assert Record(PRODUCTION, "shop-prod-green", EXECUTION).to_json() == WRITTEN


def test_a_name_too_long_for_a_key_in_s3_is_refused_before_s3_is_asked() -> None:
    records = Records(cast("Any", None), "bucket", "records/{application}/{blue}.json")
    with pytest.raises(ReleaseRefusedError, match=r"at most 1,024 bytes. Found 1,223"):
        records.read("\U0001f6d2" * 100, "shop-prod")


def test_only_the_first_64_kib_of_a_huge_record_are_read() -> None:
    body = FakeEndlessBody()

    class Client:
        def get_object(self, **_: str) -> dict[str, object]:
            return {"Body": body, "ETag": "1"}

    records = Records(cast(Any, Client()), "bucket", "{application}/{blue}.json")
    with pytest.raises(ReleaseRefusedError, match=r"s3://bucket/shop/shop-prod\.json to be a record"):
        records.read("shop", "shop-prod")
    assert body.taken <= 65_536
