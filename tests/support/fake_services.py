"""Alarms, records and executions in memory, in place of CloudWatch, S3 and Step Functions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from lambdas.aws.alarms import LONG_AGO, Alarms, AlarmState
from lambdas.aws.executions import Execution, Executions
from lambdas.aws.record import Record
from lambdas.aws.records import Records
from lambdas.errors import EnvironmentNotReadyError, PermissionDeniedError


class FakeAlarms(Alarms):
    """Alarms that all exist, with the given ones in ALARM."""

    def __init__(self, *in_alarm: str, since: datetime = LONG_AGO) -> None:
        self._in_alarm = in_alarm
        self._since = since

    def states(self, names: Sequence[str]) -> dict[str, AlarmState]:
        return {name: AlarmState("ALARM" if name in self._in_alarm else "OK", self._since) for name in names}


class FakeRecords(Records):
    """Records in memory, with S3's conditions on writing."""

    def __init__(self) -> None:
        self.by_environment: dict[tuple[str, str], Record] = {}
        self.writes = 0

    def read(self, application: str, blue: str) -> Record | None:
        return self.by_environment.get((application, blue))

    def write(self, application: str, blue: str, record: Record, seen: Record | None) -> Record:
        if self.read(application, blue) != seen:
            raise EnvironmentNotReadyError(expected="the record as it was", found="it changed", next_step="Look again.")
        self.writes += 1
        self.by_environment[application, blue] = written = replace(record, etag=str(self.writes))
        return written


class FakeExecutions(Executions):
    """Executions: the given ones run, those in `ended` ended, and of those in `hidden` no function may know."""

    def __init__(self, *arns: str) -> None:
        self.arns = arns
        self.ended: dict[str, Execution] = {}
        self.hidden: set[str] = set()

    def find(self, arn: str) -> Execution | None:
        if arn in self.hidden:
            raise PermissionDeniedError(expected="an answer", found="AccessDenied: no", next_step="Allow it.")
        if arn in self.arns:
            return Execution(arn, "RUNNING", datetime.now(UTC), {})
        return self.ended.get(arn)

    def end(self, arn: str, started: datetime, status: str = "SUCCEEDED", version: str = "v3") -> None:
        """Let an execution have ended."""
        output = {"status": "released", "version": version} if status == "SUCCEEDED" else {}
        self.ended[arn] = Execution(arn, status, started, output)
