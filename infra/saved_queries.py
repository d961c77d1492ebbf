"""Saved queries of CloudWatch Logs Insights over the logs of the functions and the state machines."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_logs as logs
from constructs import Construct


@dataclass(frozen=True)
class SavedQuery:
    """A query; CloudWatch joins its lines with `|`. Functions log JSON with the keys of lambdas/handler.py."""

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
            'filter message = "failed" and error != "ServiceUnavailableError"',
            "sort @timestamp desc",
        ),
    ),
    SavedQuery(
        "Whether AWS throttles or fails",
        (
            'filter error = "ServiceUnavailableError" and message = "failed"',
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
    """The saved queries, in `folder` in the console of Logs Insights."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        folder: str,
        functions: Sequence[logs.ILogGroup],
        machines: Sequence[logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        queries = [(query, functions) for query in FUNCTION_QUERIES]
        for query, groups in [*queries, *((query, machines) for query in MACHINE_QUERIES)]:
            logs.CfnQueryDefinition(
                self,
                query.title.title().replace(" ", ""),
                name=f"{folder}/{query.title}",
                query_string="\n| ".join(query.lines),
                log_group_names=[group.log_group_name for group in groups],
            )
