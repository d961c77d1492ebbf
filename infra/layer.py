"""The layer with the handlers' dependencies. pip installs pure Python packages, which run on any architecture."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

SOURCE = Path(__file__).parents[1]
"""The folder with the packages infra and lambdas: a checkout, or where pip installed them."""
REQUIREMENTS = SOURCE / "lambdas" / "requirements.txt"
RUNTIME = lambda_.Runtime.PYTHON_3_13
OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "cloudformation": ("DescribeStackResources",),
    "ec2": ("DescribeSecurityGroups",),
    "route53": ("ListHostedZones", "ListResourceRecordSets"),
    "events": ("PutEvents",),
    "wafv2": ("GetWebACLForResource",),
}
"""The operations that are called of large services. The description of EC2 alone has 5 MB, which a function parses."""
SERVICES = ("autoscaling", "cloudwatch", "elasticbeanstalk", "lambda", "s3", "stepfunctions", *OPERATIONS)
"""The services that the handlers call. botocore describes more than 400, in 25 MB."""
UNUSED_FOLDERS = (
    "bin",
    "aws_lambda_powertools/event_handler/openapi/swagger_ui",  # a page for APIs; there are none
    "boto3/data",  # of boto3.resource; the handlers use clients
    "boto3/examples",
    "dateutil/zoneinfo",  # a copy of the time zones; botocore uses UTC
)


def dependencies_layer(scope: Construct) -> lambda_.LayerVersion:
    """Return the layer with the pins of lambdas/requirements.txt. Its boto3 takes precedence over the runtime's."""
    return lambda_.LayerVersion(
        scope,
        "Dependencies",
        description="boto3, Powertools for AWS Lambda and requests",
        code=lambda_.Code.from_asset(str(layer_folder())),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[lambda_.Architecture.ARM_64],
    )


def layer_folder() -> Path:
    """Return the folder with the packages; install them if the pins or this file have changed."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + Path(__file__).read_bytes()).hexdigest()[:12]
    folder = Path("build/layer") / digest
    if folder.exists():
        return folder
    unfinished = folder.with_suffix(f".{os.getpid()}")
    options = "--quiet --disable-pip-version-check --no-compile --only-binary=:all: --no-deps --require-hashes"
    target = "--platform any --implementation py --abi none --python-version 3.13"
    command = [sys.executable, "-m", "pip", "install", *options.split(), *target.split()]
    subprocess.run(  # noqa: S603 - a fixed command
        [*command, "--target", str(unfinished / "python"), "-r", str(REQUIREMENTS)], check=True
    )
    _remove_unused_data(unfinished / "python")
    try:
        unfinished.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(unfinished)
    return folder


def _remove_unused_data(packages: Path) -> None:
    """Remove the descriptions of services that no handler calls, and other data that no handler reads."""
    for service in (packages / "botocore" / "data").iterdir():
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    for folder in UNUSED_FOLDERS:
        shutil.rmtree(packages / folder)
    for service_name, operations in OPERATIONS.items():
        _remove_operations(packages / "botocore" / "data" / service_name, operations)
    for examples in packages.glob("botocore/data/*/*/examples-1.json"):
        examples.unlink()


def _remove_operations(service: Path, kept: Sequence[str]) -> None:
    """Remove all but these operations from the description of a service, its older versions and its waiters."""
    *older, newest = sorted(each for each in service.iterdir() if each.is_dir())
    for version in older:
        shutil.rmtree(version)
    for waiters in newest.glob("waiters-*.json*"):
        waiters.unlink()
    file = newest / "service-2.json.gz"
    model = json.loads(gzip.decompress(file.read_bytes()))
    operations = {name: model["operations"][name] for name in kept}
    shapes = _shapes_of(operations, model["shapes"])
    reduced = model | {"operations": operations, "shapes": {name: model["shapes"][name] for name in sorted(shapes)}}
    file.write_bytes(gzip.compress(json.dumps(reduced).encode(), mtime=0))


def _shapes_of(operations: object, shapes: Mapping[str, Any]) -> set[str]:
    """Return the names of the shapes that operations need."""
    found: set[str] = set()
    left = list(_referenced(operations))
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _referenced(shapes[name])
    return found


def _referenced(part: object) -> Iterator[str]:
    """Yield the names of the shapes that a part of a description refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for each in part.values():
            yield from _referenced(each)
    elif isinstance(part, list):
        for each in part:
            yield from _referenced(each)
