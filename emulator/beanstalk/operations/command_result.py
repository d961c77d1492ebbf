"""How a command went on the instances of an environment."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from emulator.beanstalk.instance import Instance
from emulator.beanstalk.model import Environment, HealthStatus
from emulator.beanstalk.operations import health_causes

_LOG_LINES = 100
"""How many lines an instance's engine log keeps."""


@dataclass(frozen=True)
class DeploymentFailure:
    """Why a version does not run.

    `events`: what is told, severity and message, the oldest first. `update_events`: more, which a launch does not have.
    `health`: the health from then on, None when all stays as it was. `causes`: why. `started`: whether the
    application started, and failed later. `commanded`: whether instances got a command. None does when AWS denies what
    the deployment needs, or when the bundle cannot be read. `timed_out`: whether the command only took too long.
    `instances`: on which it failed.
    """

    events: list[tuple[str, str]]
    update_events: list[tuple[str, str]] = field(default_factory=list)
    health: HealthStatus | None = None
    causes: list[str] = field(default_factory=list)
    started: bool = False
    commanded: bool = True
    timed_out: bool = False
    instances: tuple[Instance, ...] = ()


def without_command(message: str) -> DeploymentFailure:
    """Return the failure of an operation before any instance gets a command."""
    return DeploymentFailure([("ERROR", message)], commanded=False)


@dataclass
class CommandResult:
    """How a command went on each of the `chosen` instances.

    `failed`: with what the application wrote. `said`: what the engine says in ERROR events of its own.
    """

    environment: Environment
    chosen: list[Instance]
    failed: dict[Instance, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    timed_out: list[Instance] = field(default_factory=list)
    unhealthy: list[Instance] = field(default_factory=list)

    def failure(self) -> DeploymentFailure | None:
        """Return the failure, None when it went well on all instances.

        Events tell the engine's words; the application's own are in the instances' logs.
        """
        for instance, output in self.failed.items():
            lines = output.strip().splitlines() or ["The application ended without a word."]
            instance.engine_log = [*instance.engine_log, *lines][-_LOG_LINES:]
        if self.failed or self.timed_out:
            return self._command_failure()
        return self._health_failure() if self.unhealthy else None

    def _command_failure(self) -> DeploymentFailure:
        bad = [*self.failed, *self.timed_out]
        failed = "Command failed on instance. Return code: 1 Output: Engine execution has encountered an error.."
        late = "The following instances have not responded in the allowed command timeout time"
        events = [("ERROR", message) for message in self.said]
        events += [("ERROR", "Instance deployment failed. For details, see 'eb-engine.log'.")] if self.failed else []
        events += [("ERROR", f"[Instance: {instance.id}] {failed}") for instance in self.failed]
        if self.timed_out:
            listed = ", ".join(instance.id for instance in self.timed_out)
            events.append(("WARN", f"{late} (they might still finish eventually on their own): [{listed}]."))
        numbers = {
            "Successful": len(self.chosen) - len(bad),
            "Failed": len(self.failed),
            "TimedOut": len(self.timed_out),
        }
        told = ", ".join(f"{name}: {number}" for name, number in numbers.items() if number or name == "Successful")
        events.append(("INFO", f"Command execution completed on all instances. Summary: [{told}]."))
        return DeploymentFailure(
            events,
            [("ERROR", f"Unsuccessful command execution on instance id(s) '{_ids(bad)}'. Aborting the operation.")],
            health_causes.status_of(bad, self.environment, HealthStatus.DEGRADED),
            [f"Command failed {health_causes.on([*self.failed], self.environment)}."] if self.failed else [],
            timed_out=not self.failed,
            instances=(*bad, *self.unhealthy),
        )

    def _health_failure(self) -> DeploymentFailure:
        failed = f"Instance id(s) '{_ids(self.unhealthy)}' did not pass health check after command execution."
        return DeploymentFailure(
            [("ERROR", f"{failed} Aborting the operation.")],
            health=health_causes.status_of(self.unhealthy, self.environment, HealthStatus.SEVERE),
            causes=health_causes.of_probes(self.unhealthy, self.environment),
            started=True,
            instances=tuple(self.unhealthy),
        )


def _ids(instances: Iterable[Instance]) -> str:
    return ",".join(instance.id for instance in instances)
