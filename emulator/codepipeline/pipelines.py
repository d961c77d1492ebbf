"""The operations about pipelines themselves."""

from collections.abc import Callable

from emulator.codepipeline.call import PipelineCall
from emulator.codepipeline.declarations import check_declaration
from emulator.codepipeline.errors import InvalidStructureError, PipelineNameInUseError
from emulator.codepipeline.model import Json, Pipeline
from emulator.codepipeline.runs import PipelineRuns
from emulator.codepipeline.store import PipelineStore

SERVICE_PRINCIPAL = "codepipeline.amazonaws.com"
MayAssume = Callable[[str, str], bool]
"""Tells whether a service may assume a role, by the role's ARN and the service's name."""


class PipelineOperations:
    """Creates, changes, describes and deletes pipelines. A new pipeline runs at once."""

    def __init__(self, store: PipelineStore, runs: PipelineRuns, may_assume: MayAssume) -> None:
        self._store = store
        self._runs = runs
        self._may_assume = may_assume

    def create(self, call: PipelineCall) -> Json:
        """CreatePipeline."""
        declaration = call["pipeline"]
        name = declaration["name"]
        call.require_permission("codepipeline:CreatePipeline", self._store.arn(name))
        self._check(call, declaration)
        if name in self._store.pipelines:
            raise PipelineNameInUseError(
                f"A pipeline with the name '{name}' already exists in account '{self._store.account_id}'"
            )
        now = self._store.clock.time()
        pipeline = Pipeline(_completed(declaration, 1), self._store.arn(name), now, now, _tags(call.get("tags", [])))
        self._store.pipelines[name] = pipeline
        defaults = {each["name"]: each.get("defaultValue") for each in declaration.get("variables", [])}
        variables = {variable: value for variable, value in defaults.items() if value is not None}
        trigger = {"triggerType": "CreatePipeline", "triggerDetail": call.caller.arn()}
        self._runs.start(pipeline, trigger, variables, {})
        return {"pipeline": pipeline.declaration, "tags": _listed(pipeline.tags)}

    def update(self, call: PipelineCall) -> Json:
        """UpdatePipeline: executions in progress go on by the declaration that they began with."""
        declaration = call["pipeline"]
        pipeline = self._store.pipeline(declaration["name"])
        call.require_permission("codepipeline:UpdatePipeline", pipeline.arn)
        self._check(call, declaration)
        pipeline.declaration = _completed(declaration, pipeline.declaration["version"] + 1)
        pipeline.updated = self._store.clock.time()
        return {"pipeline": pipeline.declaration}

    def get(self, call: PipelineCall) -> Json:
        """GetPipeline."""
        call.require_permission("codepipeline:GetPipeline", self._store.arn(call["name"]))
        pipeline = self._store.pipeline(call["name"])
        times = {"created": pipeline.created, "updated": pipeline.updated}
        return {"pipeline": pipeline.declaration, "metadata": {"pipelineArn": pipeline.arn, **times}}

    def list(self, call: PipelineCall) -> Json:
        """ListPipelines."""
        call.require_permission("codepipeline:ListPipelines", self._store.arn("*"))
        found = [
            {
                "name": each.name,
                "version": each.declaration["version"],
                "pipelineType": each.declaration["pipelineType"],
                "executionMode": each.declaration["executionMode"],
                "created": each.created,
                "updated": each.updated,
            }
            for each in self._store.pipelines.values()
        ]
        return call.page("pipelines", found, 1_000)

    def delete(self, call: PipelineCall) -> Json:
        """DeletePipeline. One that does not exist is deleted already."""
        call.require_permission("codepipeline:DeletePipeline", self._store.arn(call["name"]))
        pipeline = self._store.pipelines.pop(call["name"], None)
        for execution in pipeline.executions if pipeline else []:
            if pipeline and execution.is_open:
                self._runs.stop(pipeline, execution, abandon=True, reason="The pipeline is deleted.")
        return {}

    def list_tags(self, call: PipelineCall) -> Json:
        """ListTagsForResource."""
        call.require_permission("codepipeline:ListTagsForResource", call["resourceArn"])
        return {"tags": _listed(self._store.by_arn(call["resourceArn"]).tags)}

    def tag(self, call: PipelineCall) -> Json:
        """TagResource."""
        call.require_permission("codepipeline:TagResource", call["resourceArn"])
        self._store.by_arn(call["resourceArn"]).tags.update(_tags(call["tags"]))
        return {}

    def untag(self, call: PipelineCall) -> Json:
        """UntagResource."""
        call.require_permission("codepipeline:UntagResource", call["resourceArn"])
        tags = self._store.by_arn(call["resourceArn"]).tags
        for key in call["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _check(self, call: PipelineCall, declaration: Json) -> None:
        """Raise an error when the declaration makes no pipeline, or its roles are not for CodePipeline.

        Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-service-role.html
        """
        check_declaration(declaration, self._store.region)
        role = declaration["roleArn"]
        call.require_permission("iam:PassRole", role, {"iam:PassedToService": SERVICE_PRINCIPAL})
        if not self._may_assume(role, SERVICE_PRINCIPAL):
            raise InvalidStructureError(f"CodePipeline is not authorized to perform AssumeRole on role {role}")


def _completed(declaration: Json, version: int) -> Json:
    """Return a declaration with the defaults, and with its own copy of each level that may change."""
    defaults = {"executionMode": "SUPERSEDED", "pipelineType": "V1"}
    return {**defaults, **declaration, "version": version}


def _tags(given: list[dict[str, str]]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in given}


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
