"""The hooks of a release: Lambda functions of one's own, called at gates. docs/hooks.md describes the contract.

It is that of Amazon ECS's lifecycle hooks, so a function written for these works here:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

DEFAULT_DELAY_SECONDS: Final = 30
"""Amazon ECS's delay between two calls of a hook."""
MIN_DELAY_SECONDS: Final = 30
"""Each call takes 9 of the 25,000 events that the history of an execution can hold."""
MAX_DETAILS_LENGTH: Final = 32_768
"""Characters of hookDetails. They go through the data of the state machine, which AWS limits to 256 KB."""


class Gate(StrEnum):
    """Where in a release hooks are called."""

    BEFORE_GREEN = "before_green"  # green is tested; users are still on blue
    BEFORE_DEPLOY = "before_deploy"  # users are on green; blue still runs the old version
    BEFORE_BLUE = "before_blue"  # blue is tested and approved; users are still on green
    AFTER_BLUE = "after_blue"  # users are on blue, which is watched; green stands by
    AFTER_RELEASE = "after_release"  # green is gone


LIFECYCLE_STAGES: Final[Mapping[Gate, str]] = {
    Gate.BEFORE_GREEN: "RECONCILE_SERVICE",
    Gate.BEFORE_DEPLOY: "PRE_SCALE_UP",
    Gate.BEFORE_BLUE: "POST_TEST_TRAFFIC_SHIFT",
    Gate.AFTER_BLUE: "POST_PRODUCTION_TRAFFIC_SHIFT",
    Gate.AFTER_RELEASE: "CLEAN_UP",
}
"""The stage of Amazon ECS's deployments in which the new version has come as far as at the gate."""


@dataclass(frozen=True)
class Hooks:
    """The functions that are called at each gate, and how long each of them may take."""

    before_green: tuple[str, ...] = ()
    before_deploy: tuple[str, ...] = ()
    before_blue: tuple[str, ...] = ()
    after_blue: tuple[str, ...] = ()
    after_release: tuple[str, ...] = ()
    timeout_seconds: int = 600
    """From the first call of a hook to its end."""
    on_timeout: str = "fail"
    """`fail`: the release fails. `continue`: it goes on."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """By function: the hookDetails of its first call."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the hooks that `asdict` turned into `data`, by this version of the class or by another one."""
        known: dict[str, Any] = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        return cls(**known | {gate: tuple(data.get(gate, ())) for gate in Gate})

    def functions(self) -> list[str]:
        """Return the names of all functions, each once, sorted."""
        return sorted({name for gate in Gate for name in getattr(self, gate)})


@dataclass(frozen=True)
class HookCall:
    """One hook at one gate, from its first call to its end. The state machine passes it from call to call."""

    function: str
    gate: Gate
    since: str = ""
    """When it was called first; ISO 8601. Empty before."""
    details: Any = None
    """The hookDetails for the next call."""
    wait_seconds: int = 0
    """The time until the next look; 0 when the hook has ended."""
    due: str = ""
    """When the hook is called next; ISO 8601. Empty where that is the next look."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """`data`: {"function", "gate"} before the first call, then what `to_json` returned, of any version."""
        known: dict[str, Any] = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        return cls(**known | {"gate": Gate(data["gate"])})

    def to_json(self) -> dict[str, Any]:
        """Return the fields of this class."""
        return asdict(self)

    def ended(self) -> Self:
        """Return the call of a hook that is not called again."""
        return replace(self, details=None, wait_seconds=0, due="")


def deployed_hooks() -> frozenset[str]:
    """Return the functions that the stack was deployed with, as `-c hooks=` names them."""
    return frozenset(name for name in os.environ.get("HOOKS", "").split(",") if name)


class HookAnswerError(Exception):
    """An answer breaks the contract. The message says what was found."""


@dataclass(frozen=True)
class HookAnswer:
    """What a hook answered. `status` is one of SUCCEEDED, FAILED, IN_PROGRESS."""

    status: str
    delay_seconds: int = DEFAULT_DELAY_SECONDS
    details: Any = None

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Return the answer in the result of a function. Raises HookAnswerError."""
        status = data.get("hookStatus") if isinstance(data, dict) else None
        if status not in ("SUCCEEDED", "FAILED", "IN_PROGRESS"):
            raise HookAnswerError(f"the answer {json.dumps(data)[:200]}, without such a hookStatus")
        delay, details = data.get("callBackDelay", DEFAULT_DELAY_SECONDS), data.get("hookDetails")
        if isinstance(delay, bool) or not isinstance(delay, int | float) or delay < 0:
            raise HookAnswerError(f"the callBackDelay {json.dumps(delay)[:200]}, which is no number of seconds")
        if len(json.dumps(details)) > MAX_DETAILS_LENGTH:
            raise HookAnswerError(f"hookDetails of more than {MAX_DETAILS_LENGTH} characters")
        return cls(status, max(int(min(delay, 86_400)), MIN_DELAY_SECONDS), details)
