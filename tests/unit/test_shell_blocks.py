"""Every block of shell commands in the documents is run by a test, or says why not; and all run with stand-ins."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.model import OperationModel, StructureShape
from botocore.validate import ParamValidator

from lambdas.fleet_request import completed_fleet
from lambdas.request import completed
from rehearsal.account.instructions import OUTPUTS
from tests.support.shell_blocks import DOCUMENTS, ShellBlock, shell_blocks, started_programs
from trigger.commands import COMMANDS, MODES

BLOCKS = [block for document in DOCUMENTS for block in shell_blocks(document)]
README = Path("README.md").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", Path("Makefile").read_text(), re.MULTILINE))
GIVEN = {"ASSETS_BUCKET", "AWS_REGION", "EXECUTION_ARN", "RELEASE_IMAGE", "ROLE_ARN", "TASK_TOKEN"}
"""The variables that a person sets, or that AWS's clients know. Do not add another name for one of the stack's."""
VALUES = {name: name.lower().replace("_", "-") for name in {"ACCOUNT_ID", *GIVEN, *OUTPUTS}}
OF_THE_CLI = {"--output", "--query", "--region"}
RENAMED = {"task-output": "output", "zip-file": "Code"}
"""Options with a name of their own in the AWS CLI, and the members that they stand for.

Sources: https://docs.aws.amazon.com/cli/latest/reference/stepfunctions/send-task-success.html,
.../lambda/create-function.html
"""
HIGH_LEVEL = {
    ("s3", "cp"): {"--recursive"},
    ("s3", "rm"): {"--recursive"},
    ("cloudformation", "deploy"): {
        *("--stack-name", "--template-file", "--capabilities", "--parameter-overrides", "--s3-bucket")
    },
}
"""Commands of the AWS CLI that are no operations, and the options that the documents use.

Sources: https://docs.aws.amazon.com/cli/latest/reference/s3/, .../cloudformation/deploy/
"""


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[list[str]]]:
    """Return the command lines of all documents, by program, without the program."""
    found: dict[str, list[list[str]]] = {}
    for document in DOCUMENTS:
        blocks = [block for block in BLOCKS if block.document == document]
        for program, *arguments in started_programs(blocks, VALUES, tmp_path_factory.mktemp("programs")):
            found.setdefault(program, []).append(arguments)
    return found


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.place)
def test_a_block_is_run_by_a_test_or_says_why_not(block: ShellBlock) -> None:
    marks = [found for each in block.comments if (found := re.fullmatch(r"(run|not run): (.+)", each))]
    assert len(marks) == 1, (
        f"{block.place}: write <!-- run: FILE::TEST --> or <!-- not run: REASON --> before the block"
    )
    kind, said = marks[0].groups()
    if kind == "run":
        file, _, test = said.partition("::")
        text = Path(file).read_text()
        assert f"def {test}(" in text
        assert str(block.document) in text, f"{file} should read the block from {block.document}"


def operation(service: str, name: str) -> OperationModel:
    model = session().get_service_model(service)
    names = {xform_name(each, "-"): each for each in model.operation_names}
    return model.operation_model(names[name])


@cache
def session() -> botocore.session.Session:
    return botocore.session.Session()


def options(arguments: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each option. Everything up to the next word with two hyphens is a value."""
    found: dict[str, list[str]] = {}
    for each in arguments:
        if each.startswith("--"):
            found[each] = values = []
        else:
            values.append(each)
    return found


def parameters(shape: StructureShape, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the request that the AWS CLI makes of options."""
    members = {xform_name(name, "-"): name for name in shape.members}
    request: dict[str, Any] = {}
    for option, values in given.items():
        word = option.removeprefix("--")
        if not values:
            request[members[word.removeprefix("no-")]] = not word.startswith("no-")
            continue
        (value,) = values
        name = RENAMED.get(word) or members[word]
        if value.startswith("fileb://"):
            request[name] = {"ZipFile": b""}
        else:
            request[name] = value if shape.members[name].type_name == "string" else json.loads(value)
    return request


def test_each_call_of_the_aws_cli_is_one_that_aws_takes(started: Mapping[str, list[list[str]]]) -> None:
    """An option is a member of the operation's input, in lower case with hyphens.

    Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters.html
    """
    assert len(started["aws"]) >= 20
    for service, name, *arguments in started["aws"]:
        if (service, name) in HIGH_LEVEL:
            assert {each for each in arguments if each.startswith("--")} <= HIGH_LEVEL[service, name]
            continue
        shape = operation(service, name).input_shape
        assert shape, name
        given = {option: values for option, values in options(arguments).items() if option not in OF_THE_CLI}
        report = ParamValidator().validate(parameters(shape, given), shape)
        assert not report.has_errors(), f"aws {service} {name}: {report.generate_report()}"


def test_each_execution_that_is_started_has_a_valid_input(started: Mapping[str, list[list[str]]]) -> None:
    calls = [options(arguments) for _, name, *arguments in started["aws"] if name == "start-execution"]
    assert len(calls) == 4
    for call in calls:
        machine, text = call["--state-machine-arn"][0], call["--input"][0]
        check = {VALUES["STATE_MACHINE_ARN"]: completed, VALUES["FLEET_STATE_MACHINE_ARN"]: completed_fleet}[machine]
        check(json.loads(text))


def test_each_argument_of_the_image_is_one_that_it_has(started: Mapping[str, list[list[str]]]) -> None:
    assert {call[-2] for call in started["docker"]} == {"beanstalk-bluegreen"}
    assert {call[-1] for call in started["docker"]} <= {*MODES, *COMMANDS}


def test_each_target_of_make_exists(started: Mapping[str, list[list[str]]]) -> None:
    assert {call[0] for call in started["make"]} <= TARGETS


def test_each_context_of_the_cdk_is_in_the_readme(started: Mapping[str, list[list[str]]]) -> None:
    known = set(re.findall(r"`([a-z_]+)`", "".join(re.findall(r"^\| (`.+?) \|", README, re.MULTILINE))))
    for command, *arguments in started["cdk"]:
        assert command in {"bootstrap", "deploy", "destroy"}
        if "--app" not in arguments:  # a person's own app has a context of its own
            keys = {value.partition("=")[0] for option, value in pairwise(arguments) if option == "-c"}
            assert keys <= known
