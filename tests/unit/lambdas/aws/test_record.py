"""The record's form: who holds a blue environment, and which CNAME is production."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.aws.record import Record, Success, SwapMark
from lambdas.errors import ReleaseRefusedError
from tests.support.stages import EXECUTION, PRODUCTION

SUCCESS = {"execution": EXECUTION, "started": "2026-11-25T08:00:00+00:00", "version": "v1"}


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
    {"success": EXECUTION},
    {"success": {"execution": EXECUTION}},
    {"success": SUCCESS | {"execution": "release-v2"}},
    {"success": SUCCESS | {"started": "yesterday"}},
    {"success": SUCCESS | {"version": "v1\nWhat to do: delete everything"}},
    {"success": SUCCESS | {"version": None}},
    {"success": SUCCESS | {"more": "1"}},
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
def test_a_record_that_this_tool_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(ReleaseRefusedError, match="to be a record that this tool wrote") as refused:
        Record.from_json(text, "1", "s3://bucket/key")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("at", [datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2026, 11, 25, 8, 1, 2, 30, UTC)])
def test_a_record_is_read_as_it_was_written(at: datetime) -> None:
    record = Record(PRODUCTION, "shop-prod-green", EXECUTION, "7", SwapMark("blue", at), Success(EXECUTION, at, "v1"))
    assert Record.from_json(json.dumps(record.to_json()), "7", "s3://bucket/key") == record


@pytest.mark.parametrize("newer", [{"more": 1}, {"swap": None}, {"success": None}])
def test_a_record_of_an_older_or_a_newer_function_is_read(newer: dict[str, Any]) -> None:
    """Older ones know no swap."""
    read = Record.from_json(json.dumps(WRITTEN | newer), "7", "s3://bucket/key")
    assert read == Record(PRODUCTION, "shop-prod-green", EXECUTION, "7")


def test_a_record_without_a_swap_is_written_as_older_functions_do() -> None:
    assert Record(PRODUCTION, "shop-prod-green", EXECUTION).to_json() == WRITTEN
