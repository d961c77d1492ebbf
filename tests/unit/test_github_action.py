"""action.yml: its step is run as a GitHub runner runs it, with a stand-in for docker."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml

from lambdas.request import completed
from tools.github_action import COMMANDS as TAKEN
from tools.github_action import VARIABLES
from trigger import command_line
from trigger.commands import COMMANDS, MODES
from trigger.variables import Variables

ACTION: dict[str, Any] = yaml.safe_load(Path("action.yml").read_text())
(STEP,) = ACTION["runs"]["steps"]
DOCKER = """#!/bin/sh
printf '%s\\0' "$@" > "$CALLS/arguments"
env -0 > "$CALLS/environment"
cat "$CALLS/events"
exit "$(cat "$CALLS/status")"
"""
ARN = "arn:aws:states:us-east-1:123456789012:execution:m:e"
FOLLOWING = {"event": "following", "text": f"Following {ARN}", "execution": ARN}
RELEASED = {
    "event": "release",
    "text": "SUCCEEDED",
    "status": "SUCCEEDED",
    "execution": ARN,
    "console": "https://console.example/e",
    "output": {"served_by": "shop-prod"},
    "cause": "",
    "error": None,
    "serving": "",
}
SHOP = {"image": "releases:1", "application": "shop", "blue": "shop-prod", "version": "v2"}


@dataclass(frozen=True)
class Ran:
    status: int
    said: str
    outputs: Mapping[str, str]
    arguments: list[str]
    environment: Mapping[str, str]


def run(folder: Path, given: Mapping[str, str], *events: object, status: int = 0) -> Ran:
    """Run the step with inputs. `events`: what the image says; `status`: its exit status."""
    inputs = {name: given.get(name, each.get("default", "")) for name, each in ACTION["inputs"].items()}
    own = {name: filled(value, inputs) for name, value in STEP["env"].items()}
    (folder / "docker").write_text(DOCKER)
    (folder / "docker").chmod(0o755)
    (folder / "events").write_text("".join(f"{e if isinstance(e, str) else json.dumps(e)}\n" for e in events))
    (folder / "status").write_text(str(status))
    (folder / "output").touch()
    runner = {
        "PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin",
        "CALLS": str(folder),
        "GITHUB_ACTION_PATH": str(Path.cwd()),
        "GITHUB_OUTPUT": str(folder / "output"),
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "OTHER_SECRET": "not for the image",
    }
    command = ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]]
    done = subprocess.run(command, env=runner | own, capture_output=True, text=True, check=False)  # noqa: S603
    called = (folder / "arguments").exists()
    passed = (folder / "environment").read_text().split("\0")[:-1] if called else []
    return Ran(
        done.returncode,
        done.stdout + done.stderr,
        dict(blocks((folder / "output").read_text())),
        (folder / "arguments").read_text().split("\0")[:-1] if called else [],
        dict(each.split("=", 1) for each in passed),
    )


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the names and values in the file of the outputs, as the runner reads it."""
    lines = iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        yield name, "\n".join(takewhile(lambda each, end=delimiter: each != end, lines))  # type: ignore[misc]


def filled(text: str, inputs: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: inputs[found[1]], text)


def test_the_outputs_are_those_of_the_release(tmp_path: Path) -> None:
    ran = run(tmp_path, SHOP, FOLLOWING, RELEASED)
    assert (ran.status, ran.said.splitlines()[1:3]) == (0, [FOLLOWING["text"], "SUCCEEDED"])
    assert ran.outputs == {
        "status": "SUCCEEDED",
        "execution": ARN,
        "console": "https://console.example/e",
        "serving": "",
        "error": "",
        "result": '{"served_by": "shop-prod"}',
    }
    assert ran.outputs.keys() == ACTION["outputs"].keys()
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.{STEP['id']}.outputs.{name} }}}}"


def test_a_failed_release_fails_the_step_and_says_why(tmp_path: Path) -> None:
    failed = {**RELEASED, "text": "FAILED", "status": "FAILED", "error": "TestFailedError", "cause": "Found 500."}
    ran = run(tmp_path, SHOP, FOLLOWING, {**failed, "serving": "shop-prod-green", "output": {}}, status=1)
    assert ran.status == 1
    assert "TestFailedError: Found 500." in ran.said
    assert (ran.outputs["status"], ran.outputs["error"]) == ("FAILED", "TestFailedError")
    assert (ran.outputs["serving"], ran.outputs["result"]) == ("shop-prod-green", "")


def test_a_lost_contact_still_names_the_execution(tmp_path: Path) -> None:
    ran = run(tmp_path, SHOP, FOLLOWING, {"event": "error", "text": "no route"}, "docker: killed", status=6)
    assert (ran.status, ran.outputs["execution"], ran.outputs["status"]) == (6, ARN, "")
    assert "no route\ndocker: killed\n" in ran.said


