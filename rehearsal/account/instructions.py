"""Tells a person how to reach a running account, and what to try in it."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from rehearsal.account.account import Account
from rehearsal.account.shop import Shop


def instructions(account: Account, shop: Shop, *, proxy: str, machine: str, version: str, file: Path) -> Iterator[str]:
    """Yield the lines. Write those that point programs at the account to `file`.

    `proxy`: the account's, as a URL. `machine`: the ARN of the state machine. `version`: the one to release next.
    """
    exports = [f"export {name}={shlex.quote(value)}" for name, value in account.environment().items()]
    file.write_text("\n".join(exports) + "\n")
    release = {"application": shop.name, "blue": shop.blue, "version": version}
    yield from exports
    yield f"""
These lines are in {file} as well:
  . {file}
Open the shop, through the account's proxy, which knows its names:
  curl -x {proxy} http://{shop.cname}/
Release {version}, and look at Elastic Beanstalk meanwhile:
  aws stepfunctions start-execution --state-machine-arn {machine} \\
    --input '{json.dumps(release)}'
  aws elasticbeanstalk describe-environments --application-name {shop.name} --output table
"""
