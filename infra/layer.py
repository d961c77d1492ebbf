"""The layer with the handlers' dependencies. pip installs pure Python packages, which run on any architecture."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

REQUIREMENTS = Path("lambdas/requirements.txt")
RUNTIME = lambda_.Runtime.PYTHON_3_13
SERVICES = ("autoscaling", "cloudwatch", "elasticbeanstalk", "lambda", "s3", "stepfunctions")
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
    for examples in packages.glob("botocore/data/*/*/examples-1.json"):
        examples.unlink()
