"""How executions go through a pipeline.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.pipelines import VirtualPipelines, approval, release, source

SUCCEEDED, FAILED, IN_PROGRESS = "Succeeded", "Failed", "InProgress"


@pytest.fixture
def pipelines() -> VirtualPipelines:
    return VirtualPipelines()


def released(pipelines: VirtualPipelines) -> str:
    """Create the pipeline that the stack makes, and return the id of its execution, which is in Deploy."""
    return pipelines.create(source(), release("Deploy"), approval(), release("Cutover"))


def test_a_new_pipeline_runs_at_once_and_goes_through_its_stages(pipelines: VirtualPipelines) -> None:
    id_ = released(pipelines)
    assert pipelines.stages() == {"Source": SUCCEEDED, "Deploy": IN_PROGRESS, "Approve": None, "Cutover": None}
    pipelines.end("deploy")
    assert pipelines.stages()["Approve"] == IN_PROGRESS
    assert pipelines.executions() == {id_: IN_PROGRESS}
    pipelines.answer()
    assert pipelines.stages()["Cutover"] == IN_PROGRESS
    pipelines.end("cutover")
    assert pipelines.executions() == {id_: SUCCEEDED}
    assert set(pipelines.stages().values()) == {SUCCEEDED}


def test_an_execution_says_what_started_it(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ExecutionTrigger.html"""

    def trigger(id_: str) -> tuple[str, str]:
        found = pipelines.call("GetPipelineExecution", pipelineName="shop", pipelineExecutionId=id_)
        started = found["pipelineExecution"]["trigger"]
        return started["triggerType"], started["triggerDetail"]

    assert trigger(released(pipelines)) == ("CreatePipeline", pipelines.caller.arn())
    assert trigger(pipelines.start()) == ("StartPipelineExecution", pipelines.caller.arn())
    pipelines.rules["ann"] = "arn:aws:events:us-east-1:123456789012:rule/uploaded"
    assert trigger(pipelines.start()) == ("CloudWatchEvent", "arn:aws:events:us-east-1:123456789012:rule/uploaded")


def test_a_failed_action_fails_its_stage_and_the_execution(pipelines: VirtualPipelines) -> None:
    id_ = released(pipelines)
    pipelines.end("deploy", "FAILED", error="ReleaseRefusedError", cause="v1 is not there")
    assert pipelines.executions() == {id_: FAILED}
    assert pipelines.stages() == {"Source": SUCCEEDED, "Deploy": FAILED, "Approve": None, "Cutover": None}


