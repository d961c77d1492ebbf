"""Runs the image for action.yml: checks the inputs, shows what happens, and writes the outputs of the step.

A program of its own, for the Python of a GitHub runner: it imports nothing of this project.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

COMMANDS = (
    *("full", "deploy", "cutover", "rollback", "status", "watch", "history", "report"),
    *("redrive", "approve", "reject", "abort", "fleet"),
)
BOOLEANS = ("true", "false")
VARIABLES = (
    *("BEANSTALK_APP_NAME", "BLUE_ENV_NAME", "VERSION_LABEL", "GREEN_ENV_NAME", "ARTIFACTS_S3_BUCKET"),
    *("S3_ARTIFACTS_OBJECT", "RELEASE_HEALTH_CHECKING_PATH", "EXECUTION_INPUT", "ENV", "STATE_MACHINE_ARN"),
)
"""The variables of the image that action.yml sets. Those of AWS, such as credentials, go on as they are."""
OUTPUTS = {"status": "status", "execution": "execution", "console": "console", "serving": "serving", "error": "error"}
"""The outputs of the step, and the facts of the image's last event `release`."""
WRONG_INPUTS = 2


def problems(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the inputs. The image checks the variables itself."""
    if not environ.get("RELEASE_IMAGE"):
        yield "Expected the input `image` to name an image. Found nothing. `make image` builds it."
    if environ.get("RELEASE_IMAGE", "").startswith("-"):
        yield f"Expected the input `image` to name an image. Found {environ['RELEASE_IMAGE']}."
    if (command := environ.get("RELEASE_COMMAND", "")) not in COMMANDS:
        yield f"Expected the input `command` to be one of {', '.join(COMMANDS)}. Found {command!r}."
    for name, variable in (("dry-run", "RELEASE_DRY_RUN"), ("detach", "RELEASE_DETACH")):
        if environ.get(variable) not in BOOLEANS:
            yield f"Expected the input `{name}` to be true or false. Found {environ.get(variable, '')!r}."


def command_line(environ: Mapping[str, str]) -> Sequence[str]:
    """Return the command that runs the image. Values of variables are not in it."""
    passed = [name for name in environ if name.startswith("AWS_") or (name in VARIABLES and environ[name])]
    variables = [word for name in sorted(passed) for word in ("--env", name)]
    options = [
        *(["--dry-run"] if environ["RELEASE_DRY_RUN"] == "true" else []),
        *(["--detach"] if environ["RELEASE_DETACH"] == "true" else []),
        *([f"--because={environ['RELEASE_BECAUSE']}"] if environ.get("RELEASE_BECAUSE") else []),
    ]
    image, command = environ["RELEASE_IMAGE"], environ["RELEASE_COMMAND"]
    return ["docker", "run", "--rm", *variables, image, command, "--output", "json", *options]


def follow(lines: Iterator[str]) -> dict[str, Any]:
    """Show each event of the image, and return the facts of the last execution."""
    facts: dict[str, Any] = {}
    for line in lines:
        try:
            event = dict(json.loads(line))
        except (TypeError, ValueError):  # docker's own messages
            print(line, end="", flush=True)
            continue
        print(event.get("text", line), flush=True)
        if event.get("error") and event.get("cause"):
            print(f"  {event['error']}: {event['cause']}", flush=True)
        if event.get("event") in ("following", "release"):
            facts = {**facts, **event}
    return facts


def outputs(facts: Mapping[str, Any]) -> str:
    """Return the outputs in the form of GITHUB_OUTPUT. A value cannot end its block: nobody knows the delimiter.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
    """
    values = {name: str(facts.get(fact) or "") for name, fact in OUTPUTS.items()}
    values["result"] = json.dumps(facts["output"]) if facts.get("output") else ""
    delimiter = secrets.token_hex(16)
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())


def main(environ: Mapping[str, str]) -> int:
    """Run the image; return its exit status."""
    if found := list(problems(environ)):
        print("\n".join(found), file=sys.stderr)
        return WRONG_INPUTS
    # The runner obeys lines that begin with `::`, and causes hold text of others.
    # https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}", flush=True)
    with subprocess.Popen(command_line(environ), stdout=subprocess.PIPE, text=True) as image:
        lines = iter(image.stdout or ())
        try:
            facts = follow(lines)
        except KeyboardInterrupt:  # the workflow was cancelled; the image says what goes on
            image.send_signal(signal.SIGINT)
            facts = follow(lines)
    print(f"::{token}::", flush=True)
    with Path(environ["GITHUB_OUTPUT"]).open("a") as file:
        file.write(outputs(facts))
    return image.returncode


if __name__ == "__main__":
    sys.exit(main(os.environ))
