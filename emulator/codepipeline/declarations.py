"""Checks whether a declaration makes a pipeline.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
"""

from collections.abc import Collection, Iterator

from emulator.codepipeline.errors import InvalidActionDeclarationError, InvalidStructureError
from emulator.codepipeline.model import Json
from emulator.codepipeline.providers import PROVIDERS
from emulator.codepipeline.providers.provider import ActionProvider
from emulator.codepipeline.variables import namespaces_in

_MINIMUM_STAGES = 2
_OWN_NAMESPACES = ("codepipeline", "variables")


def check_declaration(declaration: Json, region: str) -> None:
    """Raise InvalidStructureError or InvalidActionDeclarationError when a declaration makes no pipeline."""
    stages = declaration["stages"]
    if len(stages) < _MINIMUM_STAGES:
        raise InvalidStructureError(
            f"Pipeline has only {len(stages)} stage(s). There should be a minimum of 2 stages in a pipeline"
        )
    if bool(declaration.get("artifactStore")) == bool(declaration.get("artifactStores")):
        raise InvalidStructureError("A pipeline has either an artifactStore or artifactStores. Give one of them.")
    _require_unique([stage["name"] for stage in stages], "stages")
    for stage in stages:
        _require_unique([action["name"] for action in stage["actions"]], f"actions of the stage {stage['name']}")
    _require_unique([action["namespace"] for _, action in _actions(declaration) if "namespace" in action], "namespaces")
    artifacts: set[str] = set()
    namespaces = set(_OWN_NAMESPACES)
    for number, action in _actions(declaration):
        _check_place(number, action)
        _check_action(action, region, artifacts, namespaces)
        artifacts |= {each["name"] for each in action.get("outputArtifacts", [])}
        namespaces |= {action["namespace"]} if "namespace" in action else set()


def _actions(declaration: Json) -> Iterator[tuple[int, Json]]:
    """Yield each action with the number of its stage, in the order in which they run."""
    for number, stage in enumerate(declaration["stages"]):
        for action in sorted(stage["actions"], key=lambda each: int(each.get("runOrder", 1))):
            yield number, action


def _check_place(number: int, action: Json) -> None:
    is_source = action["actionTypeId"]["category"] == "Source"
    if number == 0 and not is_source:
        raise InvalidStructureError(
            f"The first stage may have source actions only. The action {action['name']} is no source action."
        )
    if number > 0 and is_source:
        raise InvalidStructureError(
            f"Source actions may be in the first stage only. The action {action['name']} is in a later one."
        )


def _check_action(action: Json, region: str, artifacts: Collection[str], namespaces: Collection[str]) -> None:
    provider, configuration = _provider(action, region), action.get("configuration", {})
    if missing := [key for key in provider.required if not configuration.get(key)]:
        raise InvalidActionDeclarationError(
            f"Action configuration for action '{action['name']}' is missing required configuration '{missing[0]}'"
        )
    (least_in, most_in), (least_out, most_out) = provider.artifacts
    for name, least, most in (("inputArtifacts", least_in, most_in), ("outputArtifacts", least_out, most_out)):
        if not least <= len(action.get(name, [])) <= most:
            raise InvalidActionDeclarationError(
                f"The action {action['name']} has {len(action.get(name, []))} {name}; it takes {least} to {most} here."
            )
    for each in action.get("inputArtifacts", []):
        if each["name"] not in artifacts:
            raise InvalidStructureError(
                f"Input Artifact Bundle {each['name']} in action {action['name']} is not declared as Output Artifact"
                " Bundle in any of the preceding actions."
            )
    if unknown := namespaces_in(configuration.values()) - set(namespaces):
        raise InvalidActionDeclarationError(
            f"The action {action['name']} uses variables of the namespace {min(unknown)}, which no action before"
            " it has."
        )


def _provider(action: Json, region: str) -> ActionProvider:
    """Return the provider of an action. Raises InvalidActionDeclarationError, as AWS for regions without it."""
    kind = action["actionTypeId"]
    provider = PROVIDERS.get((kind["category"], kind["provider"]))
    if provider is None or kind["owner"] != "AWS":
        raise InvalidActionDeclarationError(
            f"ActionType (Category: '{kind['category']}', Provider: '{kind['provider']}', Owner: '{kind['owner']}',"
            f" Version: '{kind['version']}') in action '{action['name']}' is not available in region"
            f" {region.upper().replace('-', '_')}"
        )
    return provider


def _require_unique(names: list[str], what: str) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InvalidStructureError(f"The {what} need names of their own. Found twice: {', '.join(twice)}.")
