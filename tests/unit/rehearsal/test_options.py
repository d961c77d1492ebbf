"""The options of the command line that set up blue."""

import pytest

from rehearsal.account.blue_settings import BlueSettings
from rehearsal.options import read_account_options, read_release_options


def settings(blue: BlueSettings) -> dict[str, str]:
    return {option["OptionName"]: option["Value"] for option in blue.option_settings()}


def test_blue_has_one_instance_without_limits_by_default() -> None:
    for options in (read_release_options([]), read_account_options([])):
        assert options.blue == BlueSettings()
    assert settings(BlueSettings()) == {
        "SystemType": "enhanced", "DeploymentPolicy": "AllAtOnce", "MinSize": "1", "MaxSize": "1",
    }  # fmt: skip


def test_several_instances_may_become_twice_as_many() -> None:
    blue = read_release_options(["--instances", "3", "--policy", "Rolling", "--capacity", "12.5"]).blue

    assert blue == BlueSettings(3, "Rolling", 12.5)
    assert (settings(blue)["MinSize"], settings(blue)["MaxSize"]) == ("3", "6")
    assert settings(blue)["DeploymentPolicy"] == "Rolling"


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--instances", "0", "expected a number from 1 to 10"),
        ("--instances", "many", "expected a number from 1 to 10"),
        ("--policy", "Fast", "invalid choice: 'Fast'"),
        ("--capacity", "0", "expected requests a second, more than 0"),
        ("--capacity", "much", "expected requests a second, more than 0"),
    ],
)
def test_what_blue_cannot_be_is_refused(
    option: str, value: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_release_options([option, value])

    assert expected in capsys.readouterr().err
