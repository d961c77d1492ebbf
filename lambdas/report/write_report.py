"""The function that writes the report of a release once its execution has ended, so that no release waits for it.

EventBridge calls it for each end, also for that of a redrive, and perhaps twice. The whole history is read each time.
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from aws_lambda_powertools import Logger

from lambdas.aws.application_events import ApplicationEvent, ApplicationEvents, connect_application_events
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


def write_report(execution: str, executions: Executions, events: ApplicationEvents, reports: Reports) -> None:
    """Write the report of an execution. Raises ReleaseError when its history cannot be read, or it cannot be kept."""
    history = read_history(executions.history(execution, MAX_HISTORY))
    if history is None or history.request.get("dry_run") is True:
        return  # a dry run leaves nothing behind
    told, left_out = _events(history, events)
    reports.put(execution, page(history, told, left_out, execution))


def _events(history: ReleaseHistory, events: ApplicationEvents) -> tuple[list[ApplicationEvent], list[str]]:
    """Return the events of both environments, and sentences on what is missing."""
    known = {**history.request, **history.deployment}
    application, names = known.get("application"), [known.get("blue"), known.get("green")]
    if not isinstance(application, str) or not application:
        return [], []
    end = history.ended or max(chain([history.started], (run.entered for run in history.runs)))
    try:
        found, more = events.between(application, history.started, end + AFTERWARDS)
    except ReleaseError as error:
        logger.warning("the report has no events of Elastic Beanstalk", cause=str(error))
        return [], [f"Elastic Beanstalk did not show its events. {error}"]
    left_out = ["Older events of Elastic Beanstalk are left out: the application has too many."] if more else []
    return [each for each in found if each.environment in names], left_out


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Event: "Step Functions Execution Status Change" of EventBridge.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    execution = event["detail"]["executionArn"]
    logger.append_keys(execution=execution)
    write_report(execution, connect_executions(), connect_application_events(), connect_reports())
    logger.info("reported", status=event["detail"]["status"])