def test_actions_run_in_their_order_and_those_of_one_order_together(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html, runOrder"""
    first, second = release("First", runOrder=1), release("Second", runOrder=1)
    pipelines.create(source(), [first, second, release("Third", runOrder=2)])
    assert [name.partition("-")[0] for name in pipelines.services.executions] == ["first", "second"]
    pipelines.end("first")
    assert len(pipelines.services.executions) == 2
    pipelines.end("second")
    assert [name.partition("-")[0] for name in pipelines.services.executions] == ["first", "second", "third"]


def test_a_failed_action_lets_those_beside_it_end_and_starts_none_after_it(pipelines: VirtualPipelines) -> None:
    first, second = release("First", runOrder=1), release("Second", runOrder=1)
    id_ = pipelines.create(source(), [first, second, release("Third", runOrder=2)])
    pipelines.end("first", "FAILED")
    assert pipelines.executions() == {id_: IN_PROGRESS}
    pipelines.end("second")
    assert pipelines.executions() == {id_: FAILED}
    assert len(pipelines.services.executions) == 2


# --- several executions


def test_a_stage_processes_one_execution_and_the_next_one_waits_before_it(pipelines: VirtualPipelines) -> None:
    first = released(pipelines)
    second = pipelines.start()
    assert len(pipelines.services.executions) == 1
    stages = pipelines.call("GetPipelineState", name="shop")["stageStates"]
    assert stages[1]["latestExecution"]["pipelineExecutionId"] == first
    assert stages[1]["inboundExecution"]["pipelineExecutionId"] == second
    pipelines.end("deploy")
    assert len(pipelines.services.executions) == 2, "the second enters once the first has left"


def test_a_newer_execution_supersedes_one_that_waits(pipelines: VirtualPipelines) -> None:
    first = released(pipelines)
    second = pipelines.start()
    third = pipelines.start()
    assert pipelines.executions() == {third: IN_PROGRESS, second: "Superseded", first: IN_PROGRESS}


def test_queued_executions_wait_in_their_order(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/execution-modes.html"""
    pipelines.create(source(), release("Deploy"), executionMode="QUEUED")
    pipelines.services.objects["bundles/shop.zip"].append(b"v2")
    pipelines.start()
    pipelines.services.objects["bundles/shop.zip"].append(b"v3")
    pipelines.start()
    for _ in range(3):
        pipelines.end("deploy")
    assert [each["version"] for each in pipelines.services.inputs()] == ["version-1", "version-2", "version-3"]
    assert set(pipelines.executions().values()) == {SUCCEEDED}


def test_parallel_executions_do_not_wait(pipelines: VirtualPipelines) -> None:
    pipelines.create(source(), release("Deploy"), executionMode="PARALLEL", pipelineType="V2")
    pipelines.start()
    assert len(pipelines.services.executions) == 2


def test_a_disabled_transition_keeps_executions_out_of_a_stage(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/transitions.html"""
    released(pipelines)
    stage = {"pipelineName": "shop", "stageName": "Approve", "transitionType": "Inbound"}
    pipelines.call("DisableStageTransition", reason="a holiday", **stage)
    pipelines.end("deploy")
    assert pipelines.stages()["Approve"] is None
    pipelines.call("EnableStageTransition", **stage)
    assert pipelines.stages()["Approve"] == IN_PROGRESS


# --- retry


def retry(pipelines: VirtualPipelines, id_: str, mode: str = "FAILED_ACTIONS", stage: str = "Deploy") -> Any:
    named = {"pipelineName": "shop", "stageName": stage, "pipelineExecutionId": id_, "retryMode": mode}
    answer = pipelines.call("RetryStageExecution", **named)
    pipelines.advance()
    return answer


def test_a_retried_stage_starts_a_new_execution_of_the_machine_and_goes_on(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html"""
    id_ = released(pipelines)
    pipelines.end("deploy", "FAILED")
    pipelines.services.objects["bundles/shop.zip"].append(b"v2")
    assert retry(pipelines, id_) == {"pipelineExecutionId": id_}
    assert len(pipelines.services.executions) == 2
    assert {each["version"] for each in pipelines.services.inputs()} == {"version-1"}, "the source is not read again"
    pipelines.end("deploy")
    assert pipelines.stages()["Approve"] == IN_PROGRESS


@pytest.mark.parametrize(("mode", "runs"), [("FAILED_ACTIONS", ["second"]), ("ALL_ACTIONS", ["first", "second"])])
def test_a_retry_runs_the_failed_actions_or_all(pipelines: VirtualPipelines, mode: str, runs: list[str]) -> None:
    id_ = pipelines.create(source(), [release("Deploy"), release("First"), release("Second")])
    pipelines.end("deploy")
    pipelines.end("first")
    pipelines.end("second", "FAILED")
    before = len(pipelines.services.executions)
    retry(pipelines, id_, mode)
    again = [name.partition("-")[0] for name in list(pipelines.services.executions)[before:]]
    assert again == [*(["deploy"] if mode == "ALL_ACTIONS" else []), *runs]


def test_only_a_failed_stage_can_be_retried(pipelines: VirtualPipelines) -> None:
    id_ = released(pipelines)
    with pytest.raises(ClientError, match="StageNotRetryableException"):
        retry(pipelines, id_)


def test_a_stage_cannot_be_retried_after_a_later_execution(pipelines: VirtualPipelines) -> None:
    first = released(pipelines)
    pipelines.end("deploy", "FAILED")
    pipelines.start()
    with pytest.raises(ClientError, match="NotLatestPipelineExecutionException"):
        retry(pipelines, first)


def test_a_stage_cannot_be_retried_once_the_pipeline_has_changed(pipelines: VirtualPipelines) -> None:
    id_ = released(pipelines)
    pipelines.end("deploy", "FAILED")
    changed = pipelines.call("GetPipeline", name="shop")["pipeline"]
    assert pipelines.call("UpdatePipeline", pipeline=changed)["pipeline"]["version"] == 2
    with pytest.raises(ClientError, match="StageNotRetryableException"):
        retry(pipelines, id_)


# --- stop


def stop(pipelines: VirtualPipelines, id_: str, *, abandon: bool) -> None:
    named = {"pipelineName": "shop", "pipelineExecutionId": id_, "reason": "a mistake"}
    pipelines.call("StopPipelineExecution", abandon=abandon, **named)


def test_stop_and_wait_lets_actions_in_progress_end(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html"""
    id_ = released(pipelines)
    stop(pipelines, id_, abandon=False)
    assert pipelines.executions() == {id_: "Stopping"}
    assert pipelines.stages()["Deploy"] == "Stopping"
    with pytest.raises(ClientError, match="DuplicatedStopRequestException"):
        stop(pipelines, id_, abandon=False)
    pipelines.end("deploy")
    assert pipelines.executions() == {id_: "Stopped"}
    assert pipelines.stages()["Approve"] is None


def test_stop_and_abandon_leaves_the_execution_of_the_machine_alone(pipelines: VirtualPipelines) -> None:
    id_ = released(pipelines)
    stop(pipelines, id_, abandon=True)
    assert pipelines.executions() == {id_: "Stopped"}
    assert pipelines.action("Deploy")["status"] == "Abandoned"
    pipelines.end("deploy")
    assert pipelines.executions() == {id_: "Stopped"}
    with pytest.raises(ClientError, match="PipelineExecutionNotStoppableException"):
        stop(pipelines, id_, abandon=True)


def test_a_stopped_execution_that_waits_enters_no_stage(pipelines: VirtualPipelines) -> None:
    released(pipelines)
    second = pipelines.start()
    stop(pipelines, second, abandon=False)
    assert pipelines.executions()[second] == "Stopped"
    pipelines.end("deploy")
    assert len(pipelines.services.executions) == 1


# --- starts


def test_the_same_token_starts_one_execution(pipelines: VirtualPipelines) -> None:
    released(pipelines)
    assert pipelines.start(clientRequestToken="once") == pipelines.start(clientRequestToken="once")


def test_a_pipeline_has_variables_with_defaults(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html"""
    deploy = release("Deploy", '{"version": "#{variables.label}"}')
    variables = [{"name": "label", "defaultValue": "v1"}]
    pipelines.create(source(), deploy, pipelineType="V2", executionMode="PARALLEL", variables=variables)
    pipelines.start(variables=[{"name": "label", "value": "v7"}])
    assert [each["version"] for each in pipelines.services.inputs()] == ["v1", "v7"]
    with pytest.raises(ClientError, match="no variable size"):
        pipelines.start(variables=[{"name": "size", "value": "5"}])


def test_a_start_may_choose_the_version_of_the_object(pipelines: VirtualPipelines) -> None:
    """Source: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_SourceRevisionOverride.html"""
    pipelines.create(source(), release("Deploy"), executionMode="PARALLEL", pipelineType="V2")
    pipelines.services.objects["bundles/shop.zip"].append(b"v2")
    chosen = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": "version-1"}
    pipelines.start()
    pipelines.start(sourceRevisions=[chosen])
    assert [each["version"] for each in pipelines.services.inputs()] == ["version-1", "version-2", "version-1"]


def test_a_deleted_pipeline_stops(pipelines: VirtualPipelines) -> None:
    released(pipelines)
    pipelines.call("DeletePipeline", name="shop")
    with pytest.raises(ClientError, match="does not have a pipeline with name 'shop'"):
        pipelines.call("GetPipelineState", name="shop")
    pipelines.end("deploy")
    assert len(pipelines.services.executions) == 1
