"""What a person gets who keeps an account: the file with the variables, and the first commands."""

import shlex
from pathlib import Path
from typing import cast

from emulator.identity import ACCOUNT_ID
from rehearsal.account.account import Account
from rehearsal.account.instructions import OUTPUTS, instructions, stack_variables
from rehearsal.account.shop import Shop

STACK = {output: f"the {output}" for output in OUTPUTS.values()}


class FakeAccount:
    def environment(self) -> dict[str, str]:
        return {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}


class FakeShop:
    name, blue, cname = "shop", "shop-prod", "shop-prod.example"


def test_the_file_sets_the_variables_of_the_account_and_those_of_the_documents(tmp_path: Path) -> None:
    file = tmp_path / "env"
    lines = instructions(
        cast("Account", FakeAccount()),
        cast("Shop", FakeShop()),
        proxy="http://127.0.0.1:1",
        stack=stack_variables(STACK),
        version="v2",
        file=file,
    )
    said = "\n".join(lines)
    set_by_file = dict(shlex.split(line)[1].split("=", 1) for line in file.read_text().splitlines())
    assert set_by_file == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "STATE_MACHINE_ARN": "the StateMachineArn",
        "FLEET_STATE_MACHINE_ARN": "the FleetStateMachineArn",
        "ARTIFACTS_BUCKET": "the ArtifactsBucketName",
        "ACCOUNT_ID": ACCOUNT_ID,
    }
    assert file.read_text().strip() in said
