"""The function that writes the report of a release once its execution has ended, so that no release waits for it.

EventBridge calls it for each end, also for that of a redrive, and perhaps twice. The whole history is read each time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from aws_lambda_powertools import Logger

from lambdas.aws.environment_events import EnvironmentEvent, EnvironmentEvents, connect_environment_events
from lambdas.aws.executions import Executions, connect_executions
from lambdas.aws.reports import Reports, connect_reports
from lambdas.errors import ReleaseError
from lambdas.report.page import page
from lambdas.report.release_history import ReleaseHistory, read_history

logger = Logger(service="bluegreen")

MAX_HISTORY: Final = 25_000
"""Step Functions keeps no more events of an execution."""
AFTERWARDS: Final = timedelta(seconds=10)
"""Elastic Beanstalk tells the end of an operation up to some seconds after it shows."""


def write_report(execution: str, executions: Executions, events: EnvironmentEvents, reports: Reports) -> None:
    """Write the report of an execution. Raises ReleaseError when its history cannot be read, or it cannot be kept."""
    history = read_history(executions.history(execution, MAX_HISTORY))
    if history is None or (history.request.get("dry_run") is True and history.status == "SUCCEEDED"):
        return  # a dry run leaves nothing behind; the message about one that failed links its report
    told, left_out = _events(history, events)
    reports.put(execution, page(history, told, left_out, execution))


def _events(history: ReleaseHistory, events: EnvironmentEvents) -> tuple[list[EnvironmentEvent], list[str]]:
    """Return the events of both environments, and sentences on what is missing."""
    end = history.ended or max([history.started, *(run.entered for run in history.runs)])
    told: list[EnvironmentEvent] = []
    left_out = []
    for id_ in (history.deployment.get("blue_id"), history.deployment.get("green_id")):
        if not id_:
            continue  # the release had no such environment yet
        try:
            found, more = events.between(str(id_), history.started, end + AFTERWARDS)
        except ReleaseError as error:
            logger.warning("the report lacks events of Elastic Beanstalk", cause=str(error))
            left_out.append(f"Elastic Beanstalk did not show all events. {error}")
        else:
            told += found
            left_out += [f"Older events of {id_} are left out."] if more else []
    return told, left_out


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Event: "Step Functions Execution Status Change" of EventBridge.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    execution = event["detail"]["executionArn"]
    logger.append_keys(execution=execution)
    write_report(execution, connect_executions(), connect_environment_events(), connect_reports())
    logger.info("reported", status=event["detail"]["status"])
