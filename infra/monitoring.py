"""Alarms and a dashboard. Both use the metrics that AWS emits, and those that the functions print.

Step Functions' metrics: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
The functions' metrics: lambdas/metrics.py.
"""

from collections.abc import Mapping

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.saved_queries import WHO_SERVES
from lambdas.metrics import NAMESPACE

AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
FAILED_ENDS = {
    "failed": ("ExecutionsFailed", "A release failed. Users are served by an environment that is known to be good."),
    "timed-out": (
        "ExecutionsTimedOut",
        "A release ran into the time-out of the state machine; nothing was cleaned up.",
    ),
    "aborted": ("ExecutionsAborted", "A release was stopped by hand; nothing was cleaned up."),
}
"""Metric and description of each end without success, by alarm. A redriven execution counts again."""
HALF = 12
HEIGHT = 6


class Monitoring(Construct):
    """Alarms that notify the topic, and a dashboard with the stack's name.

    `slow_minutes`: a release that takes longer raises an alarm while it runs. The bake counts, the wait for approval
    does not. The state machine has the stack's name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.StateMachine,
        fleets: sfn.StateMachine,
        functions: Mapping[str, lambda_.Function],
        topic: sns.Topic,
        slow_minutes: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self._machine, self._fleets = machine, fleets
        self._functions = functions
        self._prefix = Stack.of(self).stack_name
        self.alarms = [self._end_alarm(name, *end) for name, end in FAILED_ENDS.items()] + [
            self._slow_alarm(slow_minutes),
            self._unhealthy_alarm(),
        ]
        _let_alarms_publish(topic)
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self._prefix,
            default_interval=Duration.days(7),
            widgets=[
                [self._executions(), self._durations()],
                [self._results(), self._stages()],
                [self._who_serves(), self._alarm_states()],
                [self._throttles(), self._errors()],
                [self._fleet_executions()],
            ],
        )

    def _end_alarm(self, name: str, metric: str, description: str) -> cloudwatch.Alarm:
        return self._alarm(name, self._machine.metric(metric, statistic="Sum"), 1, description)

    def _slow_alarm(self, minutes: int) -> cloudwatch.Alarm:
        """Return the alarm on the age of a release. AWS measures ExecutionTime only when an execution has ended."""
        age = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="ReleaseSeconds",
            dimensions_map={"machine": self._prefix},
            statistic="Maximum",
        )
        description = f"A release runs for {minutes} minutes or more, since its start, its redrive or its approval."
        return self._alarm("slow", age, minutes * 60, description)

    def _unhealthy_alarm(self) -> cloudwatch.Alarm:
        looks = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name="UnhealthyLooks",
            dimensions_map={"machine": self._prefix},
            statistic="Sum",
            period=Duration.minutes(1),
        )
        description = "During a release, the environment that serves users is unhealthy. See the log for its name."
        return self._alarm("unhealthy", looks, 1, description)

    def _alarm(self, name: str, metric: cloudwatch.Metric, threshold: float, description: str) -> cloudwatch.Alarm:
        return cloudwatch.Alarm(
            self,
            name.title().replace("-", ""),
            alarm_name=f"{self._prefix}-{name}",
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=AT_LEAST,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,  # most of the time no release runs
        )

    def _executions(self) -> cloudwatch.GraphWidget:
        return _graph("Executions by their end", *_ends(self._machine), stacked=True)

    def _fleet_executions(self) -> cloudwatch.GraphWidget:
        return _graph("Fleets by their end", *_ends(self._fleets), stacked=True)

    def _durations(self) -> cloudwatch.GraphWidget:
        measured = {
            name: self._machine.metric("ExecutionTime", statistic=name.title(), period=Duration.hours(1))
            for name in ("average", "maximum")
        }
        minutes = [
            cloudwatch.MathExpression(
                expression=f"{name} / 60000",
                using_metrics={name: metric},
                label=f"{name}, minutes",
                period=Duration.hours(1),
            )
            for name, metric in measured.items()
        ]
        return _graph("How long executions took", *minutes)

    def _results(self) -> cloudwatch.GraphWidget:
        return _graph(
            "Releases by application and result, and rollbacks",
            _search("Releases", "application,result", "Sum", Duration.hours(1)),
            _search("Rollbacks", "application", "Sum", Duration.hours(1)),
            stacked=True,
        )

    def _stages(self) -> cloudwatch.GraphWidget:
        return _graph(
            "Seconds that stages took",
            _search("StateSeconds", "application,state", "Maximum", Duration.hours(1)),
        )

    def _who_serves(self) -> cloudwatch.LogQueryWidget:
        return cloudwatch.LogQueryWidget(
            title=WHO_SERVES.title,
            log_group_names=[
                self._functions[name].log_group.log_group_name for name in ("swap_traffic", "keep_green_live")
            ],
            query_lines=list(WHO_SERVES.lines),
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=HALF,
            height=HEIGHT,
        )

    def _alarm_states(self) -> cloudwatch.AlarmStatusWidget:
        return cloudwatch.AlarmStatusWidget(title="Alarms", alarms=self.alarms, width=HALF, height=HEIGHT)

    def _throttles(self) -> cloudwatch.GraphWidget:
        transitions = self._machine.metric_throttled(label="state transitions")
        invocations = [function.metric_throttles(label=name) for name, function in self._functions.items()]
        return _graph("Throttled by Step Functions and Lambda", transitions, *invocations, stacked=True)

    def _errors(self) -> cloudwatch.GraphWidget:
        return _graph(
            "Errors of stages; ServiceUnavailableError is throttling",
            _search("StageErrors", "application,error", "Sum", Duration.minutes(5)),
            stacked=True,
        )


def _graph(title: str, *metrics: cloudwatch.IMetric, stacked: bool = False) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), stacked=stacked, width=HALF, height=HEIGHT)


def _ends(machine: sfn.StateMachine) -> list[cloudwatch.Metric]:
    """Return how many executions of a state machine ended, by their end."""
    names = ["ExecutionsSucceeded", *(metric for metric, _ in FAILED_ENDS.values()), "ExecutionsRedriven"]
    return [machine.metric(name, statistic="Sum", period=Duration.hours(1)) for name in names]


def _search(metric: str, by: str, statistic: str, period: Duration) -> cloudwatch.SearchExpression:
    """Return a search for a metric of the functions with all values of its dimensions. `by`: the dimensions."""
    searched = f'{{{NAMESPACE},{by}}} MetricName="{metric}"'
    return cloudwatch.SearchExpression(
        expression=f"SEARCH('{searched}', '{statistic}', {period.to_seconds():g})", label="", period=period
    )


def _let_alarms_publish(topic: sns.Topic) -> None:
    """Let CloudWatch publish: an encrypted topic takes an alarm only if its policy and its key allow CloudWatch."""
    service = iam.ServicePrincipal("cloudwatch.amazonaws.com")
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[service],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(topic).account}},
        )
    )
    if topic.master_key:
        topic.master_key.grant(service, "kms:Decrypt", "kms:GenerateDataKey*")
