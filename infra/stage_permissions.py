"""The permissions of each stage in Elastic Beanstalk and elsewhere, and the reason for each action."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from infra.beanstalk_policy import PolicyPart
from lambdas.visit import SETTLE_SECONDS

DESCRIBE = ("DescribeEnvironments",)
KINDS = ("environment", "application", "applicationversion", "configurationtemplate")
"""The types of Elastic Beanstalk's resources, as in ARNs."""
ALL_PARTS = tuple(PolicyPart)
SWAPPING_SECONDS = SETTLE_SECONDS
"""The time-out of functions that swap. When the failure branch concludes from a look, no invocation of the stage before
is left that could swap: the branch waits as long.
"""

CALLING_SECONDS = 890
"""The time-out of the function that calls hooks; Lambda allows 900."""
PLANNING_SECONDS = 890
"""The time-out of the function that plans fleets: it may read the tags of 1,000 environments."""
TESTING_SECONDS = 890
"""The time-out of functions that test; Lambda allows 900."""


@dataclass(frozen=True)
class StagePermissions:
    """Elastic Beanstalk's actions by the type of resource that AWS authorises them on, and what else a stage needs."""

    environment: tuple[str, ...] = ()
    tagged_environment: tuple[str, ...] = ()
    """Actions on environments that have the tag of a clone, or that get it."""
    application: tuple[str, ...] = ()
    applicationversion: tuple[str, ...] = ()
    configurationtemplate: tuple[str, ...] = ()
    alarms: bool = False
    scaling: bool = False
    """Counts the instances of environments and changes their number. Stages with a part of AWS's policy may anyway."""
    hooks: Literal["", "call", "know"] = ""
    """Plan knows the functions that the stack was deployed with as hooks; CallHooks calls them."""
    bundles: Literal["", "look", "read", "copy"] = ""
    """Elastic Beanstalk reads a version's bundle as its caller. RegisterRelease keeps a copy; a dry run only looks."""
    record: Literal["", "read", "write", "take"] = ""
    """A stage that acts, or whose verdict moves users, first reads whether its execution still holds the environment. A
    stage that swaps writes the swap down. Plan takes the environment, if the execution that holds it has ended.
    """
    snapshot: bool = False
    """Sees what all executions see: lambdas/shared_look.py. A stage that changes what serves users looks by itself, and
    so does one that sends requests to an environment.
    """
    turns: bool = False
    """Lets a release begin in its turn: lambdas/turns.py."""
    executions: bool = False
    """Looks executions up. A stage that takes the environment may anyway."""
    surroundings: bool = False
    """Looks for what a clone of blue does not bring: web ACLs and DNS records. AWS's policy lets it see the rest."""
    policy_parts: tuple[PolicyPart, ...] = ()
    """The parts of AWS's policy that Elastic Beanstalk takes from the stage's role."""
    answers: bool = False
    """Ends its task by the task's token."""
    events: bool = True
    """Sends events of the release to EventBridge, for machines."""
    seconds: int = 120
    """The function's time-out."""

    @property
    def writes_record(self) -> bool:
        """Whether the stage writes the record."""
        return self.record in ("write", "take")

    @property
    def kinds(self) -> list[str]:
        """The types of resource that the stage acts on."""
        return [kind for kind in KINDS if getattr(self, kind) or (kind == "environment" and self.tagged_environment)]

    @property
    def beanstalk_actions(self) -> list[str]:
        """The actions of Elastic Beanstalk that the stage performs, sorted."""
        return sorted({*self.tagged_environment, *(action for kind in KINDS for action in getattr(self, kind))})


