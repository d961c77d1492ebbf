"""Tells a person how to reach a running account, and what to try in it."""

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from emulator.identity import ACCOUNT_ID
from rehearsal.account.account import Account
from rehearsal.account.shop import Shop

OUTPUTS: Mapping[str, str] = {
    "STATE_MACHINE_ARN": "StateMachineArn",
    "FLEET_STATE_MACHINE_ARN": "FleetStateMachineArn",
    "ARTIFACTS_BUCKET": "ArtifactsBucketName",
}
"""The outputs of the stack, by the variables that all documents use for them."""


def stack_variables(outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the commands in the documents use, but those that point at the account."""
    return {name: outputs[output] for name, output in OUTPUTS.items()} | {"ACCOUNT_ID": ACCOUNT_ID}


def instructions(
    account: Account, shop: Shop, *, proxy: str, stack: Mapping[str, str], version: str, file: Path
) -> Iterator[str]:
    """Yield the lines. Write those that point programs at the account and the stack to `file`.

    `proxy`: the account's, as a URL. `stack`: the variables that the documents use for the stack.
    `version`: the one to release next.
    """
    variables = {**account.environment(), **stack}
    exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    file.write_text("\n".join(exports) + "\n")
    release = {"application": shop.name, "blue": shop.blue, "version": version}
    yield from exports
    yield f"""
These lines are in {file} as well:
  . {file}
Open the shop, through the account's proxy, which knows its names:
  curl -x {proxy} http://{shop.cname}/
Release {version}, and look at Elastic Beanstalk meanwhile:
  aws stepfunctions start-execution --state-machine-arn {stack["STATE_MACHINE_ARN"]} \\
    --input '{json.dumps(release)}'
  aws elasticbeanstalk describe-environments --application-name {shop.name} --output table
"""
