"""The layer carries the boto3 that the handlers are tested with, less what no handler reads.

S3's conditional writes came with boto3 1.35.2 (IfNoneMatch) and 1.35.69 (IfMatch). The boto3 in Lambda's runtime may be
older, and changes without a notice: https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

from infra.layer import OPERATIONS, SERVICES, layer_folder
from tools.measure import MAX_BYTES, zipped

PROGRAM = """
import boto3, json, sys
from botocore.stub import Stubber
clients = {name: boto3.client(name, region_name="us-east-1") for name in sys.argv[1:]}
put = clients["s3"].meta.service_model.operation_model("PutObject").input_shape
print(json.dumps({
    "boto3": boto3.__file__,
    "version": boto3.__version__,
    "conditions": [name for name in ("IfMatch", "IfNoneMatch") if name in put.members],
    "paginates": clients["elasticbeanstalk"].can_paginate("describe_events"),
    "operations": {name: client.meta.service_model.operation_names for name, client in clients.items()},
}))
ec2 = clients["ec2"]
group = {"GroupId": "sg-1", "GroupName": "shop", "IpPermissions": [{"UserIdGroupPairs": [{"GroupId": "sg-2"}]}]}
filters = {"Filters": [{"Name": "group-name", "Values": ["shop"]}]}
with Stubber(ec2) as stubber:
    stubber.add_response("describe_security_groups", {"SecurityGroups": [group]}, filters)
    assert list(ec2.get_paginator("describe_security_groups").paginate(**filters))
"""


def test_the_layers_boto3_is_the_one_that_tests_use() -> None:
    # Compiled modules in the folder would become a part of the layer that is deployed next.
    environment = {"PYTHONPATH": f"{layer_folder().resolve()}/python", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", PROGRAM, *SERVICES]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603
    found = json.loads(printed)
    (pin,) = [line for line in Path("requirements.txt").read_text().splitlines() if line.startswith("boto3==")]
    assert Path(found["boto3"]).is_relative_to(layer_folder().resolve())
    assert pin == f"boto3=={found['version']}"
    assert found["conditions"] == ["IfMatch", "IfNoneMatch"]
    assert found["paginates"]
    assert {name: tuple(found["operations"][name]) for name in OPERATIONS} == OPERATIONS


def test_the_layer_describes_exactly_the_services_that_handlers_call() -> None:
    called = {
        node.args[0].value
        for path in Path("lambdas").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "boto3.client"
        and isinstance(node.args[0], ast.Constant)
    }
    described = {each.name for each in (layer_folder() / "python/botocore/data").iterdir() if each.is_dir()}
    assert called == set(SERVICES) == described


def test_code_and_layer_are_within_their_limit() -> None:
    assert zipped(Path("lambdas")) + zipped(layer_folder()) <= MAX_BYTES
