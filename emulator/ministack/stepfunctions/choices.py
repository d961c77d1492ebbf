"""Choice states in JSONata: conditions, and Output and Assign of the chosen rule."""

from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.replacement import Replacement
from emulator.ministack.stepfunctions.internals import MODULE, ExecutionError
from emulator.ministack.stepfunctions.jsonata import assign
from emulator.ministack.stepfunctions.walk import Context

State = dict[str, Any]


def replacements() -> list[Replacement]:
    choices = ChoiceStates(stepfunctions._execute_choice)
    return [Replacement(MODULE, "_execute_choice", "468955fcd4a4", choices.execute)]


class ChoiceStates:
    """Executes Choice states in JSONata. MiniStack executes those in JSONPath."""

    def __init__(self, execute_jsonpath: Any) -> None:
        self._execute_jsonpath = execute_jsonpath

    def execute(self, state: State, data: Any, context: Context) -> tuple[Any, str]:
        """Return the output and the next state. Output and Assign are the chosen rule's; for Default, the state's."""
        if stepfunctions._state_query_language(state, context) != "JSONata":
            output, following = self._execute_jsonpath(state, data, context)
            return output, following
        for rule in state["Choices"]:
            if _holds(rule, data, context):
                return _taken(rule, rule["Next"], data, context)
        if "Default" not in state:
            raise ExecutionError("States.NoChoiceMatched", "No choice rule matched, and there is no Default.")
        return _taken(state, state["Default"], data, context)


def _holds(rule: State, data: Any, context: Context) -> bool:
    # A rule has no QueryLanguage field: it inherits the state's, which is JSONata.
    held: bool = stepfunctions._jsonata_state_field(rule, "Condition", "boolean", data, context)
    return held


def _taken(choice: State, following: str, data: Any, context: Context) -> tuple[Any, str]:
    output = stepfunctions._apply_jsonata_output(choice, data, context, default=data)
    assign({**choice, "QueryLanguage": "JSONata"}, data, context)
    return output, following
