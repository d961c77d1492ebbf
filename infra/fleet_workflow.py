"""The state machine of fleets: many releases, in waves. Each release is an execution of the other state machine.

Data: the `fleet` (lambdas/fleet.py), in the input of each state. PlanFleet makes it, JudgeGroup counts.

A wave is released in groups of `at_once`, so that a failure stops the fleet before the next group. ReleaseGroup is a
distributed Map: it takes more than the 40 at once of an inline one, and the history stays short. The Map never fails by
a release. The name of a release's execution says the fleet, the number and the attempt, so a retry starts it once.

Failing: like a release (infra/failure_branch.py), the machine ends in HoldFleet, which fails with the error. On
redrive HoldFleet succeeds and passes on the fleet as it was, and PlanFleet goes on with what is left.

History: 12 events a group, 1,000 groups at most, in all waves: 12,000 of the 25,000 of AWS.
"""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.fleet_expressions import CAUGHT, FLEET, FLEET_BEFORE, FLEET_FAILURE_NOTICE
from infra.fleet_role import allow_fleet
from infra.fleet_states import AS_FLEET, fleet_approval, release_group
from infra.machine import state_machine
from infra.messages import tell_people
from infra.stage_permissions import PLANNING_SECONDS
from infra.stage_tasks import RESULT, StageTasks
from lambdas.fleet import FleetStep

FLEET_TIMEOUT: Final = Duration.days(90)
"""Step Functions keeps the names of executions for 90 days."""
FAILURE: Final = "{% $states.input.failure %}"
STOPPING: Final = {**AS_FLEET, "failure": FAILURE}
"""What the states that tell people pass on. `failure`: null unless the fleet stops."""
SUFFIX: Final = "-fleet"
"""Behind the name of the releases' machine in that of this one."""


class FleetWorkflow(Construct):
    """The state machine. `releases`: the one that each release is an execution of; `name`: its name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        functions: Mapping[str, lambda_.Function],
        topic: sns.ITopic,
        releases: sfn.StateMachine,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic, self._releases = topic, releases
        self._stage_tasks = StageTasks(self, functions)
        self._plan = self._stage_tasks.task(
            "PlanFleet",
            "plan_fleet",
            "Find the environments, refuse what collides, cut the releases into waves.",
            payload={"fleet": FLEET_BEFORE},
            outputs={"fleet": RESULT},
            timeout=Duration.seconds(PLANNING_SECONDS + 30),
        )
        self._hold = self._stage_tasks.task(
            "HoldFleet",
            "hold_for_redrive",
            "Fail with the error; on redrive, let the fleet go on with what is left.",
            payload={"failure": FAILURE},
            outputs=AS_FLEET,
            attempts=3,
            waits=False,
            answers=True,
        )
        self._notify_failure = tell_people(
            self,
            "NotifyFleetFailure",
            "Tell people why the fleet stopped.",
            topic=topic,
            subject="A fleet of releases stopped",
            message=FLEET_FAILURE_NOTICE,
            outputs=STOPPING,
        )
        comment = "Blue/green releases of many environments, in waves"
        self.machine, self.log = state_machine(self, f"{name}{SUFFIX}", comment, self._definition(), FLEET_TIMEOUT)
        used = [functions[each] for each in ("plan_fleet", "judge_group", "hold_for_redrive")]
        allow_fleet(self.machine, used, topic, releases, name)

    def _definition(self) -> sfn.IChainable:
        begins = sfn.Choice.jsonata(self, "FleetBegins", comment="End a dry run, and a fleet with nothing to do.")
        release = release_group(self, self._releases)
        judge = self._stage_tasks.task(
            "JudgeGroup",
            "judge_group",
            "Count the releases that failed, and decide whether the fleet goes on.",
            payload={
                **AS_FLEET,
                "results": "{% $states.input.results %}",
                "machine": self._releases.state_machine_arn,
            },
            outputs={
                "fleet": "{% $states.result.Payload.fleet %}",
                "failure": "{% $states.result.Payload.failure %}",
            },
        )
        group_ends = sfn.Choice.jsonata(self, "GroupEnds", comment="Go on in the wave, or tell people of its end.")
        notify = tell_people(
            self,
            "NotifyWave",
            "Tell people of the wave, in one message.",
            topic=self._topic,
            subject=f"{{% {FLEET}.notice.subject %}}",
            message=f"{{% {FLEET}.notice.message %}}",
            outputs=STOPPING,
        )
        wave_ends = sfn.Choice.jsonata(self, "WaveEnds", comment="Stop, end, or begin the next wave.")
        wait = sfn.Wait.jsonata(
            self,
            "WaitBetweenWaves",
            time=sfn.WaitTime.seconds(f"{{% {FLEET}.between_waves_seconds %}}"),
            comment="Leave time to see how the wave does.",
        )
        approval = fleet_approval(self, self._topic)
        released = sfn.Succeed.jsonata(
            self, "FleetReleased", comment="Every environment runs its version.", outputs=f"{{% {FLEET}.result %}}"
        )
        planned = sfn.Succeed.jsonata(
            self, "FleetPlanned", comment="A dry run tells the waves.", outputs=f"{{% {FLEET}.result %}}"
        )
        for state in (self._plan, release, judge):
            state.add_catch(self._notify_failure, errors=["States.ALL"], outputs=CAUGHT)
        self._plan.next(begins)
        begins.when(_step_is(FleetStep.PLANNED), planned).when(_step_is(FleetStep.DONE), released).otherwise(release)
        release.next(judge).next(group_ends)
        group_ends.when(_step_is(FleetStep.RELEASE), release).when(_step_is(FleetStep.APPROVE), approval)
        group_ends.otherwise(notify)
        notify.add_catch(wave_ends, errors=["States.ALL"], outputs=STOPPING)
        notify.next(wave_ends)
        wave_ends.when(_step_is(FleetStep.STOP), self._hold).when(_step_is(FleetStep.DONE), released).otherwise(wait)
        wait.next(release)
        approval.next(release)
        self._notify_failure.add_catch(self._hold, errors=["States.ALL"], outputs=STOPPING)
        self._notify_failure.next(self._hold)
        self._hold.next(self._plan)
        return self._plan


def _step_is(step: FleetStep) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {FLEET}.next_step = '{step}' %}}")
