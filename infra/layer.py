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


def dependencies_layer(scope: Construct) -> lambda_.LayerVersion:
    """Return the layer with the pins of lambdas/requirements.txt. boto3 is not one: the Lambda runtime has its own."""
    return lambda_.LayerVersion(
        scope,
        "Dependencies",
        description="Powertools for AWS Lambda and requests",
        code=lambda_.Code.from_asset(str(layer_folder())),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[lambda_.Architecture.ARM_64],
    )


def layer_folder() -> Path:
    """Return the folder with the packages; install them if the pins have changed. Its name is the pins' digest."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
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
    try:
        unfinished.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(unfinished)
    return folder
