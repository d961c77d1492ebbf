"""The state machine, to be read from top to bottom as the story of a release.

Data: one workflow variable, `deployment` (lambdas/deployment.py). Plan makes it from the execution's input; every
stage gets it with the context object and returns it. What a Catch kept of a failure is the variable `failure`, what
there is to say about it the variable `notice`.

Waiting: a stage that finds Elastic Beanstalk not there yet raises EnvironmentNotReadyError, and its state's Retry is
the waiter. The stage itself gives up after its time-out in the input, counted from when the state was entered.

Failing: every stage leads to KeepGreenLive, NotifyFailure and HoldForRedrive, which raises the error of the stage
again. On redrive HoldForRedrive runs again, succeeds, and the machine goes back to Plan.

Budget, in seconds, at the largest values that the schema admits (a test holds it):
  register 2 x 3600, clone 2 x 10800, swap 4 x 3600, deploy 2 x 10800, terminate 2 x 10800  :  86400
  drain 3600, test 840, approval 604800, watch 21600, keep green live 3600                  : 634440
  a last poll and the retries of a faulty service, 20 tasks x 600                           :  12000
  together 732840, below the machine's 864000, so a stage always gives up before the machine does: a machine that
  times out bypasses every Catch.
History: a poll is 3 events, and on average 15 seconds from the next: 111600 / 15 x 3 = 22320, below the 25000 of AWS.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.acknowledgments import acknowledge, acknowledge_wildcards, arn_in_findings
from infra.jsonata_expressions import APPROVAL_EXPIRED, APPROVAL_REQUEST, FAILURE, FALLBACK_NOTICE, result
from infra.policies import explain
from lambdas.deployment import Mode, NextStep
from lambdas.errors import BeanstalkUnavailableError, EnvironmentNotReadyError

MACHINE_TIMEOUT = Duration.days(10)
DELAY_CAP = Duration.seconds(30)

FAULTS = [
    BeanstalkUnavailableError.__name__,
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",  # the function was killed
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
]
"""What passes by itself. Every stage looks before it acts, so each may be repeated whatever became of the call."""

LOG_DELIVERY = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
TRACES = [
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


class Workflow(Construct):
    """The state machine over the stage functions, which are given by the names of their modules."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        name: str,
        functions: Mapping[str, lambda_.Function],
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        self._functions = functions
        self._topic = topic
        self._plan = self._task("Plan", "plan", "Validate the request, look at what stands, refuse what is unsafe.")
        self._failed = self._failure_branch()
        self.log = logs.LogGroup(
            self,
            "Log",
            # Step Functions' delivery wants this prefix, or it fills up the resource policy of the account.
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            comment="A zero-downtime blue/green release on Elastic Beanstalk",
            query_language=sfn.QueryLanguage.JSONATA,
            definition_body=sfn.DefinitionBody.from_chainable(self._story()),
            timeout=MACHINE_TIMEOUT,
            tracing_enabled=True,
            # Without data: an input may have headers in it, and a question has a token.
            logs=sfn.LogOptions(destination=self.log, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        self._allow_machine()

    def _allow_machine(self) -> None:
        self._topic.grant_publish(self.machine)
        role = self.machine.role
        explain(role, ["lambda:InvokeFunction"], "Each state calls its function.")
        explain(role, ["sns:Publish", "kms:Decrypt", "kms:GenerateDataKey*"], "People are asked, and told of failures.")
        explain(role, LOG_DELIVERY, "Step Functions delivers its log; that is authorised on * only.")
        explain(role, TRACES, "Step Functions sends its traces; that is authorised on * only.")
        acknowledge_wildcards(self.machine, resources=["*"], why="Log delivery and X-Ray authorise on * only.")
        for function in self._functions.values():
            acknowledge(self.machine, f"IAM5[Resource::{arn_in_findings(function)}:*]", "The function's versions.")
        acknowledge(self.machine, "IAM5[Action::kms:GenerateDataKey*]", "To publish to the encrypted topic.")
        acknowledge(self.machine, "IAM5[Action::kms:ReEncrypt*]", "To publish to the encrypted topic.")

    def _story(self) -> sfn.IChainable:
        register = self._stage("RegisterRelease", "register_release", "Make the version from its source bundle.")
        await_registration = self._stage("AwaitRegistration", "await_registration", "Wait for it to be processed.")
        clone = self._stage("CloneBlue", "clone_blue", "Launch green from blue's saved configuration.")
        await_green = self._stage("AwaitGreen", "await_green", "Wait until green is up and healthy.")
        to_green = self._stage("SwapToGreen", "swap_traffic", "Green serves users.", to="green")
        await_green_live = self._stage("AwaitGreenLive", "await_traffic", "Wait for the swap.", to="green")
        drain = sfn.Wait.jsonata(
            self,
            "DrainBlue",
            comment="Until clients with old DNS answers have left blue.",
            time=sfn.WaitTime.timestamp("{% $deployment.drain_until %}"),
        )
        deploy = self._stage("DeployRelease", "deploy_release", "Put the new version onto blue, which nobody uses.")
        await_release = self._stage("AwaitRelease", "await_release", "Wait until blue runs it, healthy.")
        test = self._stage(
            "VerifyRelease", "verify_release", "Ask blue over HTTP, before users do.", timeout=Duration.seconds(840)
        )
        approval = self._approval()
        to_blue = self._stage("SwapToBlue", "swap_traffic", "Blue serves users, with the new version.", to="blue")
        await_blue_live = self._stage("AwaitBlueLive", "await_traffic", "Wait for the swap.", to="blue")
        watch = self._stage("WatchRelease", "watch_release", "Watch blue and the alarms while green stands by.")
        terminate = self._stage("TerminateGreen", "terminate_green", "Remove the clone, after a look at who is live.")
        await_termination = self._stage("AwaitTermination", "await_termination", "Wait until green is gone.")
        released = self._succeed("Released", "Blue serves the new version.", result("released", "blue"))
        deployed = self._succeed(
            "Deployed", "Green serves; blue waits with the new version for a cutover.", result("deployed", "green")
        )
        planned = self._succeed("Planned", "A dry run tells what would be done.", "{% $deployment.outcome %}")

        where_to_start = sfn.Choice.jsonata(self, "WhereToStart", comment="By what Plan found standing.")
        clone_needed = sfn.Choice.jsonata(self, "GreenServes", comment="After a failed release green is live already.")
        how_far = sfn.Choice.jsonata(self, "HowFar", comment="By the mode, and whether a person is to be asked.")

        self._plan.next(where_to_start)
        where_to_start.when(_that("$deployment.dry_run"), planned)
        where_to_start.when(_next_step_is(NextStep.NOTHING), released)
        where_to_start.when(_next_step_is(NextStep.FINISH), watch)
        where_to_start.when(_next_step_is(NextStep.TEST), test)
        where_to_start.when(_that("$deployment.source_bundle != null"), register)
        where_to_start.otherwise(clone_needed)
        register.next(await_registration).next(clone_needed)
        clone_needed.when(_next_step_is(NextStep.DEPLOY), drain).otherwise(clone)
        clone.next(await_green).next(to_green).next(await_green_live).next(drain)
        drain.next(deploy).next(await_release).next(test).next(how_far)
        how_far.when(_that(f"$deployment.mode = '{Mode.DEPLOY}'"), deployed)
        how_far.when(_that("$deployment.approval"), approval).otherwise(to_blue)
        approval.next(to_blue)
        to_blue.next(await_blue_live).next(watch).next(terminate).next(await_termination).next(released)
        return self._plan

    def _failure_branch(self) -> sfn.State:
        keep = self._task(
            "KeepGreenLive",
            "keep_green_live",
            "Leave users on an environment whose version is known to be good.",
            payload={"deployment": "{% $deployment %}", "failure": "{% $failure %}"},
            assigned="notice",
        )
        notify = tasks.SnsPublish.jsonata(
            self,
            "NotifyFailure",
            comment="Tell people what failed, who serves users now, and what to do.",
            topic=self._topic,
            subject="{% $notice.subject %}",
            message=sfn.TaskInput.from_text("{% $notice.message %}"),
            outputs={},
            task_timeout=sfn.Timeout.duration(Duration.seconds(60)),
        )
        hold = self._task(
            "HoldForRedrive",
            "hold_for_redrive",
            "Fail with the error of the stage that failed; on redrive, let the release resume.",
            payload={"failure": "{% $failure %}"},
            assigned="held",
            attempts=3,
        )
        notify.add_retry(errors=["States.ALL"], interval=Duration.seconds(2), backoff_rate=2, max_attempts=3)
        # Neither may hide the failure that led here.
        keep.add_catch(notify, errors=["States.ALL"], assign={"notice": FALLBACK_NOTICE})
        notify.add_catch(hold, errors=["States.ALL"])
        keep.next(notify).next(hold).next(self._plan)
        self._plan.add_catch(keep, errors=["States.ALL"], assign=FAILURE | {"deployment": "{% null %}"})
        return keep

    def _approval(self) -> sfn.CustomState:
        state = sfn.CustomState(
            self,
            "AwaitApproval",
            state_json={
                "Type": "Task",
                "Comment": "Ask a person. Without an answer in time, green stays live.",
                "Resource": f"arn:{Stack.of(self).partition}:states:::sns:publish.waitForTaskToken",
                "Arguments": {
                    "TopicArn": self._topic.topic_arn,
                    "Subject": "A release waits for your approval",
                    "Message": APPROVAL_REQUEST,
                },
                "TimeoutSeconds": "{% $deployment.approval_seconds %}",
                "Output": {},
            },
        )
        state.add_catch(self._failed, errors=["States.Timeout"], assign=APPROVAL_EXPIRED)
        state.add_catch(self._failed, errors=["States.ALL"], assign=FAILURE)
        return state

    def _succeed(self, name: str, comment: str, outputs: Any) -> sfn.Succeed:
        return sfn.Succeed.jsonata(self, name, comment=comment, outputs=outputs)

    def _stage(
        self, name: str, function: str, comment: str, *, to: str | None = None, timeout: Duration | None = None
    ) -> tasks.LambdaInvoke:
        payload = {"deployment": "{% $deployment %}"} | ({"to": to} if to else {})
        state = self._task(name, function, comment, payload=payload, timeout=timeout)
        state.add_catch(self._failed, errors=["States.ALL"], assign=FAILURE)
        return state

    def _task(
        self,
        name: str,
        function: str,
        comment: str,
        *,
        payload: Mapping[str, str] | None = None,
        assigned: str = "deployment",
        timeout: Duration | None = None,
        attempts: int = 20,
    ) -> tasks.LambdaInvoke:
        state = tasks.LambdaInvoke.jsonata(
            self,
            name,
            comment=comment,
            lambda_function=self._functions[function],
            payload=sfn.TaskInput.from_object({"context": "{% $states.context %}", **(payload or {})}),
            assign={assigned: "{% $states.result.Payload %}"},
            outputs={},
            task_timeout=sfn.Timeout.duration(timeout or Duration.seconds(150)),
            retry_on_service_exceptions=False,  # FAULTS says it, and more
        )
        state.add_retry(
            errors=[EnvironmentNotReadyError.__name__],
            interval=Duration.seconds(5),
            backoff_rate=1.5,
            max_delay=DELAY_CAP,
            jitter_strategy=sfn.JitterType.FULL,
            max_attempts=10_000,  # the stage's own time-out ends the waiting, long before
        )
        state.add_retry(
            errors=FAULTS,
            interval=Duration.seconds(2),
            backoff_rate=2,
            max_delay=DELAY_CAP,
            jitter_strategy=sfn.JitterType.FULL,
            max_attempts=attempts,  # 20 take at most 2 + 4 + 8 + 16 + 16 x 30 = 510 seconds
        )
        return state


def _next_step_is(step: NextStep) -> sfn.Condition:
    return _that(f"$deployment.next_step = '{step}'")


def _that(expression: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {expression} %}}")
