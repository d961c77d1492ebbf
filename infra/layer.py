"""The layer with the handlers' dependencies, put together by pip: pure Python, so it fits any architecture."""

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
    """What lambdas/requirements.txt pins. boto3 is not in it: the Lambda runtime brings its own."""
    return lambda_.LayerVersion(
        scope,
        "Dependencies",
        description="Powertools for AWS Lambda and requests",
        code=lambda_.Code.from_asset(str(layer_folder())),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[lambda_.Architecture.ARM_64],
    )


def layer_folder() -> Path:
    """A folder by the digest of the pins, so that it is made once, and again when they change."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = Path("build/layer") / digest
    if folder.exists():
        return folder
    half_made = folder.with_suffix(f".{os.getpid()}")
    options = "--quiet --disable-pip-version-check --no-compile --only-binary=:all: --no-deps --require-hashes"
    target = "--platform any --implementation py --abi none --python-version 3.13"
    command = [sys.executable, "-m", "pip", "install", *options.split(), *target.split()]
    subprocess.run(  # noqa: S603 - every word is ours
        [*command, "--target", str(half_made / "python"), "-r", str(REQUIREMENTS)], check=True
    )
    try:
        half_made.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(half_made)
    return folder
