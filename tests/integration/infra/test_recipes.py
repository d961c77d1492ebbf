"""The recipes in docs/pipelines.md can be copied as they stand."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import cfnlint.decode
import pytest
from aws_cdk.assertions import Template

from infra.pipeline_settings import INPUT_LENGTH
from infra.stage_permissions import STAGES
from lambdas.deployment import Mode
from lambdas.request import completed
from tests.support.linters import findings
from tests.support.template import Json, listed, pipeline_actions, pipeline_permissions, stage_role
from trigger.variables import Variables

DOCUMENT = Path("docs/pipelines.md").read_text()


def block(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```", DOCUMENT, re.DOTALL)
    return str(found)


def parsed(text: str) -> Json:
    document, problems = cfnlint.decode.decode_str(text)
    assert not problems
    found: Json = json.loads(json.dumps(document))
    return found


def test_the_documented_action_is_like_that_of_the_stacks_pipeline(uploaded: Template) -> None:
    action, own = json.loads(block("action")), pipeline_actions(uploaded)["Deploy"]
    assert {key.title(): value for key, value in action["actionTypeId"].items()} == own["ActionTypeId"]
    assert set(action["configuration"]) == set(own["Configuration"])
    assert len(action["configuration"]["Input"]) <= INPUT_LENGTH
    assert completed(json.loads(action["configuration"]["Input"]))["mode"] == "deploy"


def test_the_documented_permissions_are_those_of_the_stacks_pipeline(uploaded: Template) -> None:
    documented = [
        {each["Action"]} if isinstance(each["Action"], str) else set(each["Action"])
        for each in json.loads(block("permissions"))
    ]
    needed = [actions for actions, _ in pipeline_permissions(uploaded) if any("states:" in each for each in actions)]
    assert documented == needed


def test_the_documented_bucket_policy_names_the_roles_that_read_bundles_and_their_actions(template: Template) -> None:
    statement = json.loads(block("bucket"))
    roles = [arn.rpartition("ROLE-OF-")[2] for arn in statement["Principal"]["AWS"]]
    assert roles == [stage.title().replace("_", "") for stage, each in STAGES.items() if each.bundles]
    (own,) = [
        each
        for each in stage_role(template, "deploy_release")["statements"]
        if "s3:GetObjectVersion" in listed(each["Action"])
    ]
    assert set(statement["Action"]) == set(own["Action"])


@pytest.mark.parametrize(("ci", "variables"), [("github", "env"), ("azure", "variables")])
def test_a_ci_recipe_runs_deploy_then_cutover_with_valid_inputs(ci: str, variables: str, tmp_path: Path) -> None:
    given = {
        name: re.sub(r"\$\S*[({].*?[)}]+", "1a2b3c", str(value)) for name, value in parsed(block(ci))[variables].items()
    }
    bundle = {"bucket": "releases-of-shop", "key": "sources/shop/1a2b3c.zip"}
    named = {"application": "shop", "blue": "shop-prod", "version": "1a2b3c"}
    commands = re.findall(r"docker run .*", block(ci))
    asked = [request_of(command, given, tmp_path) for command in commands]
    assert asked == [{**named, "mode": "deploy", "source_bundle": bundle}, {**named, "mode": "cutover"}]
    assert [completed(request)["mode"] for request in asked] == [Mode.DEPLOY, Mode.CUTOVER]


def request_of(command: str, variables: Mapping[str, str], folder: Path) -> Json:
    """Return the execution input that the image makes of a shell command, with a fake docker."""
    docker = folder / "docker"
    docker.write_text('#!/bin/sh\nprintf "%s %s\\n" "$4" "$5"; cat "$3"\n')
    docker.chmod(0o755)
    own = {"PATH": f"{folder}:{os.environ['PATH']}", "IMAGE": "the-image", "RELEASE_IMAGE": "the-image", "SECRET": "s"}
    shell = ["/bin/bash", "-ec", command]
    said = subprocess.run(shell, env={**own, **variables}, capture_output=True, text=True, check=True).stdout  # noqa: S603
    (image, mode), *lines = [line.split(" ") for line in said.splitlines()]
    assert image == "the-image"
    passed = dict(line.split("=", 1) for (line,) in lines)
    assert passed.keys() <= variables.keys(), "nothing else goes into the container"
    read = Variables(passed)
    request = read.execution_input(mode, dry_run=False)
    assert read.problems == []
    return request


def test_the_template_of_the_rule_is_valid() -> None:
    assert findings(parsed(block("upload"))) == []


def test_the_input_that_the_rule_makes_is_valid() -> None:
    (target,) = parsed(block("upload"))["Resources"]["Uploaded"]["Properties"]["Targets"]
    transformer = target["InputTransformer"]
    text = transformer["InputTemplate"]["Fn::Sub"]
    values = {"bucket": "uploads", "key": "uploads/shop/a.zip", "version": "id-1"}
    assert set(transformer["InputPathsMap"]) == set(values) == set(re.findall(r"<(\w+)>", text))
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    request = completed(json.loads(text.replace("${Application}", "shop").replace("${Blue}", "shop-prod")))
    assert request["source_bundle"] == {"bucket": "uploads", "key": "uploads/shop/a.zip", "version_id": "id-1"}