def test_the_image_gets_an_input_that_the_state_machine_takes(tmp_path: Path) -> None:
    more = {"bucket": "releases", "object": "v2.zip", "health-check": "/health", "input": '{"bake_seconds": 600}'}
    ran = run(tmp_path, {**SHOP, **more, "command": "deploy"}, RELEASED)
    end = ran.arguments.index("releases:1")
    assert ran.arguments[:2] == ["run", "--rm"]
    options = command_line._parser().parse_args(ran.arguments[end + 1 :])
    names = ran.arguments[3:end:2]
    read = Variables({name: ran.environment[name] for name in names})
    request = completed(read.execution_input(options.command, dry_run=options.dry_run))
    assert read.problems == []
    assert (request["mode"], request["version"], request["bake_seconds"]) == ("deploy", "v2", 600)
    assert request["source_bundle"] == {"bucket": "releases", "key": "v2.zip"}
    assert request["health_check"]["path"] == "/health"
    assert ran.environment["ENV"] == "dev"


def test_the_image_gets_only_its_own_variables_and_no_value_is_on_the_command_line(tmp_path: Path) -> None:
    ran = run(tmp_path, SHOP, RELEASED)
    names = ran.arguments[3 : ran.arguments.index("releases:1") : 2]
    assert names == sorted(names)
    assert {name for name in names if not name.startswith("AWS_")} <= set(VARIABLES)
    assert {"AWS_REGION", "AWS_SECRET_ACCESS_KEY"} <= set(names)
    assert "GREEN_ENV_NAME" not in names, "an input that is empty is left out"
    assert not any("the-secret" in each for each in ran.arguments)


def test_the_options_reach_the_image(tmp_path: Path) -> None:
    given = {**SHOP, "command": "reject", "because": "--help", "dry-run": "true", "detach": "true"}
    ran = run(tmp_path, given, RELEASED)
    options = command_line._parser().parse_args(ran.arguments[ran.arguments.index("releases:1") + 1 :])
    assert (options.command, options.because, options.dry_run, options.detach) == ("reject", "--help", True, True)
    assert options.output == "json"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"image": ""}, "the input `image` to name an image. Found nothing"),
        ({"image": "--privileged"}, "Found --privileged"),
        ({"command": "releas"}, "the input `command` to be one of full, deploy"),
        ({"dry-run": "yes"}, "the input `dry-run` to be true or false. Found 'yes'"),
        ({"detach": ""}, "the input `detach` to be true or false. Found ''"),
    ],
)
def test_a_wrong_input_is_refused_before_anything_runs(given: dict[str, str], said: str, tmp_path: Path) -> None:
    ran = run(tmp_path, {**SHOP, **given}, RELEASED)
    assert (ran.status, ran.arguments) == (2, [])
    assert said in ran.said


def test_an_input_is_never_code(tmp_path: Path) -> None:
    ran = run(tmp_path, {**SHOP, "version": f'$(touch {tmp_path}/owned) "; exit 3'}, RELEASED)
    assert ran.status == 0
    assert ran.environment["VERSION_LABEL"].startswith("$(touch")
    assert not (tmp_path / "owned").exists()
    assert "${{" not in STEP["run"]


def test_a_cause_is_no_command_to_the_runner_and_sets_no_output(tmp_path: Path) -> None:
    bad = "::add-path::/tmp\nstatus<<x\nSUCCEEDED\nx"
    ran = run(tmp_path, SHOP, {**RELEASED, "text": bad, "error": bad, "cause": bad, "serving": ""}, status=1)
    first, *_, last = ran.said.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert (len(token), last) == (32, f"::{token}::")
    assert (ran.outputs["status"], ran.outputs["error"]) == ("SUCCEEDED", bad)
    assert ran.outputs.keys() == ACTION["outputs"].keys()


def test_the_action_knows_the_commands_of_the_image() -> None:
    assert set(TAKEN) == {*MODES, *COMMANDS, "fleet"}
    assert all(each in ACTION["inputs"]["command"]["description"] for each in TAKEN)


def test_every_input_is_described_and_used() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", " ".join(STEP["env"].values())))
    assert used == set(ACTION["inputs"])
    assert all(each["description"].endswith(".") for each in (ACTION["inputs"] | ACTION["outputs"]).values())
    assert set(STEP["env"]) == {
        "RELEASE_IMAGE", "RELEASE_COMMAND", "RELEASE_BECAUSE", "RELEASE_DRY_RUN", "RELEASE_DETACH", *VARIABLES
    }  # fmt: skip


def test_the_documented_step_gives_inputs_that_there_are(tmp_path: Path) -> None:
    (text,) = re.findall(r"<!-- step -->\n```yaml\n(.*?)```", Path("docs/pipelines.md").read_text(), re.DOTALL)
    step, shown = yaml.safe_load(text.replace("${{ github.sha }}", "1a2b3c"))
    assert step["with"].keys() <= ACTION["inputs"].keys()
    assert re.findall(r"outputs\.(\w+)", shown["env"]["RESULT"]) == ["result"]
    ran = run(tmp_path, {**step["with"], "image": "releases:1"}, RELEASED)
    request = completed(Variables(ran.environment).execution_input("deploy", dry_run=False))
    assert request["source_bundle"] == {"bucket": "releases-of-shop", "key": "sources/shop/1a2b3c.zip"}
