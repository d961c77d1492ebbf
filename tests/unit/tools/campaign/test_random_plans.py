"""The random plans: repeatable, and with everything that can go wrong."""

from emulator.faults import FaultKind
from tools.campaign.plan import BAD_BUNDLES, GOOD_BUNDLE, SNAPSHOT_INCIDENTS, Intervention, RunPlan
from tools.campaign.random_plans import FAILING_STATES, INCIDENTS, KINDS, STALE_SECONDS, STATES, random_plan

PLANS = [random_plan(7, number) for number in range(400)]
FAULTS = [fault for plan in PLANS for fault in plan.faults]
PEOPLE = (Intervention.ABORT, Intervention.SECOND)


def test_the_same_seed_gives_the_same_plans_and_another_one_gives_others() -> None:
    assert [random_plan(7, number) for number in range(20)] == PLANS[:20]
    assert [random_plan(8, number) for number in range(20)] != PLANS[:20]


def test_random_plans_have_every_kind_of_fault_bundle_and_intervention() -> None:
    assert {fault.kind for fault in FAULTS} == set(KINDS) == set(FaultKind) - {FaultKind.HOLD}
    assert {fault.for_seconds is None for fault in FAULTS} == {True, False}
    assert {plan.bundle for plan in PLANS} == {GOOD_BUNDLE, *BAD_BUNDLES}
    abort, second = PEOPLE
    assert {tuple(each.act for each in plan.interventions if each.act in PEOPLE) for plan in PLANS} == {
        (), (abort,), (second,), (abort, second), (second, abort),
    }  # fmt: skip


def test_only_calls_of_elastic_beanstalk_are_stale_and_no_state_machine_is_killed() -> None:
    assert {fault.service for fault in FAULTS if fault.kind is FaultKind.STALE} == {"elasticbeanstalk"}
    assert all(0 < (fault.age or 0) <= STALE_SECONDS for fault in FAULTS if fault.kind is FaultKind.STALE)
    assert not any(fault.kind is FaultKind.KILL_AFTER and fault.service == "sns" for fault in FAULTS)


def test_interventions_are_in_the_order_of_the_states() -> None:
    for plan in PLANS:
        states = STATES if plan.good else FAILING_STATES
        moments = [(states.index(each.state), each.seconds) for each in plan.interventions]
        assert moments == sorted(moments)


def test_as_many_runs_as_there_are_incidents_have_each_of_them() -> None:
    for first in (0, 7, 33):
        plans = [random_plan(3, first + number) for number in range(len(INCIDENTS))]
        planned = {(each.act, each.role) for plan in plans for each in plan.interventions}
        assert {(act, role) for act, role, _ in INCIDENTS if act} <= planned


def test_an_incident_begins_in_one_of_its_states() -> None:
    possible = {(act, role): states for act, role, states in INCIDENTS}
    for plan in PLANS:
        for each in plan.interventions:
            assert each.act in PEOPLE or each.state in {*possible[each.act, each.role], *FAILING_STATES}
    drawn = [each for plan in PLANS for each in plan.interventions]
    sick = [each for each in drawn if each.act in (Intervention.SICK, Intervention.WARN)]
    assert {(each.role, each.lasts is None) for each in sick} == {("blue", False), ("green", False), ("green", True)}


def test_people_abort_an_execution_only_after_its_incident() -> None:
    """An incident needs an execution that runs."""
    incidents = [(plan, each) for plan in PLANS for each in plan.interventions if each.role == "green"]
    aborted = [(plan.interventions, each) for plan, each in incidents if Intervention.ABORT in acts_of(plan)]
    assert aborted
    for planned, incident in aborted:
        assert [each.act for each in planned[: planned.index(incident)]].count(Intervention.ABORT) == 0


def acts_of(plan: RunPlan) -> set[Intervention]:
    return {each.act for each in plan.interventions}


def test_the_snapshot_is_struck_also_beside_other_incidents_and_its_calls_fail() -> None:
    acts = [acts_of(plan) for plan in PLANS]
    assert any(Intervention.SICK in each and each & set(SNAPSHOT_INCIDENTS) for each in acts)
    faults = [fault for fault in FAULTS if fault.path]
    assert {FaultKind.KILL_AFTER, FaultKind.SLOW} <= {fault.kind for fault in faults}
    assert {fault.action for fault in faults} == {"GetObject", "PutObject"}


def test_only_slow_answers_have_a_delay() -> None:
    assert all(bool(fault.delay) is (fault.kind is FaultKind.SLOW) for fault in FAULTS)
