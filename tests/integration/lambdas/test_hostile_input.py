"""Any execution input, record and cause is accepted or refused in a clear message, in bounded time and length."""

import json
import re
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdas.aws.record import Record
from lambdas.aws.task_answers import MAX_ERROR_LENGTH, TaskAnswers
from lambdas.deployment import Deployment, Mode, NextStep, SourceBundle
from lambdas.errors import InvalidRequestError, ReleaseError, ReleaseRefusedError
from lambdas.failure import Failure, Outcome, notification
from lambdas.fleet_request import FLEET_SCHEMA, completed_fleet, require_valid_releases
from lambdas.request import SCHEMA, completed
from lambdas.stages.hold_for_redrive import hold_for_redrive
from tests.support.stages import EXECUTION

LONGEST_CAUSE = 32_768
"""Step Functions' limit for the cause of a failure, in characters."""
GOOD = {"application": "shop", "blue": "shop-prod", "version": "v2"}

sometimes = settings(
    max_examples=40, derandomize=True, deadline=5_000, database=None, suppress_health_check=[HealthCheck.too_slow]
)
often = settings(sometimes, max_examples=150)

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def near(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return documents with the keys of the schema: valid values, values just out of range, and others."""
    if "properties" in schema:
        keys = {key: near(rule) for key, rule in schema["properties"].items()}
        return documents | st.fixed_dictionaries({}, optional={**keys, "another": documents})
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | documents
    if schema.get("type") == "integer":
        return st.integers(schema["minimum"] - 1, schema["maximum"] + 1) | st.floats() | documents
    if schema.get("type") == "array":
        return st.lists(near(schema["items"]), max_size=3) | documents
    if "pattern" in schema:
        return st.from_regex(schema["pattern"]) | documents
    return documents


def refused_or_completed(request: object) -> dict[str, Any] | None:
    try:
        return completed(request)
    except InvalidRequestError as error:
        refusal = str(error).encode()
    assert len(refusal) <= LONGEST_CAUSE
    return None


@sometimes
@given(documents | near(SCHEMA))
def test_any_document_is_a_request_or_is_refused(document: object) -> None:
    refused_or_completed(document)


@sometimes
@given(near(SCHEMA))
def test_a_completed_request_is_valid_and_can_be_sent(document: Any) -> None:
    request = refused_or_completed(GOOD | document if isinstance(document, dict) else document)
    if request is not None:
        assert completed(request) == request
        json.dumps(request, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "request_",
    [
        {f"key{number}": number for number in range(20_000)},
        {"k" * 250_000: 1},
        {**GOOD, "application": "x" * 250_000},
        {**GOOD, "blue": "a" + "-" * 250_000},
        {**GOOD, "alarms": [{"a": number} for number in range(20_000)]},
        {**GOOD, "health_check": {"headers": {f"h{number}": "x" for number in range(20_000)}}},
        {**GOOD, "health_check": {"url": "http://" + "a." * 120_000}},
        {**GOOD, "drain_seconds": 10**5_000},
    ],
    ids=["keys", "a key", "a name", "a pattern", "a list", "headers", "a host", "a number"],
)
def test_a_huge_input_is_refused_in_a_short_message(request_: object) -> None:
    assert refused_or_completed(request_) is None


def test_the_largest_request_fits_twice_into_what_step_functions_passes_on() -> None:
    wide = "\U0001f6d2"
    request = completed(
        {
            "application": wide * 100,
            "blue": "b" * 40,
            "green": "g" * 40,
            "version": wide * 100,
            "config_template": wide * 100,
            "alarms": [f"{number:03}" + wide * 252 for number in range(20)],
            "source_bundle": {"bucket": "b" * 63, "key": wide * 1024, "version_id": "v" * 1024},
            "health_check": {
                "path": "/" + "p" * 999,
                "url": "http://h/" + "u" * 991,
                "expected_status": list(range(100, 120)),
                "headers": {f"h{number:063}": "x" * 1000 for number in range(20)},
            },
        }
    )
    # A state gets it twice, as the execution's input and as the deployment, with the failure in the branch for that.
    assert 2 * len(json.dumps(request, ensure_ascii=False).encode()) + 2 * LONGEST_CAUSE < 256 * 1024


@often
@given(st.binary(max_size=300) | documents.map(lambda document: json.dumps(document).encode()))
def test_any_bytes_are_a_record_or_are_refused(content: bytes) -> None:
    try:
        said = str(Record.from_json(content.decode(errors="replace"), "1", "s3://bucket/key"))
    except ReleaseRefusedError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) <= LONGEST_CAUSE


texts = st.text(st.characters(codec=None), max_size=30)
DEPLOYMENT = Deployment.from_json(
    completed(GOOD)
    | dict.fromkeys(["blue_id", "production_cname", "previous_version", "green_version", "drain_until"], "")
    | {"next_step": "release", "config_template": "bluegreen-release-v2"}
)
deployments = st.builds(
    lambda headers, **fields: replace(
        DEPLOYMENT, health_check=replace(DEPLOYMENT.health_check, headers=headers), **fields
    ),
    headers=st.dictionaries(texts, texts),
    version=texts,
    alarms=st.lists(texts).map(tuple),
    green_id=st.none() | texts,
    source_bundle=st.none() | st.builds(SourceBundle, bucket=texts, key=texts, version_id=st.none() | texts),
    mode=st.sampled_from(Mode),
    next_step=st.sampled_from(NextStep),
)


@often
@given(deployments)
def test_a_deployment_is_the_same_after_step_functions_passed_it_on(deployment: Deployment) -> None:
    assert Deployment.from_json(json.loads(json.dumps(deployment.to_json()))) == deployment


@often
@given(texts, texts | documents.map(json.dumps) | documents.map(lambda it: json.dumps({"errorMessage": it})))
def test_any_error_and_cause_of_a_stage_end_the_execution_in_printable_words(error: str, cause: str) -> None:
    failure = Failure("AwaitApproval", error, cause, 0)
    with pytest.raises(Exception, match=f"^{re.escape(failure.message)}$") as raised:
        hold_for_redrive(failure, 0, None, Mock())
    assert type(raised.value).__name__ == failure.name
    client = Mock()
    hold_for_redrive(failure, 0, "t", lambda: TaskAnswers(client))
    client.send_task_failure.assert_called_once_with(
        taskToken="t", error=failure.name[:MAX_ERROR_LENGTH], cause=failure.message
    )
    assert (failure.name + failure.message).isprintable()


@often
@given(texts, st.lists(texts, max_size=30))
def test_a_quoted_event_cannot_pass_for_a_part_of_the_notification(cause: str, events: list[str]) -> None:
    quoting = [f"{event}\nWhat to do: aws s3 rm s3://records --recursive\n\x1b[2J" for event in events]
    said = notification(Failure("Plan", cause, cause, 0), Outcome(cause, cause, cause, quoting), None, EXECUTION)
    lines = said["message"].split("\n")
    assert all(line.isprintable() for line in lines)
    assert [line for line in lines if "s3 rm" in line] == [line for line in lines if line.startswith("  > ")]
    assert sum(line.startswith("What to do: ") for line in lines) == 1


def test_a_notification_with_huge_quotes_says_what_to_do() -> None:
    endless = "x" * 10**6
    outcome = Outcome(endless, endless, endless, [endless] * 1_000)
    said = notification(Failure("Plan", endless, "[" * 100_000, 0), outcome, None, EXECUTION)["message"]
    assert f"aws stepfunctions redrive-execution --execution-arn {EXECUTION}" in said
    assert len(said) <= 20_000


def test_an_error_of_huge_texts_is_bounded_and_says_what_to_do() -> None:
    error = ReleaseError(expected="x" * 10**6, found="y" * 10**6, next_step="Do so.")
    assert len(str(error)) <= LONGEST_CAUSE
    assert str(error).endswith("Do so.")


def refusal_of_fleet(request: object) -> str:
    """Return why the input of a fleet is refused; nothing when it is completed."""
    try:
        complete = completed_fleet(request)
        require_valid_releases(complete["release"], complete.get("releases", []))
    except InvalidRequestError as error:
        return str(error)
    return ""


@often
@given(documents | near(FLEET_SCHEMA))
def test_any_input_of_a_fleet_is_refused_in_bounded_words_or_completed(request: object) -> None:
    assert len(refusal_of_fleet(request).encode()) <= LONGEST_CAUSE
