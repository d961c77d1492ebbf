"""The questions of the runbook, as saved queries of CloudWatch Logs Insights over what functions and machine log."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_logs as logs
from constructs import Construct


@dataclass(frozen=True)
class SavedQuery:
    """A query in lines, as CloudWatch joins them with `|`. Functions log JSON: lambdas/handler.py says which keys."""

    title: str
    lines: tuple[str, ...]


WHO_SERVES = SavedQuery(
    "Who serves users",
    (
        'filter message = "swapped"',
        "stats latest(target) as serving, latest(@timestamp) as since by application, cname",
    ),
)
FUNCTION_QUERIES = (
    WHO_SERVES,
    SavedQuery(
        "What happened in each release",
        (
            "fields @timestamp, execution, state, message, error, cause",
            'filter ispresent(execution) and message != "waiting"',
            "sort execution asc, @timestamp asc",
        ),
    ),
    SavedQuery(
        "What a release is waiting for",
        (
            'filter message = "waiting"',
            "stats latest(found) as found_last, count(*) as looks, latest(@timestamp) as at by execution, state",
            "sort at desc",
        ),
    ),
    SavedQuery(
        "Why releases failed",
        (
            "fields @timestamp, application, environment, state, error, cause, execution",
            'filter message = "failed" and error != "BeanstalkUnavailableError"',
            "sort @timestamp desc",
        ),
    ),
    SavedQuery(
        "Whether AWS throttles or fails",
        (
            'filter error = "BeanstalkUnavailableError" and message = "failed"',
            "stats count(*) as times, latest(cause) as last by bin(1m), state",
        ),
    ),
    SavedQuery(
        "How long stages take",
        (
            "filter ispresent(StateSeconds.0)",
            "stats avg(StateSeconds.0) as mean, max(StateSeconds.0) as longest by application, state",
        ),
    ),
)
MACHINE_QUERIES = (
    SavedQuery(
        "How executions ended",
        (
            "fields @timestamp, type, execution_arn, details.error, details.cause",
            "filter type like /^Execution(Succeeded|Failed|Aborted|TimedOut|Redriven)$/",
            "sort @timestamp desc",
        ),
    ),
)


class SavedQueries(Construct):
    """The questions, under `folder` in the console of Logs Insights."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        functions: Sequence[logs.ILogGroup],
        machine: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        asked = [(question, functions) for question in FUNCTION_QUERIES] + [
            (question, [machine]) for question in MACHINE_QUERIES
        ]
        for question, groups in asked:
            logs.CfnQueryDefinition(
                self,
                question.title.title().replace(" ", ""),
                name=f"{folder}/{question.title}",
                query_string="\n| ".join(question.lines),
                log_group_names=[group.log_group_name for group in groups],
            )
