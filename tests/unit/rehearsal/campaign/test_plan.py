"""The plan of a run."""

from dataclasses import replace

from emulator.faults import FaultKind
from rehearsal.campaign.plan import GOOD_BUNDLE, CallSite, Intervention, PlannedIntervention, RunPlan, single_fault

SECOND_POLL = CallSite("elasticbeanstalk", "DescribeEnvironments", "await_green", number=2)


def test_the_call_before_the_second_poll_is_the_first_one_and_before_that_there_is_none() -> None:
    first = SECOND_POLL.previous()
    assert first == replace(SECOND_POLL, number=1)
    assert first.previous() is None


def test_the_plan_for_the_previous_call_has_the_same_fault_and_bundle() -> None:
    plan = single_fault(SECOND_POLL, FaultKind.THROTTLE, "answers_500")
    earlier = plan.for_previous_call()
    assert earlier == single_fault(replace(SECOND_POLL, number=1), FaultKind.THROTTLE, "answers_500")
    assert earlier.for_previous_call() is None


def test_a_random_plan_has_no_previous_call() -> None:
    assert RunPlan("random/1").for_previous_call() is None


def test_a_plan_in_the_report_holds_everything_to_repeat_it() -> None:
    plan = RunPlan("random/1", interventions=(PlannedIntervention(Intervention.ABORT, "Plan", 3),))
    assert plan.as_dict() == {
        "name": "random/1",
        "bundle": GOOD_BUNDLE,
        "faults": [],
        "interventions": [{"act": "abort", "state": "Plan", "seconds": 3, "role": None, "lasts": None}],
    }
