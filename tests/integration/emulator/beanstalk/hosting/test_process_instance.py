"""What deployments do on one instance."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.beanstalk.bundle.start_commands import NODE, ApplicationStartError
from emulator.beanstalk.hosting.capacity import Capacity
from emulator.beanstalk.hosting.deployment_command import DeploymentCommand, DeploymentKind
from emulator.beanstalk.hosting.package_cache import PackageCache
from emulator.beanstalk.hosting.process_instance import ProcessInstance
from tests.support import source_bundles
from tests.support.waiting import eventually

COUNTING = source_bundles.packed(
    {
        "Procfile": "web: echo started; exec sleep 60",
        ".ebextensions/a.config": "container_commands: {count: {command: 'echo built >> built; cat built'}}",
    }
)


@pytest.fixture
def instance(tmp_path: Path, packages: PackageCache, emulator_interpreter: None) -> Iterator[ProcessInstance]:
    running = ProcessInstance(tmp_path / "i-1", Capacity, packages)
    yield running
    running.close()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> PackageCache:
    return PackageCache(tmp_path_factory.mktemp("packages"), {"PATH": os.environ["PATH"]})


def outputs(instance: ProcessInstance) -> tuple[int, int]:
    """Return how often the container command has run, and how often the application was started."""
    logs = instance.logs()
    return logs.get("/var/log/cfn-init-cmd.log", "").count("built"), logs["/var/log/web.stdout.log"].count("started")


def test_a_restart_keeps_what_the_deployment_has_made(instance: ProcessInstance) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_RestartAppServer.html"""
    instance.deploy("v1", COUNTING, DeploymentCommand())
    eventually(lambda: outputs(instance) == (1, 1))

    instance.deploy("v1", COUNTING, DeploymentCommand(kind=DeploymentKind.RESTART))

    eventually(lambda: outputs(instance) == (1, 2))


def test_a_new_deployment_begins_in_a_new_folder(instance: ProcessInstance) -> None:
    instance.deploy("v1", COUNTING, DeploymentCommand())
    instance.deploy("v1", COUNTING, DeploymentCommand())
    assert outputs(instance)[0] == 2


def test_a_hook_that_fails_after_the_start_fails_the_deployment(instance: ProcessInstance) -> None:
    """postdeploy is the last step: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.hooks.html"""
    bundle = {"Procfile": "web: exec sleep 60", ".platform/hooks/postdeploy/a.sh": "#!/bin/sh\nexit 1\n"}
    with pytest.raises(ApplicationStartError, match=r"postdeploy/a\.sh failed with status 1"):
        instance.deploy("v1", source_bundles.packed(bundle), DeploymentCommand())
    assert instance.running()


def test_a_bundle_that_cannot_be_prepared_leaves_its_reason_in_the_engine_s_log(instance: ProcessInstance) -> None:
    with pytest.raises(ApplicationStartError):
        instance.deploy("v1", source_bundles.packed({"package.json": "{"}), DeploymentCommand(platform=NODE))
    assert not instance.running()
    assert (
        "[InstallDependency]. Stop running the command. Error: package.json is not JSON"
        in instance.logs()["/var/log/eb-engine.log"]
    )
