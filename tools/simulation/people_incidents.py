"""Incidents of people: what they do to executions, to environments, to the record, to versions and to alarms."""

from typing import Final

from tools.simulation.cases import ALARM
from tools.simulation.disturbance import FOR_GOOD
from tools.simulation.executions import MACHINE, OTHER_MACHINE, SimulatedExecution
from tools.simulation.incident_marks import DONE, NOTHING, REFUSED, IncidentMarks
from tools.simulation.shop import APPLICATION, BLUE, GREEN
from tools.simulation.world import World

BLUE_TAG: Final = "bluegreen:blue"
RECORD: Final = "/elasticbeanstalk-us-east-1-123456789012/bluegreen/shop/shop-prod.json"
REDRIVE_SECONDS: Final = 5
OVERTAKEN_SECONDS: Final = 100
"""From an abort to the redrive of an execution that another one has followed by then."""
LATE_SECONDS: Final = 20
"""From a late answer to the end of its time, or from there to an answer that is too late."""


class PeopleIncidents(IncidentMarks):
    """The incidents of people, each by the name of its kind."""

    def _abort(self, world: World, _: str) -> str:
        return DONE if _stopped(world) else NOTHING

    def _time_out(self, world: World, _: str) -> str:
        return DONE if _stopped(world, "TIMED_OUT") else NOTHING

    def _abort_redrive(self, world: World, _: str) -> str:
        run = _stopped(world)
        if run:
            world.at(world.now() + REDRIVE_SECONDS, lambda: run.redrive() if run.status == "ABORTED" else None)
        return DONE if run else NOTHING

    def _abort_start(self, world: World, version: str) -> str:
        if _stopped(world) is None:
            return NOTHING

        def start() -> None:
            self._second(world, version or "same")

        world.at(world.now() + REDRIVE_SECONDS, start)
        return DONE

    def _abort_both(self, world: World, _: str) -> str:
        run = _running(world)
        done = self._abort_start(world, "other")
        if run:
            world.at(world.now() + OVERTAKEN_SECONDS, run.redrive, lambda: run.status == "ABORTED")
        return done

    def _second(self, world: World, version: str) -> str:
        other = {**self._request, "version": "v3"}
        other.pop("source_bundle", None)
        if other.get("mode") == "rollback":
            del other["mode"]  # v3 was never released: who rolls back to it answers for it
        machine = OTHER_MACHINE if version == "stack" else MACHINE
        world.start(f"{version}-{len(world.executions)}", self._request if version == "same" else other, machine)
        return DONE

    def _cdk_deploy(self, world: World, then: str) -> str:
        if not world.deploy_stack():
            return NOTHING
        follows = {"redrive": self._abort_redrive, "start": self._abort_start}
        return follows[then](world, "") if then else DONE

    def _approve(self, world: World, how: str) -> str:
        person, limit = world.approver, self._approval_seconds
        if limit is None:
            return NOTHING
        match how:
            case "late":
                person.seconds = limit - LATE_SECONDS
            case "expired":
                person.seconds = limit + LATE_SECONDS
            case "twice":
                person.twice = True
            case _:
                person.redrives = True
        return DONE

    def _reject(self, world: World, error: str) -> str:
        if self._approval_seconds is None:
            return NOTHING
        world.approver.error = error or "Rejected"
        return DONE

    @property
    def _approval_seconds(self) -> float | None:
        """How long a question waits for its answer; None when none is asked."""
        seconds = self._request.get("approval_seconds")
        return float(str(seconds)) if self._request.get("approval") else None

    def _swap(self, world: World, _: str) -> str:
        done = world.shop.call("SwapEnvironmentCNAMEs", SourceEnvironmentName=BLUE, DestinationEnvironmentName=GREEN)
        if done:
            self.swapped_by_hand = world.now()
        return DONE if done else REFUSED

    def _terminate(self, world: World, _: str) -> str:
        green = world.shop.environment(GREEN)
        live = green is not None and green is world.shop.holder()
        if green is None or not world.shop.call("TerminateEnvironment", EnvironmentName=GREEN):
            return REFUSED
        self.live_terminated |= live
        self.terminated_by_hand = True
        self.disturbed[green.id] = FOR_GOOD
        return DONE

    def _deploy(self, world: World, _: str) -> str:
        return self._update(world, VersionLabel="by-hand")

    def _configure(self, world: World, _: str) -> str:
        self.configured_at = world.now()
        option = {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "BY_HAND", "Value": "1"}
        return self._update(world, **{f"OptionSettings.member.1.{name}": value for name, value in option.items()})

    def _update(self, world: World, **parameters: str) -> str:
        blue = world.shop.environment(BLUE)
        if blue is None or not world.shop.call("UpdateEnvironment", EnvironmentName=BLUE, **parameters):
            return REFUSED
        self.disturb(blue.id, world.now())
        if "VersionLabel" in parameters:
            self.deployed_by_hand = True
            self.deployed_live |= blue is world.shop.holder() or self.with_old_answers(world, blue.id)
        return DONE

    def _edit_tags(self, world: World, _: str) -> str:
        green = world.shop.environment(GREEN)
        if green is None or BLUE_TAG not in green.tags:
            return NOTHING
        parameters = {"ResourceArn": green.arn, "TagsToRemove.member.1": BLUE_TAG}
        if not world.shop.call("UpdateTagsForResource", **parameters):
            return REFUSED
        self.untagged = green.id
        return DONE

    def _edit_record(self, world: World, _: str) -> str:
        if RECORD not in world.objects.contents:
            return NOTHING
        world.objects.contents[RECORD] = b"edited by hand"
        return DONE

    def _delete_record(self, world: World, _: str) -> str:
        return DONE if world.objects.contents.pop(RECORD, None) else NOTHING

    def _delete_version(self, world: World, _: str) -> str:
        done = world.shop.call(
            "DeleteApplicationVersion",
            ApplicationName=APPLICATION,
            VersionLabel=str(self._request.get("version", "v1")),
        )
        return DONE if done else REFUSED

    def _alarm(self, world: World, seconds: str) -> str:
        if ALARM not in world.alarms.ringing:
            return NOTHING
        world.alarms.ringing[ALARM] = world.now()
        world.at(world.now() + float(seconds), lambda: world.alarms.ringing.update({ALARM: None}))
        return DONE


def _running(world: World) -> SimulatedExecution | None:
    return next((each for each in world.executions if each.status == "RUNNING"), None)


def _stopped(world: World, status: str = "ABORTED") -> SimulatedExecution | None:
    """Stop the execution that runs, and return it; None when none runs."""
    run = _running(world)
    if run:
        run.stop(status)
    return run
