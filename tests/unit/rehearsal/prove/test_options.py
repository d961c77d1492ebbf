"""The command line of `make prove`."""

import pytest

from rehearsal.prove.options import read_prove_options


@pytest.mark.parametrize(
    ("arguments", "named"), [([], False), (["--region", "eu-west-1"], True), (["--profile", "sandbox"], True)]
)
def test_a_profile_or_a_region_names_an_account(arguments: list[str], named: bool) -> None:
    assert read_prove_options(arguments).named_account == named


@pytest.mark.parametrize("scale", ["0", "2", "fast"])
def test_a_scale_that_is_no_scale_is_refused(scale: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_prove_options(["--scale", scale])
    assert "expected a number from 0.005" in capsys.readouterr().err
