"""What a deployment does on an instance before and after the application starts.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.hooks.html for hooks and the
order of steps, https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-ec2.html for the rest.
"""

import os
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.beanstalk.bundle.start_commands import ApplicationStartError
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand, DeploymentKind
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.preparation import Preparation
from tests.support.processes import is_running

SAY = "#!/bin/bash\nset -e\necho {0} >> $HOME/steps\n"

Prepare = Callable[..., Path]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> PackageCache:
    return PackageCache(tmp_path_factory.mktemp("packages"), {"PATH": os.environ["PATH"]})


@pytest.fixture
def prepare(tmp_path: Path, packages: PackageCache, emulator_interpreter: None) -> Prepare:
    """Return a function that prepares a bundle of these files and returns its folder."""

    def prepare(files: dict[str, str], command: DeploymentCommand | None = None) -> Path:
        folder = tmp_path / "app"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(textwrap.dedent(text))
        preparation = Preparation(folder, command or DeploymentCommand(), packages, tmp_path)
        preparation.prepare()
        preparation.finish()
        return folder

    return prepare


def steps(folder: Path) -> list[str]:
    return (folder / "steps").read_text().split()


EVERYTHING = {
    ".ebextensions/a.config": """
        commands:
          01_first: {command: "echo command >> $HOME/steps"}
        container_commands:
          01_next: {command: "echo container-command >> steps"}
    """,
    "Buildfile": "make: echo build >> steps\n",
    **{f".platform/hooks/{stage}/01.sh": SAY.format(stage) for stage in ("prebuild", "predeploy", "postdeploy")},
    **{f".platform/confighooks/{stage}/01.sh": SAY.format(f"config-{stage}") for stage in ("prebuild", "predeploy")},
}


def test_a_deployment_runs_commands_and_hooks_in_aws_s_order(prepare: Prepare) -> None:
    folder = prepare(EVERYTHING)
    assert steps(folder) == ["command", "prebuild", "build", "container-command", "predeploy", "postdeploy"]


def test_a_configuration_update_runs_its_own_hooks(prepare: Prepare) -> None:
    folder = prepare(EVERYTHING, DeploymentCommand(kind=DeploymentKind.CONFIGURATION))
    assert steps(folder) == ["command", "config-prebuild", "config-predeploy"]


def test_hooks_need_no_permission_to_execute(prepare: Prepare) -> None:
    """Platforms since 29 April 2022 make all hooks executable; see the page on hooks."""
    folder = prepare(
        {".platform/hooks/predeploy/b.sh": SAY.format("b"), ".platform/hooks/predeploy/a.sh": SAY.format("a")}
    )
    assert steps(folder) == ["a", "b"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("#!/bin/sh\necho no database; exit 3\n", r"failed with status 3. It wrote: no database"),
        ("echo", "exec format error"),
    ],
)
def test_a_hook_that_fails_ends_the_deployment(prepare: Prepare, tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(ApplicationStartError, match=reason):
        prepare({".platform/hooks/predeploy/01.sh": script, ".platform/hooks/postdeploy/01.sh": SAY.format("after")})
    assert not (tmp_path / "app" / "steps").exists()
    assert "command [app-deploy] - [RunPredeployHooks]. Stop running" in (tmp_path / "eb-engine.log").read_text()


def test_container_commands_see_properties_and_their_own_variables(prepare: Prepare) -> None:
    text = """
        container_commands:
          01: {command: "echo $COLOUR $LEVEL >> $HOME/steps", env: {LEVEL: 1}, cwd: static}
          02: {command: [sh, -c, "echo $PWD | sed s,.*/,, >> steps"]}
    """
    folder = prepare({".ebextensions/a.config": text}, DeploymentCommand({"COLOUR": "blue"}))
    assert steps(folder) == ["blue", "1", "app"]
    assert (folder / "static").is_dir()


def test_a_container_command_with_a_test_runs_only_if_the_test_succeeds(prepare: Prepare) -> None:
    text = """
        container_commands:
          01: {command: "echo no >> steps", test: "[ -e nowhere ]"}
          02: {command: "echo yes >> steps", test: "[ ! -e nowhere ]"}
    """
    assert steps(prepare({".ebextensions/a.config": text})) == ["yes"]


def test_a_leader_only_command_runs_on_the_leader_alone(prepare: Prepare) -> None:
    text = (
        "container_commands: {1: {command: 'echo one >> steps', leader_only: true}, 2: {command: 'echo all >> steps'}}"
    )
    assert steps(prepare({".ebextensions/a.config": text}, DeploymentCommand(leader=False))) == ["all"]


def test_a_container_command_that_fails_ends_the_deployment_unless_errors_are_ignored(prepare: Prepare) -> None:
    """Recorded in https://github.com/rennokki/laravel-aws-eb/issues/57"""
    text = """
        container_commands:
          01: {command: "exit 1", ignoreErrors: true}
          02_load: {command: "echo no such table; exit 2"}
    """
    with pytest.raises(ApplicationStartError) as raised:
        prepare({".ebextensions/a.config": text})
    assert str(raised.value) == (
        "Container commands build failed. Please refer to /var/log/cfn-init.log for more details."
        " Command 02_load failed with status 2. It wrote: no such table"
    )


def test_files_are_written_inside_the_deployment_and_found_by_their_names(prepare: Prepare) -> None:
    text = """
        files:
          "/opt/shop/greet.sh": {mode: "000755", content: "echo hello >> /var/app/staging/steps"}
          "/opt/shop/link.sh": {mode: "120755", content: "/opt/shop/greet.sh"}
          "/opt/shop/far": {source: "https://example.com/far"}
        container_commands:
          01: {command: "/opt/shop/greet.sh && sh /opt/shop/link.sh"}
    """
    assert steps(prepare({".ebextensions/a.config": text})) == ["hello", "hello"]
    assert not Path("/opt/shop").exists()


def test_paths_of_an_instance_lead_into_the_deployment(prepare: Prepare) -> None:
    text = """
        container_commands:
          01: {command: "source /var/app/venv/*/bin/activate && python -c 'import sys; print(sys.prefix)' >> steps"}
          02: {command: "/opt/elasticbeanstalk/bin/get-config environment -k COLOUR >> /var/app/staging/steps"}
          03: {command: "source /opt/elasticbeanstalk/deployment/env && echo $COLOUR >> /var/app/current/steps"}
    """
    folder = prepare({".ebextensions/a.config": text}, DeploymentCommand({"COLOUR": "blue"}))
    prefix, *colours = steps(folder)
    assert "/python-" in prefix
    assert colours == ["blue", "blue"]


def test_package_and_service_managers_do_nothing(prepare: Prepare) -> None:
    """A bundle must not change this machine."""
    line = "yum install -y git && sudo -u root systemctl restart nginx && sudo echo done >> $HOME/steps"
    text = f"commands: {{1: {{command: {line}}}}}"
    assert steps(prepare({".ebextensions/a.config": text})) == ["done"]


def test_what_a_command_leaves_running_ends_with_it(prepare: Prepare) -> None:
    folder = prepare({".platform/hooks/prebuild/1.sh": "#!/bin/sh\nsleep 60 &\necho $! > $HOME/steps\n"})
    assert not is_running(int(steps(folder)[0]))


def test_a_pipfile_alone_is_not_supported(prepare: Prepare) -> None:
    with pytest.raises(ApplicationStartError, match="Pipfile is not supported"):
        prepare({"Pipfile": ""})
