"""Incidents on the deployed machine, by the words of tools/simulation/disturbance.py. People cause them by calls.

Left out, since the account has no switch for them: the machine's time-out, which is ten days; a health that is shown
while the application answers; a managed update at once; a second stack or definition; and hooks.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from emulator.faults import FaultKind
from rehearsal.testbed import Testbed
from tools.agreement.deployed_executions import DeployedApprover, DeployedExecution
from tools.agreement.deployed_shop import DeployedShop
from tools.agreement.environment_acts import SICK, WARNS, EnvironmentActs
from tools.simulation.cases import ALARM
from tools.simulation.disturbance import INCIDENTS, STALE_SECONDS
from tools.simulation.environment_incidents import SLOW
from tools.simulation.people_incidents import LATE_SECONDS, OVERTAKEN_SECONDS, REDRIVE_SECONDS

LEFT_OUT: Final = (
    "time_out", "health", "managed", "second/stack", "abort_start/stack", "cdk_deploy", "fail/hook",
)  # fmt: skip
PLAYABLE: Final = tuple(each for each in INCIDENTS if not each.startswith(LEFT_OUT))
Later = Callable[[float, Callable[[], None]], None]
"""Does something after so many account seconds."""


class DeployedIncidents:
    """Carries out the incidents of one schedule. `request`: the release's input. `executions`: those that were started.

    `start` starts another one.
    """

    def __init__(
        self,
        testbed: Testbed,
        shop: DeployedShop,
        request: Mapping[str, Any],
        executions: list[DeployedExecution],
        *,
        start: Callable[[Mapping[str, Any]], DeployedExecution],
        later: Later,
        approver: DeployedApprover,
    ) -> None:
        self._testbed = testbed
        self._shop = shop
        self._request = request
        self._executions = executions
        self._start = start
        self._later = later
        self._approver = approver
        self._environments = EnvironmentActs(testbed, shop)

    def do(self, what: str) -> None:
        """Carry out an incident. What Elastic Beanstalk refuses does not happen."""
        kind, _, rest = what.partition("/")
        act: Callable[[str], None] = getattr(self, f"_{kind}")
        try:
            act(rest)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("InvalidParameterValue", "InvalidParameterValueException"):
                raise

    # --- environments

    def _sick(self, rest: str) -> None:
        self._impair(rest, SICK)

    def _warn(self, rest: str) -> None:
        self._impair(rest, WARNS)

    def _impair(self, rest: str, impairment: Mapping[str, Any]) -> None:
        role, _, seconds = rest.partition("/")
        if found := self._environments.find(role):
            self._environments.impair(found, impairment, float(seconds) if seconds else None)

    def _lose(self, role: str) -> None:
        if found := self._environments.find(role):
            self._environments.lose(found)

    def _stale(self, seconds: str) -> None:
        for service in ("elasticbeanstalk", "autoscaling"):
            fault = {"kind": FaultKind.STALE, "service": service, "for_seconds": float(seconds), "age": STALE_SECONDS}
            self._testbed.control.add_fault(fault)

    def _slow(self, operation: str) -> None:
        self._testbed.control.set_durations({operation: SLOW[operation]})

    def _fail(self, operation: str) -> None:
        label = {"launch": "v1", "update": str(self._request.get("version", "v1"))}[operation]
        self._shop.break_bundle(label)

    # --- people

    def _abort(self, _: str) -> None:
        self._stopped()

    def _abort_redrive(self, _: str) -> None:
        if run := self._stopped():
            self._later(REDRIVE_SECONDS, run.redrive)

    def _abort_start(self, version: str) -> None:
        if self._stopped():
            self._later(REDRIVE_SECONDS, lambda: self._second(version or "same"))

    def _abort_both(self, _: str) -> None:
        if run := self._stopped():
            self._later(REDRIVE_SECONDS, lambda: self._second("other"))
            self._later(OVERTAKEN_SECONDS, run.redrive)

    def _second(self, version: str) -> None:
        other = {name: value for name, value in self._request.items() if name != "source_bundle"} | {"version": "v3"}
        if other.get("mode") == "rollback":
            del other["mode"]
        # The simulator runs it up to its first pause while the call of the other one waits.
        self._start(other if version == "other" else self._request).await_pause()

    def _approve(self, how: str) -> None:
        limit = float(str(self._request["approval_seconds"]))
        match how:
            case "late":
                self._approver.seconds = limit - LATE_SECONDS
            case "expired":
                self._approver.seconds = limit + LATE_SECONDS
            case "twice":
                self._approver.twice = True
            case _:
                self._approver.redrives = True

    def _reject(self, error: str) -> None:
        self._approver.error = error or "Rejected"

    def _swap(self, _: str) -> None:
        self._environments.swap()

    def _terminate(self, role: str) -> None:
        if found := self._environments.find(role):
            self._environments.terminate(found)

    def _deploy(self, role: str) -> None:
        if found := self._environments.find(role):
            self._environments.deploy(found, "by-hand")

    def _configure(self, role: str) -> None:
        if found := self._environments.find(role):
            self._environments.configure(found)

    def _edit_tags(self, role: str) -> None:
        if found := self._environments.find(role):
            self._environments.edit_tags(found)

    def _edit_record(self, _: str) -> None:
        if self._record_exists():
            self._testbed.s3.put_object(**self._record, Body=b"edited by hand")

    def _delete_record(self, _: str) -> None:
        self._testbed.s3.delete_object(**self._record)

    def _delete_version(self, _: str) -> None:
        self._testbed.beanstalk.delete_application_version(
            ApplicationName=self._shop.name, VersionLabel=str(self._request.get("version", "v1"))
        )

    def _alarm(self, seconds: str) -> None:
        self._testbed.set_alarm(ALARM)
        self._later(float(seconds), lambda: self._testbed.set_alarm(ALARM, "OK"))

    @property
    def _record(self) -> Any:
        return {
            "Bucket": self._testbed.records_bucket,
            "Key": f"bluegreen/{self._shop.name}/{self._shop.blue}.json",
        }

    def _record_exists(self) -> bool:
        found = self._testbed.s3.list_objects_v2(Bucket=self._testbed.records_bucket, Prefix=self._record["Key"])
        return bool(found["KeyCount"])

    def _stopped(self) -> DeployedExecution | None:
        """Stop the execution that runs, and return it; None when none runs."""
        run = next((each for each in self._executions if each.status == "RUNNING"), None)
        if run:
            run.stop()
        return run
