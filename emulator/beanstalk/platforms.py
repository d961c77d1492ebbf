"""The platforms of the account: versions of the Python and Node.js platforms, which this machine can run."""

from dataclasses import dataclass
from typing import Any

from emulator.beanstalk.errors import InvalidParameterValueError

_LINUX = "Amazon Linux 2023"
_VERSIONS = {"Python": ("4.7.1", "4.7.2"), "Node.js": ("6.7.1", "6.7.2")}
"""By language. The platforms of Node.js count apart: v6.5.1 came with v4.5.1 of the others."""
_LANGUAGES = ("Python 3.13", "Python 3.12", "Python 3.11", "Python 3.9", "Node.js 22", "Node.js 20")


@dataclass(frozen=True)
class Platform:
    """One version of a platform branch."""

    branch: str
    version: str
    region: str

    @property
    def category(self) -> str:
        """The language, such as `Python` or `Node.js`."""
        return self.branch.split()[0]

    @property
    def solution_stack(self) -> str:
        language = self.branch.removesuffix(f" running on 64bit {_LINUX}")
        return f"64bit {_LINUX} v{self.version} running {language}"

    @property
    def arn(self) -> str:
        return f"arn:aws:elasticbeanstalk:{self.region}::platform/{self.branch}/{self.version}"

    @property
    def newest(self) -> bool:
        """Whether this is the newest version of its branch."""
        return self.version == _VERSIONS[self.category][-1]


def available(region: str) -> list[Platform]:
    """Return all platforms: Python first, the newest first.

    Names: https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html
    """
    branches = [f"{language} running on 64bit {_LINUX}" for language in _LANGUAGES]
    return [
        Platform(branch, version, region) for branch in branches for version in reversed(_VERSIONS[branch.split()[0]])
    ]


def latest(branch: str, region: str) -> Platform:
    """Return the newest version of a platform branch."""
    return next(platform for platform in available(region) if platform.branch == branch)


def named(region: str, *, solution_stack: str | None, arn: str | None) -> Platform | None:
    """Return the platform that a call names, None when it names none. Raises InvalidParameterValueError."""
    for platform in available(region):
        if solution_stack == platform.solution_stack or arn == platform.arn:
            return platform
    if solution_stack:
        raise InvalidParameterValueError(f"No Solution Stack named '{solution_stack}' found.")
    if arn:
        raise InvalidParameterValueError(f"No Platform named '{arn}' found.")
    return None


def summary(platform: Platform) -> dict[str, Any]:
    """Return a platform as ListPlatformVersions shows it."""
    return {
        "PlatformArn": platform.arn,
        "PlatformOwner": "AWSElasticBeanstalk",
        "PlatformStatus": "Ready",
        "PlatformCategory": platform.category,
        "OperatingSystemName": "Amazon Linux",
        "OperatingSystemVersion": "2023",
        "SupportedTierList": ["WebServer/Standard", "Worker/SQS/HTTP"],
        "SupportedAddonList": ["Log/S3", "WorkerDaemon/SQSD"],
        "PlatformVersion": platform.version,
        "PlatformBranchName": platform.branch,
        "PlatformLifecycleState": "Recommended" if platform.newest else None,
        "PlatformBranchLifecycleState": "Supported",
    }
