"""What was before a release, and what a person does after it: repairs what is broken, and releases until it is done."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lambdas.errors import ReleaseRefusedError
from tools.simulation.cases import ReleaseCase, request
from tools.simulation.executions import IN_FULL, TERMINATE, SimulatedExecution, advice
from tools.simulation.incidents import Incidents
from tools.simulation.judged import Judge
from tools.simulation.shop import GREEN
from tools.simulation.world import World

REST_SECONDS: Final = 300
"""From the end of a release to what people do next: what was broken is well again by then."""
LAST_TRIES: Final = 3


def play_before(world: World, case: ReleaseCase) -> None:
    """Play the releases before the one that is disturbed: each to its end, or to the state in which it is aborted."""
    for number, before in enumerate(case.before):
        world.abort_in = before.until
        world.start(f"before-{number}", request(before.changes))
        world.run()
        world.abort_in = None
        world.pass_until(world.now() + REST_SECONDS)


def finish(world: World, incidents: Incidents, judge: Judge, case: ReleaseCase) -> None:
    """Repair what is broken; redrive what did not succeed, or start anew, until one execution has released."""
    world.calls.planned.clear()
    if not incidents.kinds and last_of(world).output_status == "released":
        return
    world.pass_until(world.now() + REST_SECONDS)
    incidents.repair(world)
    world.pass_until(world.now() + REST_SECONDS)
    if incidents.live_terminated:
        return
    for run in _to_redrive(world):
        judge.stage = f"redrive of {run.name}"
        run.redrive()
        world.run()
    wanted = case.closing or case.request
    for number in range(LAST_TRIES):
        if last_of(world).output_status == "released":
            return
        wanted = _follow(last_of(world), world, incidents, wanted)
        judge.stage = f"start {number}"
        world.start(f"again-{number}", wanted)
        world.run()


def _follow(run: SimulatedExecution, world: World, incidents: Incidents, wanted: dict[str, Any]) -> dict[str, Any]:
    """Do what the message of a refused execution asks for. Return the input of the next one.

    A green of which nobody knows what it is for is terminated; a cutover of what blue does not run becomes a release.
    """
    green = world.shop.environment(GREEN)
    asked = advice(run.cause)
    if TERMINATE in asked and green and green is not world.shop.holder():
        world.note("person", f"TERMINATES {GREEN}, as the message says")
        world.shop.call("TerminateEnvironment", EnvironmentName=GREEN)
        incidents.terminated_by_hand = True
        world.pass_until(world.now() + REST_SECONDS)
    if IN_FULL in asked:
        world.note("person", "RELEASES in full, as the message says")
        return {**wanted, "mode": "full"}
    return wanted


def _ours(world: World) -> Sequence[SimulatedExecution]:
    """Return the executions of the schedule: all but those of before."""
    return [each for each in world.executions if not each.name.startswith("before")]


def _to_redrive(world: World) -> Sequence[SimulatedExecution]:
    """Return what did not succeed; of executions before the last one that did, none."""
    ours = _ours(world)
    if not any(each.status == "SUCCEEDED" for each in ours):
        return ours
    last = max(number for number, each in enumerate(ours) if each.status == "SUCCEEDED")
    return _failed(ours[last + 1 :])


def _failed(runs: Iterable[SimulatedExecution]) -> Sequence[SimulatedExecution]:
    """Return what did not succeed, and had begun to release."""
    return [each for each in runs if each.status != "SUCCEEDED" and each.error != ReleaseRefusedError.__name__]


def last_of(world: World) -> SimulatedExecution:
    """Return the execution that released last, or failed to after it; else the one that was started last."""
    ours = _ours(world)
    done = [each for each in ours if each.output_status == "released"]
    if not done:
        return ours[-1]
    last = max(done, key=lambda each: each.ended_at)
    return (last, *_failed(ours[ours.index(last) + 1 :]))[-1]
