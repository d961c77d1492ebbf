"""The operations that start, stop, retry and approve."""

from typing import Any

from emulator.codepipeline.call import PipelineCall
from emulator.codepipeline.errors import (
    ActionNotFoundError,
    ApprovalAlreadyCompletedError,
    DuplicatedStopRequestError,
    InvalidApprovalTokenError,
    InvalidParametersError,
    NotLatestPipelineExecutionError,
    PipelineExecutionNotStoppableError,
    StageNotRetryableError,
)
from emulator.codepipeline.model import Json, Pipeline, PipelineExecution, RunStatus, StageRun
from emulator.codepipeline.runs import PipelineRuns
from emulator.codepipeline.store import PipelineStore


class ExecutionOperations:
    """Starts and changes executions. `rules`: the rule of EventBridge that started a session, by session name."""

    def __init__(self, store: PipelineStore, runs: PipelineRuns, rules: dict[str, str]) -> None:
        self._store = store
        self._runs = runs
        self._rules = rules
        self._started: dict[tuple[str, str], str] = {}

    def start(self, call: PipelineCall) -> Json:
        """StartPipelineExecution. The same clientRequestToken starts no second execution."""
        name = call["name"]
        call.require_permission("codepipeline:StartPipelineExecution", self._store.arn(name))
        pipeline = self._store.pipeline(name)
        request = (name, call.get("clientRequestToken") or "")
        if request in self._started:
            return {"pipelineExecutionId": self._started[request]}
        overrides: dict[str, Json] = {}
        for each in call.get("sourceRevisions", []):
            overrides.setdefault(each["actionName"], {})[each["revisionType"]] = each["revisionValue"]
        execution = self._runs.start(pipeline, self._trigger(call.caller.arn()), _variables(pipeline, call), overrides)
        if request[1]:
            self._started[request] = execution.id
        return {"pipelineExecutionId": execution.id}

    def stop(self, call: PipelineCall) -> Json:
        """StopPipelineExecution: with `abandon` at once, else when the actions in progress have ended."""
        name, id_ = call["pipelineName"], call["pipelineExecutionId"]
        call.require_permission("codepipeline:StopPipelineExecution", self._store.arn(name))
        pipeline, execution = self._store.pipeline(name), self._store.execution(name, id_)
        abandon = call.get("abandon", False)
        if execution.status is RunStatus.STOPPING and not abandon:
            raise DuplicatedStopRequestError(f"The pipeline execution {id_} is stopping already.")
        if not execution.is_open:
            raise PipelineExecutionNotStoppableError(
                f"The pipeline execution {id_} cannot be stopped: its status is {execution.status}."
            )
        self._runs.stop(pipeline, execution, abandon=abandon, reason=call.get("reason"))
        return {"pipelineExecutionId": id_}

    def retry_stage(self, call: PipelineCall) -> Json:
        """RetryStageExecution: the same execution goes on, with new runs of actions.

        Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
        """
        name, stage_name, id_ = call["pipelineName"], call["stageName"], call["pipelineExecutionId"]
        call.require_permission("codepipeline:RetryStageExecution", self._store.arn(f"{name}/{stage_name}"))
        pipeline, gate = self._store.pipeline(name), self._store.gate(name, stage_name)
        execution = self._store.execution(name, id_)
        stage = execution.stage_named(stage_name)
        if gate.newest is not execution:
            raise NotLatestPipelineExecutionError(
                f"A later execution has been in the stage {stage_name}. Retry that one, or start a new execution."
            )
        if stage is None or not _is_retryable(stage, execution, pipeline):
            raise StageNotRetryableError(
                f"The stage {stage_name} of {id_} cannot be retried: it has no failed action, or an action is in"
                " progress, or the pipeline has changed since."
            )
        self._runs.retry(pipeline, execution, stage, all_actions=call["retryMode"] == "ALL_ACTIONS")
        return {"pipelineExecutionId": id_}

    def put_approval_result(self, call: PipelineCall) -> Json:
        """PutApprovalResult. The token is that of the open approval, which GetPipelineState shows."""
        name, stage_name, action = call["pipelineName"], call["stageName"], call["actionName"]
        call.require_permission("codepipeline:PutApprovalResult", self._store.arn(f"{name}/{stage_name}/{action}"))
        pipeline, gate = self._store.pipeline(name), self._store.gate(name, stage_name)
        newest = gate.actions.get(action)
        if newest is None or newest.declaration["actionTypeId"]["category"] != "Approval":
            raise ActionNotFoundError(f"The stage {stage_name} has no approval {action} that was asked for.")
        asked = [(each, run) for each in pipeline.executions for run in each.open_runs() if run.token == call["token"]]
        if not asked and newest.status is not RunStatus.IN_PROGRESS:
            raise ApprovalAlreadyCompletedError(f"The approval {action} has ended already: {newest.status}.")
        if not asked:
            raise InvalidApprovalTokenError(
                f"The token is not that of the open approval {action}. Take it from GetPipelineState."
            )
        execution, run = asked[0]
        run.summary, run.updated_by = call["result"]["summary"], call.caller.arn()
        self._runs.answer(pipeline, execution, run, approved=call["result"]["status"] == "Approved")
        return {"approvedAt": run.updated}

    def enable_transition(self, call: PipelineCall) -> Json:
        """EnableStageTransition: let executions into a stage again."""
        self._set_transition(call, "EnableStageTransition", {"enabled": True})
        pipeline = self._store.pipeline(call["pipelineName"])
        self._runs.admit(pipeline, pipeline.gate(call["stageName"]))
        return {}

    def disable_transition(self, call: PipelineCall) -> Json:
        """DisableStageTransition: let no execution into a stage. Out of a stage they always get."""
        if call["transitionType"] != "Inbound":
            raise InvalidParametersError("Only the transition into a stage can be disabled here: Inbound.")
        self._set_transition(call, "DisableStageTransition", {"enabled": False, "disabledReason": call["reason"]})
        return {}

    def _set_transition(self, call: PipelineCall, action: str, transition: Json) -> None:
        name, stage = call["pipelineName"], call["stageName"]
        call.require_permission(f"codepipeline:{action}", self._store.arn(f"{name}/{stage}"))
        changed = {"lastChangedBy": call.caller.arn(), "lastChangedAt": self._store.clock.time()}
        self._store.gate(name, stage).transition = {**transition, **changed}

    def _trigger(self, caller: str) -> Json:
        if rule := self._rules.pop(caller.rpartition("/")[2], None):
            return {"triggerType": "CloudWatchEvent", "triggerDetail": rule}
        return {"triggerType": "StartPipelineExecution", "triggerDetail": caller}


def _is_retryable(stage: StageRun, execution: PipelineExecution, pipeline: Pipeline) -> bool:
    return (
        stage.status is RunStatus.FAILED
        and not any(run.status is RunStatus.IN_PROGRESS for run in stage.actions.values())
        and execution.version == pipeline.declaration["version"]
    )


def _variables(pipeline: Pipeline, call: PipelineCall) -> dict[str, str]:
    """Return the values of the pipeline's variables. Raises InvalidParametersError for one without a value."""
    given: dict[str, Any] = {each["name"]: each["value"] for each in call.get("variables", [])}
    declared = {each["name"]: each.get("defaultValue") for each in pipeline.declaration.get("variables", [])}
    if unknown := sorted(given.keys() - declared.keys()):
        raise InvalidParametersError(f"The pipeline {pipeline.name} has no variable {unknown[0]}.")
    values = declared | given
    if missing := sorted(name for name, value in values.items() if value is None):
        raise InvalidParametersError(f"The variable {missing[0]} has no default value. Give one.")
    return values
