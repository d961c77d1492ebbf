"""How executions go through their stages.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
A stage processes one execution at a time. The others wait before it; in mode SUPERSEDED only the newest of them.
"""

from emulator.codepipeline.action_runs import ActionRuns
from emulator.codepipeline.model import ActionRun, Json, Pipeline, PipelineExecution, RunStatus, StageGate, StageRun
from emulator.codepipeline.store import PipelineStore

PARALLEL = "PARALLEL"
SUPERSEDED = "SUPERSEDED"


class PipelineRuns:
    """Runs executions. Hold the store's lock while you call a method."""

    def __init__(self, store: PipelineStore, actions: ActionRuns) -> None:
        self._store = store
        self._actions = actions

    def start(
        self, pipeline: Pipeline, trigger: Json, variables: dict[str, str], overrides: dict[str, Json]
    ) -> PipelineExecution:
        """Start an execution."""
        now = self._store.clock.time()
        execution = PipelineExecution(pipeline.name, pipeline.declaration, trigger, now, now, variables, overrides)
        pipeline.executions.append(execution)
        self._queue(pipeline, execution)
        return execution

    def retry(self, pipeline: Pipeline, execution: PipelineExecution, stage: StageRun, *, all_actions: bool) -> None:
        """Run the failed actions of a stage again, or all of them, and go on from there."""
        failed = [name for name, run in stage.actions.items() if all_actions or run.status is not RunStatus.SUCCEEDED]
        for name in failed:
            del stage.actions[name]
        stage.status = RunStatus.IN_PROGRESS
        self._set(execution, RunStatus.IN_PROGRESS)
        pipeline.gate(stage.name).running = execution
        self._proceed(pipeline, execution)

    def stop(self, pipeline: Pipeline, execution: PipelineExecution, *, abandon: bool, reason: str | None) -> None:
        """Stop an execution: at once, or when the actions in progress have ended."""
        execution.stop_reason = reason
        self._set(execution, RunStatus.STOPPING)
        if abandon:
            for run in list(execution.open_runs()):
                self._actions.interrupt(run, RunStatus.ABANDONED)
        for gate in pipeline.gates.values():
            if execution in gate.waiting:
                gate.waiting.remove(execution)
        self._proceed(pipeline, execution)

    def answer(self, pipeline: Pipeline, execution: PipelineExecution, run: ActionRun, *, approved: bool) -> None:
        """End an approval."""
        self._actions.interrupt(run, RunStatus.SUCCEEDED if approved else RunStatus.FAILED)
        self._proceed(pipeline, execution)

    def admit(self, pipeline: Pipeline, gate: StageGate) -> None:
        """Let the first waiting execution into a stage, if it may enter."""
        if gate.waiting and gate.running is None and gate.transition["enabled"]:
            self._enter(pipeline, gate, gate.waiting.pop(0))

    def _queue(self, pipeline: Pipeline, execution: PipelineExecution) -> None:
        declared = execution.next_stage
        assert declared is not None, "an execution after its last stage has ended"  # noqa: S101
        gate = pipeline.gate(declared["name"])
        if execution.mode == PARALLEL:
            self._enter(pipeline, gate, execution)
            return
        if execution.mode == SUPERSEDED:
            while gate.waiting:
                self._set(gate.waiting.pop(), RunStatus.SUPERSEDED)
        gate.waiting.append(execution)
        self.admit(pipeline, gate)

    def _enter(self, pipeline: Pipeline, gate: StageGate, execution: PipelineExecution) -> None:
        declared = execution.next_stage
        assert declared is not None, "an execution after its last stage has ended"  # noqa: S101
        if execution.mode != PARALLEL:
            gate.running = execution
        gate.newest = execution
        execution.stages.append(StageRun(declared))
        self._proceed(pipeline, execution)

    def _proceed(self, pipeline: Pipeline, execution: PipelineExecution) -> None:
        """Do what is next for an execution: start actions, leave the stage, end."""
        stage = execution.stage
        if stage is None:
            if execution.status is RunStatus.STOPPING:
                self._set(execution, RunStatus.STOPPED)
            return
        declared = stage.next_actions()
        runs = [stage.actions[each["name"]] for each in declared if each["name"] in stage.actions]
        if any(run.status is RunStatus.IN_PROGRESS for run in runs):
            return
        if not declared:
            self._leave(pipeline, execution, stage, RunStatus.SUCCEEDED)
        elif execution.status is RunStatus.STOPPING:
            self._leave(pipeline, execution, stage, RunStatus.STOPPED)
        elif runs:
            self._leave(pipeline, execution, stage, RunStatus.FAILED)
        else:
            for each in declared:
                self._start_action(pipeline, execution, stage, each)

    def _start_action(self, pipeline: Pipeline, execution: PipelineExecution, stage: StageRun, declared: Json) -> None:
        run = self._actions.new(stage.name, declared)
        stage.actions[run.name] = run
        pipeline.gate(stage.name).actions[run.name] = run
        execution.runs.append(run)
        self._actions.start(execution, run, then=lambda: self._proceed(pipeline, execution))

    def _leave(self, pipeline: Pipeline, execution: PipelineExecution, stage: StageRun, status: RunStatus) -> None:
        stage.status = status
        gate = pipeline.gate(stage.name)
        if gate.running is execution:
            gate.running = None
        if status is not RunStatus.SUCCEEDED:
            self._set(execution, status)
        elif execution.status is RunStatus.STOPPING:
            self._set(execution, RunStatus.STOPPED)
        elif execution.next_stage is None:
            self._set(execution, RunStatus.SUCCEEDED)
        else:
            self._queue(pipeline, execution)
        self.admit(pipeline, gate)

    def _set(self, execution: PipelineExecution, status: RunStatus) -> None:
        execution.status = status
        execution.updated = self._store.clock.time()
