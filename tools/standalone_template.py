"""Write the stack as one CloudFormation template with its archives, for people without the CDK: `make template`.

The folder build/template gets the template and the archives of the functions and the layer. docs/template.md says how
to deploy them.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from aws_cdk import App, DefaultStackSynthesizer, Tags

from infra.bluegreen_stack import BlueGreenStack
from infra.settings import InvalidSettingsError, Settings

FOLDER = Path("build/template")
TEMPLATE = "beanstalk-bluegreen.template.json"
PREFIX = "beanstalk-bluegreen/"
BUCKET, FOLDER_IN_BUCKET = "AssetsBucket", "AssetsPrefix"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first date that a zip can have. With one date for all files, the same content is the same archive."""


def standalone(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template whose archives are in the bucket that its parameters name, and not in the CDK's own."""
    parameters = {
        BUCKET: {
            "Type": "String",
            "Description": "The bucket with the archives, in the region of the stack",
            "AllowedPattern": "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        },
        FOLDER_IN_BUCKET: {
            "Type": "String",
            "Description": "What stands before the names of the archives in that bucket",
            "Default": PREFIX,
            "AllowedPattern": "|[A-Za-z0-9!_.*'()/-]+/",
        },
    }
    moved: dict[str, Any] = _moved(template)
    return {**moved, "Parameters": parameters | moved.get("Parameters", {})}


def _moved(part: Any) -> Any:
    """Return a part of a template, with the place of each archive by the parameters."""
    if isinstance(part, list):
        return [_moved(each) for each in part]
    if not isinstance(part, dict):
        return part
    if {"S3Bucket", "S3Key"} <= part.keys():
        return {**part, "S3Bucket": {"Ref": BUCKET}, "S3Key": {"Fn::Sub": f"${{{FOLDER_IN_BUCKET}}}{part['S3Key']}"}}
    return {name: _moved(each) for name, each in part.items()}


def collect(assembly: Path, stack: str, folder: Path) -> None:
    """Write the template of a synthesized stack and its archives into a folder, in place of what is there."""
    template = json.loads((assembly / f"{stack}.template.json").read_text())
    files = json.loads((assembly / f"{stack}.assets.json").read_text())["files"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for each in files.values():
        if each["source"]["packaging"] == "zip":
            (destination,) = each["destinations"].values()
            pack(assembly / each["source"]["path"], folder / destination["objectKey"])
    (folder / TEMPLATE).write_text(json.dumps(standalone(template), indent=1) + "\n")


def pack(source: Path, archive: Path) -> None:
    """Write the files of a folder into a zip; the same files make the same bytes."""
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for file in sorted(each for each in source.rglob("*") if each.is_file()):
            entry = ZipInfo(file.relative_to(source).as_posix(), EARLIEST)
            entry.external_attr = 0o100644 << 16
            entry.compress_type = ZIP_DEFLATED
            packed.writestr(entry, file.read_bytes())


def synthesize(context: Mapping[str, str], assembly: Path) -> str:
    """Synthesize the stack into a folder; return its name. Raises InvalidSettingsError."""
    defaults = json.loads(Path("cdk.json").read_text())["context"]
    synthesizer = DefaultStackSynthesizer(generate_bootstrap_version_rule=False)  # there need be no bootstrap stack
    app = App(context={**defaults, **context}, outdir=str(assembly), default_stack_synthesizer=synthesizer)
    settings = Settings.from_context(app.node.try_get_context, os.environ)
    stack = BlueGreenStack(app, f"BeanstalkBlueGreen-{settings.env}", settings)
    Tags.of(stack).add("project", "beanstalk-bluegreen")
    Tags.of(stack).add("env", settings.env)
    app.synth()
    return stack.stack_name


def quick_create_link(stack: str, bucket: str, region: str) -> str:
    """Return the address of the console's page that creates the stack.

    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stacks-quick-create-links.html
    """
    template = quote(f"https://{bucket}.s3.{region}.amazonaws.com/{PREFIX}{TEMPLATE}", safe="")
    page = f"https://{region}.console.aws.amazon.com/cloudformation/home?region={region}#/stacks/create/review"
    return f"{page}?templateURL={template}&stackName={stack}&param_{BUCKET}={bucket}"


def main(arguments: Sequence[str]) -> int:
    """Write the folder, and say what to do with it; return the exit status."""
    parser = argparse.ArgumentParser(prog="make template ARGS=", description=__doc__, allow_abbrev=False)
    parser.add_argument("-c", dest="context", action="append", default=[], metavar="KEY=VALUE", help="as of cdk deploy")
    parser.add_argument("--bucket", default="BUCKET", help="the bucket, for the commands and the link that are printed")
    parser.add_argument("--region", default="REGION", help="its region")
    options = parser.parse_args(arguments)
    if wrong := [each for each in options.context if "=" not in each]:
        parser.error(f"Expected -c KEY=VALUE. Found -c {wrong[0]}.")
    with tempfile.TemporaryDirectory() as assembly:
        try:
            stack = synthesize(dict(each.split("=", 1) for each in options.context), Path(assembly))
        except InvalidSettingsError as error:
            print(error, file=sys.stderr)
            return 1
        collect(Path(assembly), stack, FOLDER)
    print(f"{FOLDER}/ has the template and its archives. Copy them, then open the link:")
    print(f"  aws s3 cp --recursive {FOLDER} s3://{options.bucket}/{PREFIX}")
    print(f"  {quick_create_link(stack, options.bucket, options.region)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
