"""The operations that describe executions."""

from typing import Any

from emulator.codepipeline.call import PipelineCall
from emulator.codepipeline.model import ActionRun, Json, Pipeline, PipelineExecution, RunStatus, StageGate
from emulator.codepipeline.store import PipelineStore


class DescriptionOperations:
    """Describes the state of pipelines, their executions and their actions."""

    def __init__(self, store: PipelineStore) -> None:
        self._store = store

    def get_state(self, call: PipelineCall) -> Json:
        """GetPipelineState."""
        pipeline = self._read(call, "GetPipelineState", "name")
        return {
            "pipelineName": pipeline.name,
            "pipelineVersion": pipeline.declaration["version"],
            "stageStates": [_stage_state(stage, pipeline.gate(stage["name"])) for stage in _stages(pipeline)],
            "created": pipeline.created,
            "updated": pipeline.updated,
        }

    def get_execution(self, call: PipelineCall) -> Json:
        """GetPipelineExecution."""
        self._read(call, "GetPipelineExecution", "pipelineName")
        execution = self._store.execution(call["pipelineName"], call["pipelineExecutionId"])
        revisions = [
            {
                "name": each["artifact"],
                **{key: each[key] for key in ("revisionId", "revisionSummary", "revisionUrl", "created")},
            }
            for each in execution.revisions.values()
        ]
        described = {
            "pipelineName": execution.pipeline,
            "pipelineVersion": execution.version,
            **_execution(execution),
            "artifactRevisions": revisions,
            "variables": [{"name": name, "resolvedValue": value} for name, value in execution.variables.items()],
        }
        return {"pipelineExecution": described}

    def list_executions(self, call: PipelineCall) -> Json:
        """ListPipelineExecutions: the newest first."""
        pipeline = self._read(call, "ListPipelineExecutions", "pipelineName")
        wanted = call.get("filter", {}).get("succeededInStage", {}).get("stageName")
        found = [_summary(each) for each in reversed(pipeline.executions) if _succeeded_in(each, wanted)]
        return call.page("pipelineExecutionSummaries", found)

    def list_actions(self, call: PipelineCall) -> Json:
        """ListActionExecutions: the newest first."""
        pipeline = self._read(call, "ListActionExecutions", "pipelineName")
        wanted = call.get("filter", {})
        id_ = wanted.get("pipelineExecutionId") or wanted.get("latestInPipelineExecution", {}).get(
            "pipelineExecutionId"
        )
        runs = [(each, run) for each in pipeline.executions if id_ in (None, each.id) for run in each.runs]
        runs.sort(key=lambda found: found[1].started)
        return call.page("actionExecutionDetails", [_action_detail(*each) for each in reversed(runs)])

    def _read(self, call: PipelineCall, operation: str, parameter: str) -> Pipeline:
        call.require_permission(f"codepipeline:{operation}", self._store.arn(call[parameter]))
        return self._store.pipeline(call[parameter])


def _stages(pipeline: Pipeline) -> list[Json]:
    return list(pipeline.declaration["stages"])


def _stage_state(stage: Json, gate: StageGate) -> Json:
    state: Json = {
        "stageName": stage["name"],
        "inboundExecutions": [{"pipelineExecutionId": each.id, "status": "InProgress"} for each in gate.waiting],
        "inboundTransitionState": gate.transition,
        "actionStates": [_action_state(action, gate) for action in stage["actions"]],
    }
    if gate.waiting:
        state["inboundExecution"] = state["inboundExecutions"][0]
    run = gate.newest.stage_named(stage["name"]) if gate.newest else None
    if gate.newest and run:
        stopping = run.status is RunStatus.IN_PROGRESS and gate.newest.status is RunStatus.STOPPING
        status = RunStatus.STOPPING if stopping else run.status
        state["latestExecution"] = {"pipelineExecutionId": gate.newest.id, "status": status, "type": "STANDARD"}
    return state


def _action_state(action: Json, gate: StageGate) -> Json:
    run = gate.actions.get(action["name"])
    if run is None:
        return {"actionName": action["name"]}
    latest = {
        "actionExecutionId": run.id,
        "status": run.status,
        "summary": run.summary,
        "lastStatusChange": run.updated,
        "token": run.token,
        "lastUpdatedBy": run.updated_by,
        "externalExecutionId": run.external_id,
        "externalExecutionUrl": run.external_url,
        "errorDetails": run.error,
    }
    state: Json = {"actionName": action["name"], "latestExecution": _present(latest)}
    if gate.newest and (revision := gate.newest.revisions.get(run.name)):
        state["currentRevision"] = {
            "revisionId": revision["revisionId"],
            "revisionChangeId": revision["revisionId"],
            "created": revision["created"],
        }
        state["revisionUrl"] = revision["revisionUrl"]
    return state


def _execution(execution: PipelineExecution) -> Json:
    """Return what each description of an execution has."""
    described = {
        "pipelineExecutionId": execution.id,
        "status": execution.status,
        "statusSummary": execution.status_summary,
        "trigger": execution.trigger,
        "executionMode": execution.mode,
        "executionType": "STANDARD",
    }
    return _present(described)


def _summary(execution: PipelineExecution) -> Json:
    sources = [
        {"actionName": name, **{key: each[key] for key in ("revisionId", "revisionSummary", "revisionUrl")}}
        for name, each in execution.revisions.items()
    ]
    times = {"startTime": execution.started, "lastUpdateTime": execution.updated}
    stop = {"stopTrigger": {"reason": execution.stop_reason}} if execution.stop_reason else {}
    return {**_execution(execution), **times, "sourceRevisions": sources, **stop}


def _action_detail(execution: PipelineExecution, run: ActionRun) -> Json:
    declared = run.declaration
    result = {
        "externalExecutionId": run.external_id,
        "externalExecutionSummary": run.summary,
        "externalExecutionUrl": run.external_url,
        "errorDetails": run.error,
    }
    given = {
        "actionTypeId": declared["actionTypeId"],
        "configuration": declared.get("configuration", {}),
        "resolvedConfiguration": run.configuration,
        "roleArn": declared.get("roleArn"),
        "region": declared.get("region"),
        "inputArtifacts": _artifacts(execution, declared.get("inputArtifacts", [])),
        "namespace": declared.get("namespace"),
    }
    detail = {
        "pipelineExecutionId": execution.id,
        "actionExecutionId": run.id,
        "pipelineVersion": execution.version,
        "stageName": run.stage,
        "actionName": run.name,
        "startTime": run.started,
        "lastUpdateTime": run.updated,
        "updatedBy": run.updated_by,
        "status": run.status,
        "input": _present(given),
        "output": {
            "outputArtifacts": _artifacts(execution, declared.get("outputArtifacts", [])),
            "executionResult": _present(result),
            "outputVariables": run.variables,
        },
    }
    return _present(detail)


def _artifacts(execution: PipelineExecution, declared: list[Json]) -> list[Json]:
    found = ((each["name"], execution.artifacts.get(each["name"])) for each in declared)
    return [{"name": name, "s3location": location} for name, location in found if location]


def _succeeded_in(execution: PipelineExecution, stage: str | None) -> bool:
    run = execution.stage_named(stage) if stage else None
    return stage is None or (run is not None and run.status is RunStatus.SUCCEEDED)


def _present(values: dict[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}
