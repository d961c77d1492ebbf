"""How to reach a running account, and what to try in it."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from rehearsal.account import shop
from rehearsal.account.account import Account
from rehearsal.prepare import Prepared


def introduce(account: Account, prepared: Prepared, version: str, file: Path) -> Iterator[str]:
    """Yield the lines; write those that point programs at the account to `file`. `version`: the next to release."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in account.environment().items()]
    file.write_text("\n".join(exports) + "\n")
    release = {"application": shop.APPLICATION, "blue": shop.BLUE, "version": version}
    yield from exports
    yield f"""
These lines are in {file} as well:
  . {file}
Look at the shop, through the account's proxy, which knows its names:
  curl -x {prepared.control.describe()["proxy"]} http://{prepared.cname}/
Release {version}, and see what Elastic Beanstalk makes of it:
  aws stepfunctions start-execution --state-machine-arn {prepared.machine} \\
    --input '{json.dumps(release)}'
  aws elasticbeanstalk describe-environments --application-name {shop.APPLICATION} --output table
"""
