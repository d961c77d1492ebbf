"""The platforms of the account: versions of the Python platform, which this machine can run."""

from dataclasses import dataclass
from typing import Any

from emulator.beanstalk.errors import InvalidParameterValueError

_LINUX = "Amazon Linux 2023"
_VERSIONS = ("4.7.1", "4.7.2")
_PYTHONS = ("3.9", "3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Platform:
    """One version of a platform branch."""

    branch: str
    version: str
    region: str

    @property
    def solution_stack(self) -> str:
        python = self.branch.removesuffix(f" running on 64bit {_LINUX}")
        return f"64bit {_LINUX} v{self.version} running {python}"

    @property
    def arn(self) -> str:
        return f"arn:aws:elasticbeanstalk:{self.region}::platform/{self.branch}/{self.version}"


def available(region: str) -> list[Platform]:
    """Return all platforms, newest first."""
    branches = [f"Python {python} running on 64bit {_LINUX}" for python in reversed(_PYTHONS)]
    return [Platform(branch, version, region) for branch in branches for version in reversed(_VERSIONS)]


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
        "PlatformCategory": "Python",
        "OperatingSystemName": "Amazon Linux",
        "OperatingSystemVersion": "2023",
        "SupportedTierList": ["WebServer/Standard", "Worker/SQS/HTTP"],
        "SupportedAddonList": ["Log/S3", "WorkerDaemon/SQSD"],
        "PlatformVersion": platform.version,
        "PlatformBranchName": platform.branch,
        "PlatformLifecycleState": "Recommended" if platform.version == _VERSIONS[-1] else None,
        "PlatformBranchLifecycleState": "Supported",
    }
