"""The definition that `cdk synth` makes, and its functions. It is kept in build/ until the source changes."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lambdas.errors import EnvironmentNotReadyError, EnvironmentReadySoonError
from lambdas.look_times import SOON
from tools.simulation.interpreter import as_json, states_in

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "simulation"
SOURCES = ("infra", "lambdas", "cdk.json")

EARLIER_SECONDS = 30
"""The longest delay between two looks, in definitions of before."""

Functions = dict[str, tuple[str, float]]
"""By logical id: the module of the stage, and the function's time-out."""


def synthesized() -> tuple[dict[str, Any], Functions]:
    """Return the definition and the functions. It takes some seconds when the source has changed."""
    return read(kept_definition())


def kept_definition() -> Path:
    """Return the file of the definition, which is made first if the source has changed."""
    kept = CACHE / f"definition-{_digest()}.json"
    if not kept.exists():
        found = _synthesize()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found))
    return kept


def read(kept: Path) -> tuple[dict[str, Any], Functions]:
    """Return the definition and the functions in a file."""
    definition, functions = json.loads(kept.read_text())
    return definition, {name: (module, seconds) for name, (module, seconds) in functions.items()}


def earlier(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition as stacks had it before states looked every few seconds near their end."""
    found: dict[str, Any] = as_json(definition)
    states: list[tuple[str, Any]] = list(states_in(found))
    for _, state in states:
        payload = state.get("Arguments", {}).get("Payload")
        if isinstance(payload, dict):
            payload.pop(SOON, None)
        if "Retry" in state:
            retries = [each for each in state["Retry"] if each["ErrorEquals"] != [EnvironmentReadySoonError.__name__]]
            state["Retry"] = retries
            for each in retries:
                if each["ErrorEquals"] == [EnvironmentNotReadyError.__name__] and "MaxDelaySeconds" in each:
                    each["MaxDelaySeconds"] = min(each["MaxDelaySeconds"], EARLIER_SECONDS)
    return found


def from_template(resources: dict[str, Any]) -> tuple[dict[str, Any], Functions]:
    """Return the definition of the state machine of releases and the functions in a template's resources."""
    machines = [each for each in resources.values() if each["Type"] == "AWS::StepFunctions::StateMachine"]
    (machine,) = [each for each in machines if not each["Properties"]["StateMachineName"].endswith("-fleet")]
    parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else _reference(part) for part in parts)
    functions = {
        name: (each["Properties"]["Handler"].split(".")[2], float(each["Properties"]["Timeout"]))
        for name, each in resources.items()
        if each["Type"] == "AWS::Lambda::Function" and each["Properties"]["Handler"].startswith("lambdas.stages.")
    }
    return json.loads(text), functions


def _synthesize() -> tuple[dict[str, Any], Functions]:
    from aws_cdk import App  # noqa: PLC0415 - it takes a second to import, and starts Node.js
    from aws_cdk.assertions import Template  # noqa: PLC0415

    from infra.bluegreen_stack import BlueGreenStack  # noqa: PLC0415
    from infra.settings import Settings  # noqa: PLC0415

    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    settings = Settings.from_context({"env": "simulation"}.get, {})
    template = Template.from_stack(BlueGreenStack(App(context=context), "Simulated", settings))
    return from_template(template.to_json()["Resources"])


def _reference(part: dict[str, Any]) -> str:
    if "Fn::GetAtt" in part:
        return f"arn:aws:lambda:us-east-1:123456789012:function:{part['Fn::GetAtt'][0]}"
    return {"AWS::Partition": "aws"}.get(part["Ref"], f"arn:aws:sns:us-east-1:123456789012:{part['Ref']}")


def _digest() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
