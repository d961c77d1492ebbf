"""Pipelines as resources of CloudFormation.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codepipeline-pipeline.html
"""

from typing import Any

from emulator.ministack.cloudformation.resource_type import (
    Properties,
    Provisioned,
    ResourceType,
    Started,
    generated_name,
)

SERVICE = "codepipeline"
NAME_LENGTH = 100


class PipelineType(ResourceType):
    """AWS::CodePipeline::Pipeline. `Ref` returns its name; the attributes are Arn and Version."""

    name = "AWS::CodePipeline::Pipeline"
    replacing = ("Name",)
    name_property = "Name"
    tagged = True

    def create(self, name: str, properties: Properties, started: Started) -> Provisioned:
        """Create a pipeline, which runs at once."""
        chosen = properties.get("Name") or name
        request = {"pipeline": {**properties, "Name": chosen}, "tags": properties.get("Tags", [])}
        self._api.call(SERVICE, "CreatePipeline", request)
        started(chosen)
        for each in properties.get("DisableInboundStageTransitions", []):
            disabled = {"pipelineName": chosen, "transitionType": "Inbound", **each}
            self._api.call(SERVICE, "DisableStageTransition", disabled)
        return chosen, self._attributes(chosen)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Provisioned:
        """Change a pipeline. It runs only when RestartExecutionOnUpdate says so."""
        if _without_tags(old) != _without_tags(new):
            self._api.call(SERVICE, "UpdatePipeline", {"pipeline": {**new, "Name": physical_id}})
            if str(new.get("RestartExecutionOnUpdate")).lower() == "true":
                self._api.call(SERVICE, "StartPipelineExecution", {"name": physical_id})
        attributes = self._attributes(physical_id)
        before, after = _tags(old), _tags(new)
        if removed := [key for key in before if key not in after]:
            self._api.call(SERVICE, "UntagResource", {"resourceArn": attributes["Arn"], "tagKeys": removed})
        if before != after:
            self._api.call(SERVICE, "TagResource", {"resourceArn": attributes["Arn"], "tags": new["Tags"]})
        return physical_id, attributes

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Delete a pipeline; its executions stop."""
        self._api.call(SERVICE, "DeletePipeline", {"name": physical_id})

    def generated_name(self, stack: str, logical_id: str, suffix: str) -> str:
        return generated_name(stack, logical_id, suffix, NAME_LENGTH)

    def _attributes(self, name: str) -> dict[str, Any]:
        found = self._api.call(SERVICE, "GetPipeline", {"name": name})
        return {"Arn": found["metadata"]["pipelineArn"], "Version": str(found["pipeline"]["version"])}


def _without_tags(properties: Properties) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "Tags"}


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
