"""The platforms of the account: versions of the Python and Node.js platforms, which this machine can run."""

from dataclasses import dataclass
from typing import Any

from emulator.beanstalk.errors import InvalidParameterValueError

TIERS = ("WebServer/Standard", "Worker/SQS/HTTP")
_ADDONS = ("Log/S3", "WorkerDaemon/SQSD")
_LINUX = "64bit Amazon Linux 2023"
_RELEASED = 1_790_000_000.0
"""When the platforms here count as released, in epoch seconds."""


@dataclass(frozen=True)
class PlatformFamily:
    """A platform with its branches. `branches`, `versions`: the oldest first."""

    name: str
    branches: tuple[str, ...]
    versions: tuple[str, ...]


FAMILIES = (
    PlatformFamily(
        "Python",
        tuple(f"Python {python} running on {_LINUX}" for python in ("3.9", "3.11", "3.12", "3.13")),
        ("4.7.1", "4.7.2"),
    ),
    # Its versions count apart: v6.5.1 came with v4.5.1 of the others.
    PlatformFamily(
        "Node.js", tuple(f"Node.js {node} running on {_LINUX}" for node in ("20", "22")), ("6.7.1", "6.7.2")
    ),
)
"""Names: https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html"""


@dataclass(frozen=True)
class Platform:
    """One version of a platform branch."""

    branch: str
    version: str
    region: str

    @property
    def solution_stack(self) -> str:
        return f"{_LINUX} v{self.version} running {self.language}"

    @property
    def language(self) -> str:
        """The language with its version, such as `Python 3.13`."""
        return self.branch.removesuffix(f" running on {_LINUX}")

    @property
    def category(self) -> str:
        """The name of the platform, such as `Python` or `Node.js`."""
        return self.family.name

    @property
    def family(self) -> PlatformFamily:
        return next(family for family in FAMILIES if self.branch in family.branches)

    @property
    def newest(self) -> bool:
        """Whether this is the newest version of its branch."""
        return self.version == self.family.versions[-1]

    @property
    def arn(self) -> str:
        return f"arn:aws:elasticbeanstalk:{self.region}::platform/{self.branch}/{self.version}"


def available(region: str) -> list[Platform]:
    """Return all platforms, by family, the newest first."""
    return [
        Platform(branch, version, region)
        for family in FAMILIES
        for branch in reversed(family.branches)
        for version in reversed(family.versions)
    ]


def latest(branch: str, region: str) -> Platform:
    """Return the newest version of a platform branch."""
    return next(platform for platform in available(region) if platform.branch == branch)


def named(region: str, *, solution_stack: str | None, arn: str | None) -> Platform | None:
    """Return the platform that a call names, None when it names none. Raises InvalidParameterValueError.

    An ARN may leave out the version, and names the newest one then.
    """
    if not solution_stack and not arn:
        return None
    for platform in available(region):
        if solution_stack == platform.solution_stack or arn in (platform.arn, platform.arn.rpartition("/")[0]):
            return platform
    if solution_stack:
        raise InvalidParameterValueError(f"No Solution Stack named '{solution_stack}' found.")
    raise InvalidParameterValueError(f"No Platform named '{arn}' found.")


def summary(platform: Platform) -> dict[str, Any]:
    """Return a platform as ListPlatformVersions shows it."""
    return {
        "PlatformArn": platform.arn,
        "PlatformOwner": "AWSElasticBeanstalk",
        "PlatformStatus": "Ready",
        "PlatformCategory": platform.category,
        "OperatingSystemName": "Amazon Linux",
        "OperatingSystemVersion": "2023",
        "SupportedTierList": list(TIERS),
        "SupportedAddonList": list(_ADDONS),
        "PlatformVersion": platform.version,
        "PlatformBranchName": platform.branch,
        "PlatformLifecycleState": "Recommended" if platform.newest else None,
        "PlatformBranchLifecycleState": "Supported",
    }


def description(platform: Platform) -> dict[str, Any]:
    """Return a platform as DescribePlatformVersion shows it."""
    name, _, version = platform.language.rpartition(" ")
    return summary(platform) | {
        "PlatformName": platform.branch,
        "SolutionStackName": platform.solution_stack,
        "DateCreated": _RELEASED,
        "DateUpdated": _RELEASED,
        "Description": f"{platform.language} running on {_LINUX}",
        "Maintainer": "aws-elasticbeanstalk-platforms@amazon.com",
        "ProgrammingLanguages": [{"Name": name, "Version": version}],
        "Frameworks": [],
        "CustomAmiList": [],
    }


def branch_summaries() -> list[dict[str, Any]]:
    """Return the platform branches as ListPlatformBranches shows them, by family, the newest first."""
    return [
        {
            "PlatformName": family.name,
            "BranchName": branch,
            "LifecycleState": "Supported",
            "BranchOrder": 10_000 + 100 * number,
            "SupportedTierList": list(TIERS),
        }
        for family in FAMILIES
        for number, branch in reversed(list(enumerate(family.branches)))
    ]
