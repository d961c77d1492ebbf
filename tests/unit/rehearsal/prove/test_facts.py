"""The list of facts, and how evidence of an account is held against it."""

from collections import Counter

import pytest

from rehearsal.prove.facts import FACTS, FactState
from rehearsal.prove.observations import NOT_SEEN, Observe, answered, has_events, lasts, refused
from rehearsal.prove.proof_report import compose, problems, summary, table
from rehearsal.prove.release_observations import (
    after_failed_update,
    end_before_ready,
    endpoint_stays,
    failed_update_has_errors,
    label_during_update,
    name_is_free,
    nothing_is_denied,
    old_answers_expire,
    redrive_resumes,
    request_ids,
    swap_pairs,
)
from rehearsal.traffic import Request
from tests.support.proof import GREEN, event, evidence, execution, failed_release, sample, target

UPDATE = [
    event(100, "Environment update is starting.", request="r1"),
    event(190, "Environment update completed successfully.", request="r1"),
]


def test_every_fact_has_an_id_of_its_own() -> None:
    assert [id_ for id_, count in Counter(fact.id for fact in FACTS).items() if count > 1] == []


def test_what_is_documented_has_a_source() -> None:
    assert [fact.id for fact in FACTS if fact.state is FactState.DOCUMENTED and not fact.source] == []


def test_a_proof_that_saw_nothing_contradicts_nothing() -> None:
    assert problems(evidence()) == []


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact.observe], ids=lambda fact: fact.id)
def test_a_fact_that_was_not_seen_is_told_as_such(fact: object) -> None:
    assert fact.observe(evidence()) == NOT_SEEN  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("observe", "answer", "agrees"),
    [
        (answered("q", "already exists"), "InvalidParameterValue: X already exists.", True),
        (answered("q", "already exists"), "accepted", False),
        (answered("q", "Updating", relied_on=False), "Ready", None),
        (refused("q"), "ValidationException: no", True),
        (refused("q"), "accepted", None),
    ],
)
def test_an_answer_is_held_against_the_expected_words(observe: Observe, answer: str, agrees: bool | None) -> None:
    found = observe(evidence(answers={"q": answer}))
    assert (found.agrees, answer in found.text) == (agrees, True)


def test_words_that_no_event_has_differ() -> None:
    found = has_events("Successfully launched")(evidence(events=UPDATE))
    assert (found.agrees, found.text) == (False, "no event begins with 'Successfully launched'")


def test_an_operation_that_takes_too_long_differs() -> None:
    swap = [event(0, "swapEnvironmentCNAMEs is starting.", request="s"), event(90, "Completed", request="s")]
    assert lasts("swap", 60)(evidence(events=swap)).agrees is False
    assert lasts("swap", 100)(evidence(events=swap)).text == "took up to 90 s"


@pytest.mark.parametrize(("label", "text"), [("v1", "the old label"), ("v2", "the new label")])
def test_the_label_during_an_update_is_written_down(label: str, text: str) -> None:
    seen = evidence(
        events=UPDATE,
        samples=[sample(50, "Updating", "v1"), sample(120, "Updating", label), sample(200, "Ready", "v2")],
        executions=[execution("the release", "SUCCEEDED")],
    )
    found = label_during_update(seen)
    assert (found.text, found.agrees) == (text, None)


@pytest.mark.parametrize(("label", "agrees"), [("v1", True), ("v2", False)])
def test_the_label_after_a_failed_update_is_the_one_before(label: str, agrees: bool) -> None:
    seen = evidence(
        events=[event(190, "Failed to deploy application.", severity="ERROR")],
        samples=[sample(120, "Updating", "v2"), sample(195, "Ready", label), sample(400, "Ready", "v9")],
        executions=[failed_release()],
    )
    assert after_failed_update(seen).agrees is agrees


def test_a_failed_update_without_an_error_event_differs() -> None:
    assert failed_update_has_errors(evidence(events=UPDATE, executions=[failed_release()])).agrees is False


@pytest.mark.parametrize(("ready", "agrees"), [(195, True), (150, False)])
def test_ready_long_before_the_last_event_differs(ready: int, agrees: bool) -> None:
    seen = evidence(events=UPDATE, samples=[sample(50, "Ready"), sample(110, "Updating"), sample(ready, "Ready")])
    assert end_before_ready(seen).agrees is agrees


def test_a_swap_that_only_one_environment_tells_differs() -> None:
    one = event(5, "Completed swapping CNAMEs for environments", request="s")
    both = [one, event(5, "Completed swapping CNAMEs for environments", request="s", environment=GREEN)]
    assert swap_pairs(evidence(events=[one])).agrees is False
    assert swap_pairs(evidence(events=both)).agrees is True


def test_an_endpoint_that_moves_with_the_cname_differs() -> None:
    moved = [sample(1, "Ready"), sample(2, "Ready", cname="d", endpoint="5.6.7.8")]
    assert endpoint_stays(evidence(samples=moved)).agrees is False


def test_green_twice_shows_that_its_name_was_free() -> None:
    twice = [sample(1, "Ready", name=GREEN, id="e-1"), sample(2, "Launching", name=GREEN, id="e-2")]
    assert name_is_free(evidence(samples=twice)).agrees is True


def test_other_request_ids_differ() -> None:
    assert request_ids(evidence(events=UPDATE, create_request="r9")).agrees is False


def test_a_failed_request_differs() -> None:
    assert old_answers_expire(evidence(requests=[Request(1.0, "v1"), Request(2.0, failure="refused")])).agrees is False


def test_a_denial_differs_and_is_quoted() -> None:
    found = nothing_is_denied(evidence(executions=[failed_release()], denials=["AccessDenied: s3:GetObject"]))
    assert (found.agrees, "s3:GetObject" in found.text) == (False, True)


def test_a_redrive_that_fails_differs() -> None:
    redriven = execution("the redrive", "FAILED", redriven=True)
    assert redrive_resumes(evidence(executions=[redriven])).agrees is False


def test_a_fact_that_differs_is_a_problem_in_report_table_and_summary() -> None:
    seen = evidence(events=UPDATE, create_request="r9")
    report = compose(seen, target({}), "abc123")
    assert (report["passed"], len(report["problems"])) == (False, len(problems(seen)))
    assert "request-ids  [DIFFERS]" in list(table(seen, target({})))
    assert next(summary(seen)) == "The proof has problems:"


def test_a_step_that_went_wrong_is_a_problem() -> None:
    assert problems(evidence(problems=["Expected the release to end SUCCEEDED."])) == [
        "Expected the release to end SUCCEEDED."
    ]
