"""The state machine. Read it from top to bottom: the states stand in the order of a release.

Data: the `deployment` (lambdas/deployment.py), in the input of each state. Plan makes it from the execution's input;
every stage gets it with the context object and returns it. A Catch adds the `failure`; KeepGreenLive adds the `notice`,
the message about it. There are no workflow variables: AWS documents that a redriven state gets the same input again,
and does not document that variables survive.

Waiting: a stage raises EnvironmentNotReadyError while Elastic Beanstalk is not ready, and its state's Retry is the
waiter (infra/stage_tasks.py). The stage gives up after its time-out in the input, counted from the state's entry.

Failing: every stage leads to KeepGreenLive, NotifyFailure and HoldForRedrive (infra/failure_branch.py).

Budget, in seconds, at the largest values that the schema allows (a test checks it):
  register 2 x 3600, clone 2 x 10800, swap 4 x 3600, deploy 2 x 10800, terminate 2 x 10800  :  86400
  drain 3600, tests 2 x 920, approval 604800, watch 21600, keep green live 3600             : 635440
  an unhealthy environment in the drain and in the watch 2 x 3600                           :   7200
  a last poll, and the retries of a service that is faulty or throttles, 27 tasks x 1200    :  32400
  the turn to begin (lambdas/turns.py)                                                      :  14400
  together 775840, below the machine's 864000. So a stage always gives up before the machine, whose time-out would
  bypass every Catch.
History: a poll is 3 events, and on average 16 seconds from the next: 122400 / 16 x 3 = 22950, below the 25000 of AWS.
Polls when the end is near add 1540 (lambdas/look_times.py).
Plan refuses an approval whose watch does not fit beside the rest, and waits for its turn only as long as the rest lets
it (lambdas/history_limit.py).
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.approval import approval
from infra.bake import bake
from infra.failure_branch import failure_branch
from infra.hook_gates import hook_gate
from infra.jsonata_expressions import CAUGHT_FAILURE, DEPLOYMENT, release_result
from infra.machine import state_machine
from infra.machine_role import allow_machine
from infra.stage_permissions import TESTING_SECONDS
from infra.stage_tasks import StageTasks
from lambdas.deployment import Mode, NextStep
from lambdas.hooks import Gate

MACHINE_TIMEOUT = Duration.days(10)
TEST_TIMEOUT = Duration.seconds(TESTING_SECONDS + 30)

SOON_READY = frozenset(
    {"AwaitGreen", "AwaitGreenLive", "DrainBlue", "AwaitRelease", "AwaitBlueLive", "AwaitTermination"}
)
"""The states that look every few seconds when their end is near; WatchRelease is another one."""


class Workflow(Construct):
    """The state machine. `functions`: the stage functions by the names of their modules in lambdas/stages."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        name: str,
        functions: Mapping[str, lambda_.Function],
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._topic = topic
        self._stage_tasks = StageTasks(self, functions)
        comment = "Validate the request, observe blue and green, refuse what is unsafe."
        self._plan = self._stage_tasks.task("Plan", "plan", comment)
        self._failure_branch = failure_branch(self, self._stage_tasks, topic, self._plan)
        comment = "A zero-downtime blue/green release on Elastic Beanstalk"
        self.machine, self.log = state_machine(self, name, comment, self._definition(), MACHINE_TIMEOUT)
        allow_machine(self.machine, functions.values(), topic)

    def _definition(self) -> sfn.IChainable:
        register = self._stage("RegisterRelease", "register_release", "Create the version from its source bundle.")
        await_registration = self._stage("AwaitRegistration", "await_registration", "Wait until it is processed.")
        clone = self._stage("CloneBlue", "clone_blue", "Launch green from blue's saved configuration.")
        await_green = self._stage("AwaitGreen", "await_green", "Wait until green is up and healthy.")
        test_green = self._stage(
            "VerifyGreen", "verify_green", "Check green over HTTP before it serves users.", timeout=TEST_TIMEOUT
        )
        before_green = self._gate(Gate.BEFORE_GREEN, "Call hooks before green serves users.")
        to_green = self._stage("SwapToGreen", "swap_traffic", "Green serves users.", to="green")
        await_green_live = self._stage("AwaitGreenLive", "await_traffic", "Wait for the swap.", to="green")
        drain = self._stage("DrainBlue", "drain_blue", "Watch green until clients with old DNS answers left blue.")
        before_deploy = self._gate(Gate.BEFORE_DEPLOY, "Call hooks while green serves and blue is untouched.")
        deploy = self._stage("DeployRelease", "deploy_release", "Deploy the version onto blue, which nobody uses.")
        await_release = self._stage("AwaitRelease", "await_release", "Wait until blue runs the version and is healthy.")
        test = self._stage(
            "VerifyRelease",
            "verify_release",
            "Check blue over HTTP before it serves users.",
            timeout=TEST_TIMEOUT,
        )
        before_blue = self._gate(Gate.BEFORE_BLUE, "Call hooks before blue serves users.")
        ask = approval(self, self._stage_tasks, self._topic, failure_branch=self._failure_branch, approved=before_blue)
        to_blue = self._stage("SwapToBlue", "swap_traffic", "Blue serves users, with the new version.", to="blue")
        await_blue_live = self._stage("AwaitBlueLive", "await_traffic", "Wait for the swap.", to="blue")
        watch = bake(self, self._stage_tasks, self._failure_branch)
        terminate = self._stage("TerminateGreen", "terminate_green", "Terminate green unless it serves users.")
        await_termination = self._stage("AwaitTermination", "await_termination", "Wait until green is gone.")
        after_release = self._gate(Gate.AFTER_RELEASE, "Call hooks when green is gone.")
        released = self._succeed("Released", "Blue serves the new version.", release_result("released", "blue"))
        deployed = self._succeed(
            "Deployed",
            "Green serves; blue waits with the new version for a cutover.",
            release_result("deployed", "green"),
        )
        planned = self._succeed("Planned", "A dry run tells what would be done.", f"{{% {DEPLOYMENT}.outcome %}}")

        where_to_start = sfn.Choice.jsonata(self, "WhereToStart", comment="Choose the first stage, as Plan decided.")
        clone_needed = sfn.Choice.jsonata(self, "GreenServes", comment="Skip the clone if green serves already.")
        how_far = sfn.Choice.jsonata(self, "HowFar", comment="Stop, ask for approval or go on, as the input says.")

        self._plan.next(where_to_start)
        where_to_start.when(_condition(f"{DEPLOYMENT}.dry_run"), planned)
        where_to_start.when(_next_step_is(NextStep.NOTHING), after_release)
        where_to_start.when(_next_step_is(NextStep.FINISH), watch)
        where_to_start.when(_next_step_is(NextStep.TEST), test)
        where_to_start.when(_condition(f"{DEPLOYMENT}.source_bundle != null"), register)
        where_to_start.otherwise(clone_needed)
        register.next(await_registration).next(clone_needed)
        clone_needed.when(_next_step_is(NextStep.DEPLOY), drain).otherwise(clone)
        clone.next(await_green).next(test_green).next(before_green).next(to_green).next(await_green_live).next(drain)
        drain.next(before_deploy).next(deploy).next(await_release).next(test).next(how_far)
        how_far.when(_condition(f"{DEPLOYMENT}.mode = '{Mode.DEPLOY}'"), deployed)
        how_far.when(_condition(f"{DEPLOYMENT}.approval"), ask).otherwise(before_blue)
        before_blue.next(to_blue).next(await_blue_live).next(watch).next(terminate).next(await_termination)
        await_termination.next(after_release).next(released)
        return self._plan

    def _gate(self, gate: Gate, comment: str) -> sfn.Map:
        state = hook_gate(self, self._stage_tasks, gate, comment)
        return state.add_catch(self._failure_branch, errors=["States.ALL"], outputs=CAUGHT_FAILURE)

    def _succeed(self, name: str, comment: str, outputs: Any) -> sfn.Succeed:
        return sfn.Succeed.jsonata(self, name, comment=comment, outputs=outputs)

    def _stage(
        self, name: str, function: str, comment: str, *, to: str | None = None, timeout: Duration | None = None
    ) -> tasks.LambdaInvoke:
        payload = {"deployment": f"{{% {DEPLOYMENT} %}}"} | ({"to": to} if to else {})
        soon = name in SOON_READY
        state = self._stage_tasks.task(name, function, comment, payload=payload, timeout=timeout, soon=soon)
        state.add_catch(self._failure_branch, errors=["States.ALL"], outputs=CAUGHT_FAILURE)
        return state


def _next_step_is(step: NextStep) -> sfn.Condition:
    return _condition(f"{DEPLOYMENT}.next_step = '{step}'")


def _condition(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {expression} %}}")
