import pytest

from rehearsal.options import read_account_options, read_release_options
from rehearsal.planned_failures import FAILURES


def test_option_settings_of_the_environment_are_read() -> None:
    options = read_release_options(
        ["--option", "aws:autoscaling:asg:MinSize=3", "--option", "aws:elasticbeanstalk:application:environment:A=b=c"]
    )

    assert options.settings == [
        {"Namespace": "aws:autoscaling:asg", "OptionName": "MinSize", "Value": "3"},
        {"Namespace": "aws:elasticbeanstalk:application:environment", "OptionName": "A", "Value": "b=c"},
    ]


@pytest.mark.parametrize("text", ["MinSize=3", "aws:autoscaling:asg:MinSize", "aws:autoscaling:asg:=3"])
def test_an_option_setting_without_namespace_name_or_value_is_refused(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_release_options(["--option", text])

    assert f"expected NAMESPACE:NAME=VALUE, found '{text}'" in capsys.readouterr().err


def test_the_capacity_of_instances_is_a_number_above_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_release_options([]).capacity is None
    assert read_release_options(["--capacity", "12.5"]).capacity == 12.5

    for wrong in ("0", "much"):
        with pytest.raises(SystemExit):
            read_release_options(["--capacity", wrong])
        assert f"expected requests a second, more than 0, found '{wrong}'" in capsys.readouterr().err


def test_users_of_a_kept_account_are_requests_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_account_options([]).users == 5
    assert read_account_options(["--users", "0"]).users == 0

    for wrong in ("-1", "101", "2.5", "many"):
        with pytest.raises(SystemExit):
            read_account_options(["--users", wrong])
        assert f"expected requests a second, from 0 to 100, found '{wrong}'" in capsys.readouterr().err


def test_a_failure_on_purpose_is_one_of_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_release_options([]).fail is None
    assert read_release_options(["--fail", "test"]).fail == "test"
    with pytest.raises(SystemExit):
        read_release_options(["--fail", "nothing"])
    said = capsys.readouterr().err
    assert all(name in said for name in FAILURES)


def test_a_failure_on_purpose_is_not_made_of_a_bundle_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_release_options(["--fail", "test", "--bundle", "app.zip"])
    assert "leave out --bundle" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "fleet"), [("3", 3), ("12", 12), ("100", 100)])
def test_a_fleet_is_a_number_of_environments(text: str, fleet: int) -> None:
    assert read_release_options(["--fleet", text]).fleet == fleet


@pytest.mark.parametrize("text", ["2", "101", "many", "-3", "1e1"])
def test_a_fleet_that_this_machine_cannot_carry_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_release_options([f"--fleet={text}"])
    assert "expected a number of environments from 3 to 100" in capsys.readouterr().err


def test_the_console_shows_one_release(capsys: pytest.CaptureFixture[str]) -> None:
    assert not read_release_options([]).open
    assert read_release_options(["--open"]).open
    with pytest.raises(SystemExit):
        read_release_options(["--open", "--fleet", "3"])
    assert "leave out --fleet" in capsys.readouterr().err
