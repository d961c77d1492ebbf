"""Write the parts of the documents that come from the code (make docs).

They are the picture of the state machine, the keys of the input, the permissions, the operations of the emulated
Elastic Beanstalk, and the facts about AWS. A part stands between `<!-- NAME -->` and `<!-- end -->`.
tests/integration/infra/test_documentation.py fails when a document differs from the code.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import Settings
from lambdas.fleet_request import FLEET_SCHEMA
from lambdas.request import SCHEMA
from rehearsal.prove.facts import FACTS
from tests.support.template import CONTEXT, definition_in
from tools import beanstalk_table, facts_table, permission_tables, serving_table
from tools.beanstalk_operations import OPERATIONS

Json = dict[str, Any]

PREFIX = re.compile(r"^\$states\.(input\.(deployment|fleet)|context\.Execution\.Input)\.")
"""What all conditions of a state machine begin with."""

FAILURE_BRANCH = ("KeepGreenLive", "WhoTells", "NotifyFailure", "HoldForRedrive")
FLEET_FAILURE_BRANCH = ("NotifyFleetFailure", "HoldFleet")


def state_machine(definition: Json, failing: Sequence[str] = FAILURE_BRANCH) -> str:
    """Return a state machine as a Mermaid flowchart, from top to bottom. `failing`: the states that end it."""
    lines = ["```mermaid", "flowchart TD", "    start((start)) --> " + definition["StartAt"]]
    for name, state in definition["States"].items():
        lines += [*_shape(name, state), *_edges(name, state, failing)]
    lines += ["    classDef failing fill:#fdd,stroke:#b00", f"    class {','.join(failing)} failing", "```"]
    return "\n".join(lines)


def _shape(name: str, state: Json) -> list[str]:
    """Return the line that gives a state its shape; none for a task, which is a plain box."""
    if state["Type"] == "Parallel":
        return [f'    {name}["{name}: {" beside ".join(branch["StartAt"] for branch in state["Branches"])}"]']
    shapes = {"Map": "[[{}]]", "Choice": "{{{}}}", "Succeed": "([{}])", "Fail": "([{}])", "Wait": "[/{}/]"}
    return [f"    {name}{shapes[state['Type']].format(name)}"] if state["Type"] in shapes else []


def _edges(name: str, state: Json, failing: Sequence[str]) -> list[str]:
    edges = [f"    {name} --> {state['Next']}"] if "Next" in state else []
    for rule in state.get("Choices", []):
        condition = PREFIX.sub("", rule["Condition"].strip("{}% ")).replace("'", "")
        edges.append(f'    {name} -- "{condition}" --> {rule["Next"]}')
    if "Default" in state:
        edges.append(f"    {name} -- else --> {state['Default']}")
    edges += [
        f"    {name} -- {' or '.join(catch['ErrorEquals'])} --> {catch['Next']}"
        for catch in state.get("Catch", [])  # of errors that are answers, not failures
        if catch["Next"] != state.get("Next") and not {name, catch["Next"]} & set(failing)
    ]
    if name in {"Plan", "PlanFleet"}:  # every stage has this edge; the picture shows it once
        edges.append(f"    {name} -. any stage fails .-> {state['Catch'][0]['Next']}")
    return edges


def input_table(schema: Json, prefix: str = "") -> str:
    """Return a table with a row for each key of the execution input; an object's keys as in `health_check.path`."""
    rows = [] if prefix else ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, rule in schema["properties"].items():
        default = "required" if key in schema.get("required", []) else _default(rule)
        limits = _limits(rule)
        rows.append(f"| `{prefix}{key}` | {_kind(rule)} | {default} | {rule['description']}{limits} |")
        if "properties" in rule:
            rows.append(input_table(rule, f"{prefix}{key}."))
    return "\n".join(rows)


def _kind(rule: Json) -> str:
    if "anyOf" in rule:
        return " or ".join(_kind(one) for one in rule["anyOf"])
    if "type" not in rule:
        return " or ".join(f"`{value}`" for value in rule["enum"])
    if rule["type"] != "array":
        return str(rule["type"])
    return f"list of {_kind(rule['items']) if 'anyOf' in rule['items'] else rule['items'].get('type', 'names')}"


def _default(rule: Json) -> str:
    return f"`{json.dumps(rule['default'])}`" if rule.get("default") not in (None, {}) else ""


def _limits(rule: Json) -> str:
    if "anyOf" in rule:
        return "".join(map(_limits, rule["anyOf"]))
    if "maximum" in rule:
        return f" {rule['minimum']:,} to {rule['maximum']:,}."
    if "enum" in rule.get("items", {}):
        return f" Of {', '.join(rule['items']['enum'])}."
    return ""


def documents(stack: Stack) -> dict[Path, dict[str, str]]:
    """Return the generated parts, by document and by name."""
    template = Template.from_stack(stack)
    definition, fleets = definition_in(template), definition_in(template, fleets=True)
    return {
        Path("docs/workflow.md"): {"state machine": state_machine(definition)},
        Path("docs/execution-input.md"): {"keys": input_table(SCHEMA)},
        Path("docs/fleet.md"): {
            "fleet keys": input_table(FLEET_SCHEMA),
            "fleet machine": state_machine(fleets, FLEET_FAILURE_BRANCH),
        },
        Path("docs/elastic-beanstalk.md"): {
            "operations": beanstalk_table.markdown(beanstalk_table.operations(), beanstalk_table.modules(), OPERATIONS)
        },
        Path("docs/rehearsal.md"): {"facts": facts_table.markdown(FACTS)},
        Path("docs/serving.md"): {"rule": serving_table.markdown()},
        Path("docs/permissions.md"): {
            "exclusions": permission_tables.exclusions(),
            "permissions": permission_tables.markdown(stack),
        },
    }


def completed(document: str, parts: dict[str, str]) -> str:
    """Return the document with its generated parts filled in. Raises ValueError when a part has no place, or two."""
    for name, text in parts.items():
        pattern = re.compile(rf"(<!-- {name}[^>]*-->\n).*?(<!-- end -->)", re.DOTALL)
        document, count = pattern.subn(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", document)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"expected one place '<!-- {name} -->', found {count}")
    return document


def documented_stack() -> Stack:
    """Return the stack that the documents show: for all applications, with a hook and a pipeline."""
    settings = Settings.from_context({"env": "dev", "hooks": "smoke-test", "pipeline": "shop:shop-prod"}.get, {})
    return BlueGreenStack(App(context=CONTEXT), "BeanstalkBlueGreen-dev", settings)


def main() -> None:
    """Rewrite the documents in place."""
    for path, parts in documents(documented_stack()).items():
        path.write_text(completed(path.read_text(), parts))


if __name__ == "__main__":
    main()
