"""What an instance is told when a version is deployed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulator.beanstalk.bundle.start_commands import DEFAULT_WSGI_PATH, PYTHON


class DeploymentKind(StrEnum):
    """What a deployment is for, in the engine's words. It decides which hooks and commands run."""

    APPLICATION = "app-deploy"
    CONFIGURATION = "config-deploy"
    RESTART = "restart-app-server"


@dataclass(frozen=True)
class DeploymentCommand:
    """What an environment's settings say of the software on an instance, and what the deployment is for.

    `properties`: the environment properties. `platform`: Python or Node.js. `wsgi_path`: the option WSGIPath.
    `leader`: whether the instance runs the container commands that only one instance runs.
    """

    properties: Mapping[str, str] = field(default_factory=dict)
    platform: str = PYTHON
    wsgi_path: str = DEFAULT_WSGI_PATH
    kind: DeploymentKind = DeploymentKind.APPLICATION
    leader: bool = True
