"""Definitions of state machines: validated on request, on creation, on update, and in CloudFormation.

MiniStack finds every definition right, except for expressions that do not parse.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.definitions import diagnose, refusal
from emulator.ministack.stepfunctions.internals import MODULE

DEFAULT_MAX_RESULTS = 100
_PROVISIONERS = "ministack.services.cloudformation.provisioners"

Response = tuple[int, dict[str, str], bytes]
ApiCall = Callable[[dict[str, Any]], Response]


def replacements() -> list[Replacement]:
    api = DefinitionApi(stepfunctions._create_state_machine, stepfunctions._update_state_machine)
    templates = TemplateDefinitions(provisioners._sfn_definition)
    return [
        Replacement(MODULE, "_create_state_machine", "4bc1231dda69", api.create),
        Replacement(MODULE, "_update_state_machine", "476e0deee6a3", api.update),
        Replacement(MODULE, "_validate_state_machine_definition", "91730eff8585", api.validate),
        Replacement(_PROVISIONERS, "_sfn_definition", "e29ae22959e7", templates.definition),
    ]


class DefinitionApi:
    """Answers the calls that carry a definition."""

    def __init__(self, create: ApiCall, update: ApiCall) -> None:
        self._original_create = create
        self._original_update = update

    def validate(self, request: dict[str, Any]) -> Response:
        """Answer ValidateStateMachineDefinition. There are no warnings."""
        found = diagnose(request.get("definition", ""), request.get("type", "STANDARD"))
        limit = request.get("maxResults") or DEFAULT_MAX_RESULTS
        answer: Response = json_response(
            {
                "result": "FAIL" if found else "OK",
                "diagnostics": [each.fields() for each in found[:limit]],
                "truncated": len(found) > limit,
            }
        )
        return answer

    def create(self, request: dict[str, Any]) -> Response:
        """Answer CreateStateMachine; refuse an invalid definition."""
        if found := diagnose(request.get("definition", ""), request.get("type", "STANDARD")):
            return _refused(refusal(found))
        return self._original_create(request)

    def update(self, request: dict[str, Any]) -> Response:
        """Answer UpdateStateMachine; refuse an invalid definition, and change nothing then."""
        machine = stepfunctions._state_machines.get(request.get("stateMachineArn"))
        if machine and "definition" in request and (found := diagnose(request["definition"], machine["type"])):
            return _refused(refusal(found))
        return self._original_update(request)


class TemplateDefinitions:
    """Resolves the definitions of AWS::StepFunctions::StateMachine."""

    def __init__(self, original: Callable[[Mapping[str, Any]], str]) -> None:
        self._original = original

    def definition(self, properties: Mapping[str, Any]) -> str:
        """Return a definition. Raises ValueError for an invalid one, which fails the stack."""
        text = self._original(properties)
        if found := diagnose(text, properties.get("StateMachineType", "STANDARD")):
            raise provisioners._sfn_service_error(_refused(refusal(found)))
        return text


def _refused(message: str) -> Response:
    answer: Response = error_response_json("InvalidDefinition", message, 400)
    return answer
