"""What a proof requires of an account before it makes anything."""

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from rehearsal.prove import proof
from rehearsal.prove.errors import ProofError
from rehearsal.prove.options import read_prove_options
from rehearsal.report.progress import Progress
from tests.support.proof import target


class FakeNetworks:
    """EC2 with these default VPCs."""

    def __init__(self, *vpcs: str) -> None:
        self._vpcs = vpcs

    def describe_vpcs(self, **_: Any) -> dict[str, Any]:
        return {"Vpcs": [{"VpcId": each} for each in self._vpcs]}


def test_a_region_without_a_default_vpc_is_refused_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The account has no other service, so every other call would fail."""
    monkeypatch.setattr(proof, "named_target", lambda *_: target({"ec2": FakeNetworks()}))
    options = read_prove_options(["--region", "eu-west-1", "--yes", "--output", str(tmp_path)])
    with pytest.raises(ProofError, match=r"Expected a default VPC in eu-west-1\. Found none.* Nothing was made"):
        proof.prove(options, Progress(Console(file=io.StringIO())))
