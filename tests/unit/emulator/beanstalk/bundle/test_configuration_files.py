"""Sources: those named in the module, and the issue that recorded each message."""

import json
import textwrap
from pathlib import Path

import pytest

from emulator.beanstalk.bundle import configuration_files
from emulator.beanstalk.bundle.configuration import (
    ConfigurationFileError,
    ConfigurationFiles,
    ConfiguredCommand,
    ConfiguredFile,
)


def read(folder: Path, **texts: str) -> ConfigurationFiles:
    (folder / ".ebextensions").mkdir()
    for name, text in texts.items():
        (folder / ".ebextensions" / f"{name}.config").write_text(textwrap.dedent(text))
    return configuration_files.read(folder)


def setting(namespace: str, name: str, value: str) -> dict[str, str]:
    return {"Namespace": namespace, "OptionName": name, "Value": value}


def test_option_settings_by_namespace_and_in_a_list_are_read(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions-optionsettings.html"""
    by_namespace = """
        option_settings:
          aws:elasticbeanstalk:container:python:
            WSGIPath: shop:app
          aws:elasticbeanstalk:application:environment:
            DEBUG: false
    """
    in_a_list = """
        option_settings:
          - namespace: aws:autoscaling:asg
            option_name: MinSize
            value: 2
          - option_name: COLOUR
            value: blue
    """
    properties = "aws:elasticbeanstalk:application:environment"
    assert read(tmp_path, a=by_namespace, b=in_a_list).settings == [
        setting("aws:elasticbeanstalk:container:python", "WSGIPath", "shop:app"),
        setting(properties, "DEBUG", "false"),
        setting("aws:autoscaling:asg", "MinSize", "2"),
        setting(properties, "COLOUR", "blue"),
    ]


def test_commands_run_in_the_order_of_their_names(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html#linux-container-commands"""
    text = """
        container_commands:
          02_collect:
            command: [python, manage.py, collectstatic]
            cwd: site
            env: {COLOUR: blue, LEVEL: 1}
            test: "[ -d site ]"
            ignoreErrors: true
          01_migrate:
            command: python manage.py migrate
            leader_only: true
    """
    (file,) = read(tmp_path, a=text).files
    assert file.container_commands == [
        ConfiguredCommand("01_migrate", "python manage.py migrate", leader_only=True),
        ConfiguredCommand(
            "02_collect",
            ["python", "manage.py", "collectstatic"],
            {"COLOUR": "blue", "LEVEL": "1"},
            "site",
            "[ -d site ]",
            ignores_errors=True,
        ),
    ]


def test_files_are_read_with_their_modes(tmp_path: Path) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html#linux-files"""
    text = """
        files:
          "/opt/b": {mode: "120400", content: "/opt/a"}
          "/opt/a": {mode: 000755, content: "text"}
          "/opt/c": {content: "dGV4dA==", encoding: base64}
          "/opt/d": {source: "https://example.com/d"}
    """
    (file,) = read(tmp_path, a=text).files
    assert file.files == [
        ConfiguredFile("/opt/a", b"text", 0o755),
        ConfiguredFile("/opt/b", b"/opt/a", 0o400, link=True),
        ConfiguredFile("/opt/c", b"text"),
        ConfiguredFile("/opt/d", None),
    ]


def test_keys_that_change_the_instance_are_listed(tmp_path: Path) -> None:
    text = "packages: {yum: {git: []}}\nusers: {}\nResources: {Topic: {Type: 'AWS::SNS::Topic'}}\n"
    assert read(tmp_path, a=text).files[0].not_done == ["packages", "Resources"]


def test_json_is_read_too(tmp_path: Path) -> None:
    text = "\t" + json.dumps({"commands": {"one": {"command": "true"}}}, indent="\t")
    assert read(tmp_path, a=text).files[0].commands == [ConfiguredCommand("one", "true")]


def test_a_file_that_is_neither_yaml_nor_json_is_refused_in_aws_s_words(tmp_path: Path) -> None:
    """Recorded in https://github.com/awsdocs/elastic-beanstalk-samples/issues/90"""
    with pytest.raises(ConfigurationFileError) as raised:
        read(tmp_path, a="option_settings:\n  a\n    b: c\n")
    event = raised.value.event("v2")
    assert event.startswith(
        "The configuration file .ebextensions/a.config in application version v2 contains invalid YAML or JSON."
        " YAML exception: Invalid Yaml: mapping values are not allowed here"
    )
    assert ", JSON exception: Invalid JSON: " in event
    assert event.endswith(".. Update the configuration file.")


def test_a_file_with_an_unknown_key_is_skipped_with_aws_s_warning(tmp_path: Path) -> None:
    """Recorded in https://github.com/blueimp/aws-lambda/pull/8"""
    found = read(tmp_path, a="OptionSettings: {}\n", b="commands: {one: {command: 'true'}}\n")
    assert [file.path for file in found.files] == [".ebextensions/b.config"]
    (warning,) = found.warnings
    assert warning == (
        "Error processing file (Skipping): '.ebextensions/a.config' - Contains invalid key: 'OptionSettings'."
        " For information about valid keys, see http://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html"
    )


@pytest.mark.parametrize("text", ["just text", "commands: [one]", "commands: {one: {cwd: a}}", "files: {a: text}"])
def test_a_file_of_another_shape_is_skipped(tmp_path: Path, text: str) -> None:
    assert len(read(tmp_path, a=text).warnings) == 1


def test_a_bundle_without_configuration_files_has_none(tmp_path: Path) -> None:
    assert configuration_files.read(tmp_path) == ConfigurationFiles([], [])
    assert read(tmp_path, a="").settings == []