STAGES: Mapping[str, StagePermissions] = {
    "plan": StagePermissions(
        environment=(
            *DESCRIBE,
            "DescribeConfigurationSettings",
            "DescribeEnvironmentResources",
            "DescribeEvents",
            "ListTagsForResource",
        ),
        application=("DescribeApplications",),
        applicationversion=("DescribeApplicationVersions",),
        configurationtemplate=("DescribeConfigurationSettings",),
        alarms=True,
        bundles="look",
        policy_parts=(PolicyPart.READS,),
        record="take",
        snapshot=True,
        turns=True,
        hooks="know",
        surroundings=True,
    ),
    "register_release": StagePermissions(
        application=("CreateApplicationVersion",),
        applicationversion=("CreateApplicationVersion", "DescribeApplicationVersions"),
        bundles="copy",
        policy_parts=(PolicyPart.READS, PolicyPart.BUCKET),
        record="read",
    ),
    "await_registration": StagePermissions(applicationversion=("DescribeApplicationVersions",)),
    "clone_blue": StagePermissions(
        environment=(*DESCRIBE, "DescribeEvents", "ListTagsForResource"),
        tagged_environment=("AddTags", "CreateEnvironment", "TerminateEnvironment"),
        application=("DescribeApplications",),
        configurationtemplate=(
            "CreateConfigurationTemplate",
            "DeleteConfigurationTemplate",
            "DescribeConfigurationSettings",
        ),
        bundles="read",
        policy_parts=ALL_PARTS,
        record="read",
        snapshot=True,
    ),
    "await_green": StagePermissions(environment=(*DESCRIBE, "DescribeEvents"), snapshot=True),
    "verify_green": StagePermissions(environment=DESCRIBE, seconds=TESTING_SECONDS),
    "call_hooks": StagePermissions(
        environment=(*DESCRIBE, "DescribeEvents"), hooks="call", record="read", seconds=CALLING_SECONDS
    ),
    "swap_traffic": StagePermissions(
        environment=(*DESCRIBE, "DescribeEnvironmentHealth", "DescribeEvents", "SwapEnvironmentCNAMEs"),
        scaling=True,
        record="write",
        seconds=SWAPPING_SECONDS,
    ),
    "await_traffic": StagePermissions(environment=DESCRIBE, snapshot=True),
    "drain_blue": StagePermissions(environment=(*DESCRIBE, "DescribeEvents"), record="read", snapshot=True),
    "deploy_release": StagePermissions(
        environment=(*DESCRIBE, "AbortEnvironmentUpdate", "DescribeEvents", "UpdateEnvironment"),
        bundles="read",
        policy_parts=ALL_PARTS,
        record="read",
    ),
    "await_release": StagePermissions(environment=(*DESCRIBE, "DescribeEvents"), snapshot=True),
    "verify_release": StagePermissions(environment=DESCRIBE, seconds=TESTING_SECONDS),
    "watch_release": StagePermissions(environment=(*DESCRIBE, "DescribeEvents"), alarms=True, snapshot=True),
    "watch_approval": StagePermissions(environment=(*DESCRIBE, "DescribeEvents"), snapshot=True, events=False),
    "terminate_green": StagePermissions(
        environment=(*DESCRIBE, "DescribeEvents", "ListTagsForResource"),
        tagged_environment=("AddTags", "TerminateEnvironment"),
        configurationtemplate=("DeleteConfigurationTemplate", "DescribeConfigurationSettings"),
        policy_parts=ALL_PARTS,
        record="read",
        snapshot=True,
    ),
    "await_termination": StagePermissions(environment=DESCRIBE, snapshot=True),
    "keep_green_live": StagePermissions(
        environment=(
            *DESCRIBE,
            "DescribeEnvironmentHealth",
            "DescribeEvents",
            "ListTagsForResource",
            "SwapEnvironmentCNAMEs",
        ),
        tagged_environment=("TerminateEnvironment",),
        configurationtemplate=("DeleteConfigurationTemplate", "DescribeConfigurationSettings"),
        policy_parts=ALL_PARTS,
        record="write",
        seconds=SWAPPING_SECONDS,
    ),
    "hold_for_redrive": StagePermissions(answers=True, events=False),
    "plan_fleet": StagePermissions(
        environment=(*DESCRIBE, "ListTagsForResource"),
        applicationversion=("DescribeApplicationVersions",),
        seconds=PLANNING_SECONDS,
        events=False,
    ),
    "judge_group": StagePermissions(executions=True, events=False),
}


WHY: Mapping[str, str] = {
    "AbortEnvironmentUpdate": "An update of blue that hangs is aborted.",
    "AddTags": "Green gets the tag of a clone: when it is created, or, taken over, before it is terminated.",
    "CreateApplicationVersion": "The version is created from its source bundle.",
    "CreateConfigurationTemplate": "Green is created from blue's saved configuration.",
    "CreateEnvironment": "Green is created.",
    "DeleteConfigurationTemplate": "Green's saved configuration is deleted with it, or by the next release.",
    "DescribeApplicationVersions": "Does the version exist, and is it processed?",
    "DescribeApplications": "Does the application exist? Which saved configurations did ended executions leave?",
    "DescribeConfigurationSettings": "Is a database coupled to blue? Did this tool make the saved configuration?",
    "DescribeEnvironmentHealth": "How many instances have started?",
    "DescribeEnvironmentResources": "Which load balancer has blue, and not its clone?",
    "DescribeEnvironments": "Which environments exist, which one serves, how healthy are they?",
    "DescribeEvents": "How did the last operation end, and when was the last swap?",
    "ListTagsForResource": "Is this a clone of this tool, and of which environment?",
    "SwapEnvironmentCNAMEs": "Users move to the other environment.",
    "TerminateEnvironment": "Green is terminated.",
    "UpdateEnvironment": "The version is deployed onto blue.",
}
"""The reason for each action of Elastic Beanstalk."""
