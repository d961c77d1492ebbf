"""Pipelines, their executions, and the runs of stages and actions.

Source of the statuses: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from emulator.beanstalk.scheduler import Task

Json = dict[str, Any]


class RunStatus(StrEnum):
    """The status of an execution, a stage or an action. Each of them has some of these."""

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUCCEEDED = "Succeeded"
    SUPERSEDED = "Superseded"
    FAILED = "Failed"
    ABANDONED = "Abandoned"


@dataclass
class ActionRun:
    """One run of an action. `declaration`: the action's. Times in epoch seconds of account time."""

    stage: str
    declaration: Json
    started: float
    updated: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: RunStatus = RunStatus.IN_PROGRESS
    summary: str | None = None
    token: str | None = None
    """Of an open approval."""
    updated_by: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    error: Json | None = None
    """`code` and `message`."""
    configuration: Json = field(default_factory=dict)
    """With the values of variables."""
    variables: dict[str, str] = field(default_factory=dict)
    """The output variables."""
    task: Task | None = None

    @property
    def name(self) -> str:
        return str(self.declaration["name"])

    @property
    def order(self) -> int:
        return int(self.declaration.get("runOrder", 1))


@dataclass
class StageRun:
    """An execution in a stage: the newest run of each action by name."""

    declaration: Json
    status: RunStatus = RunStatus.IN_PROGRESS
    actions: dict[str, ActionRun] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.declaration["name"])

    def next_actions(self) -> list[Json]:
        """Return the declarations of the lowest run order with an action that has not succeeded."""
        open_ones = [
            each
            for each in self.declaration["actions"]
            if (run := self.actions.get(each["name"])) is None or run.status is not RunStatus.SUCCEEDED
        ]
        lowest = min((each.get("runOrder", 1) for each in open_ones), default=1)
        return [each for each in open_ones if each.get("runOrder", 1) == lowest]


@dataclass
class PipelineExecution:
    """One execution of a pipeline, by the declaration that the pipeline had at its start."""

    pipeline: str
    declaration: Json
    trigger: Json
    started: float
    updated: float
    variables: dict[str, str]
    """The pipeline's own variables."""
    overrides: dict[str, Json] = field(default_factory=dict)
    """Revisions of sources that the caller chose, by action."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: RunStatus = RunStatus.IN_PROGRESS
    status_summary: str | None = None
    stop_reason: str | None = None
    stages: list[StageRun] = field(default_factory=list)
    """The stages that it entered, in their order."""
    runs: list[ActionRun] = field(default_factory=list)
    """All runs of actions, the oldest first."""
    artifacts: dict[str, Json] = field(default_factory=dict)
    """`bucket` and `key` of each artifact by its name."""
    revisions: dict[str, Json] = field(default_factory=dict)
    """The revision of each source by the action's name: `artifact`, `revisionId`, `revisionSummary`, `revisionUrl`."""

    @property
    def version(self) -> int:
        return int(self.declaration["version"])

    @property
    def mode(self) -> str:
        return str(self.declaration["executionMode"])

    @property
    def is_open(self) -> bool:
        return self.status in (RunStatus.IN_PROGRESS, RunStatus.STOPPING)

    @property
    def stage(self) -> StageRun | None:
        """The stage that it is in, None between two stages."""
        if self.stages and self.stages[-1].status in (RunStatus.IN_PROGRESS, RunStatus.STOPPING):
            return self.stages[-1]
        return None

    def stage_named(self, name: str) -> StageRun | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    @property
    def next_stage(self) -> Json | None:
        """The declaration of the stage that it enters next, None after the last one."""
        declared: list[Json] = self.declaration["stages"]
        return declared[len(self.stages)] if len(self.stages) < len(declared) else None

    def open_runs(self) -> Iterator[ActionRun]:
        return (run for run in self.runs if run.status is RunStatus.IN_PROGRESS)

    def namespaces(self) -> Mapping[str, Mapping[str, str]]:
        """Return the values of variables by namespace."""
        found: dict[str, dict[str, str]] = {
            "codepipeline": {"PipelineExecutionId": self.id},
            "variables": dict(self.variables),
        }
        for run in self.runs:
            if run.status is RunStatus.SUCCEEDED and (namespace := run.declaration.get("namespace")):
                found[namespace] = run.variables
        return found


@dataclass
class StageGate:
    """A stage's lock, and what may pass. `newest`: the last execution that entered the stage."""

    running: PipelineExecution | None = None
    waiting: list[PipelineExecution] = field(default_factory=list)
    newest: PipelineExecution | None = None
    transition: Json = field(default_factory=lambda: {"enabled": True})
    actions: dict[str, ActionRun] = field(default_factory=dict)
    """The newest run of each action, of any execution."""


@dataclass
class Pipeline:
    """A pipeline. `declaration` is as GetPipeline returns it."""

    declaration: Json
    arn: str
    created: float
    updated: float
    tags: dict[str, str] = field(default_factory=dict)
    executions: list[PipelineExecution] = field(default_factory=list)
    """The oldest first."""
    gates: dict[str, StageGate] = field(default_factory=dict)
    """By the stage's name."""

    @property
    def name(self) -> str:
        return str(self.declaration["name"])

    def gate(self, stage: str) -> StageGate:
        return self.gates.setdefault(stage, StageGate())
