"""The account's pipelines, under one lock."""

import threading

from emulator.clock import Clock
from emulator.codepipeline.errors import (
    PipelineExecutionNotFoundError,
    PipelineNotFoundError,
    PipelineResourceNotFoundError,
    StageNotFoundError,
)
from emulator.codepipeline.model import Pipeline, PipelineExecution, StageGate


class PipelineStore:
    """Pipelines by name. Hold `lock` while you use it, and never during slow work."""

    def __init__(self, *, clock: Clock, region: str, account_id: str) -> None:
        self.clock = clock
        self.region = region
        self.account_id = account_id
        self.lock = threading.RLock()
        self.pipelines: dict[str, Pipeline] = {}

    def arn(self, name: str) -> str:
        """Return the ARN of a pipeline; of a stage or an action with `pipeline/stage/action` as the name."""
        return f"arn:aws:codepipeline:{self.region}:{self.account_id}:{name}"

    def pipeline(self, name: str) -> Pipeline:
        """Return a pipeline. Raises PipelineNotFoundError."""
        if name not in self.pipelines:
            raise PipelineNotFoundError(f"Account '{self.account_id}' does not have a pipeline with name '{name}'")
        return self.pipelines[name]

    def by_arn(self, arn: str) -> Pipeline:
        """Return a pipeline. Raises PipelineResourceNotFoundError."""
        for pipeline in self.pipelines.values():
            if pipeline.arn == arn:
                return pipeline
        raise PipelineResourceNotFoundError(f"Resource {arn} not found")

    def execution(self, name: str, id_: str) -> PipelineExecution:
        """Return an execution. Raises PipelineNotFoundError and PipelineExecutionNotFoundError."""
        for execution in self.pipeline(name).executions:
            if execution.id == id_:
                return execution
        raise PipelineExecutionNotFoundError(f"Pipeline '{name}' does not have an execution with id '{id_}'.")

    def gate(self, name: str, stage: str) -> StageGate:
        """Return a stage's gate. Raises PipelineNotFoundError and StageNotFoundError."""
        pipeline = self.pipeline(name)
        if stage not in [each["name"] for each in pipeline.declaration["stages"]]:
            raise StageNotFoundError(f"Pipeline '{name}' does not have a stage with name '{stage}'.")
        return pipeline.gate(stage)
