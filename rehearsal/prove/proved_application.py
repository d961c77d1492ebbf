"""The application of a run in Elastic Beanstalk: one environment of the smallest size, and its versions."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.account.shop import ENHANCED_HEALTH, BeanstalkEvent, events_of
from rehearsal.prove.beanstalk_removal import environments
from rehearsal.prove.bundles import FAILS_PROPERTY, source_bundle
from rehearsal.prove.errors import ProofError
from rehearsal.prove.names import RunNames
from rehearsal.prove.roles import TAG
from rehearsal.prove.run_file import RunFile
from rehearsal.prove.target import EventClock, ProofTarget

INSTANCE_TYPE = "t3.micro"
LIVE_VERSION = "v1"
LAUNCH_MINUTES = 30.0
UPDATE_MINUTES = 20.0
SETTLE_SECONDS = 60.0
ROLES_MINUTES = 3.0
"""How long a new instance profile may stay invisible to Elastic Beanstalk."""
PROPERTIES = "aws:elasticbeanstalk:application:environment"


@dataclass(frozen=True)
class Launch:
    """The answer to CreateEnvironment, and whether the next DescribeEnvironments showed the environment."""

    request_id: str
    environment_id: str
    arn: str
    seen_at_once: bool


class ProvedApplication:
    """Creates and changes the run's application, by AWS's APIs alone."""

    def __init__(self, target: ProofTarget, names: RunNames, memory: RunFile, bucket: str) -> None:
        self._target = target
        self._names = names
        self._memory = memory
        self._bucket = bucket
        self._beanstalk = target.client("elasticbeanstalk")

    def create(self) -> EventClock:
        """Create the application with its first version, and return the account's time."""
        asked = time.time()
        answer = self._beanstalk.create_application(
            ApplicationName=self._names.application, Description="Made and removed by make prove", Tags=[TAG]
        )
        event_clock = EventClock(asked, answer["Application"]["DateCreated"], self._target.scale)
        self._beanstalk.create_application_version(
            ApplicationName=self._names.application,
            VersionLabel=LIVE_VERSION,
            SourceBundle={"S3Bucket": self._bucket, "S3Key": self.upload(LIVE_VERSION)},
        )
        return event_clock

    def upload(self, version: str, *, fails_when_told: bool = False) -> str:
        """Upload the bundle of a version and return its key."""
        key = f"prove/{version}.zip"
        body = source_bundle(version, fails_when_told=fails_when_told)
        self._target.client("s3").put_object(Bucket=self._bucket, Key=key, Body=body)
        return key

    def launch(self) -> Launch:
        """Launch blue, and return when it is healthy. Raises ProofError when the launch fails, and WaitLimitError."""
        found: list[dict[str, Any]] = []
        self._target.until(
            lambda: self._try_launch(found), "Elastic Beanstalk to find the roles of the run", ROLES_MINUTES
        )
        (created,) = found
        seen = any(each["EnvironmentName"] == self._names.blue for each in self.environments())
        self._memory.remember_environment(created["EnvironmentId"])
        self._target.until(self._healthy, f"{self._names.blue} to be Ready and Green", LAUNCH_MINUTES, self._found)
        return Launch(
            created["ResponseMetadata"]["RequestId"], created["EnvironmentId"], created["EnvironmentArn"], seen
        )

    def set_fails(self, value: str) -> None:
        """Set the environment property that makes the failing version fail, and return when blue is Ready again."""
        self.until_settled()
        self._beanstalk.update_environment(
            EnvironmentName=self._names.blue, OptionSettings=[_option(PROPERTIES, FAILS_PROPERTY, value)]
        )
        self.until_settled()

    def until_settled(self) -> None:
        """Return when blue was Ready in all looks of a minute: a look just after a change may show what was before.

        Raises WaitLimitError.
        """
        seconds = SETTLE_SECONDS * self._target.scale
        began: list[float] = []

        def settled() -> bool:
            if self.blue()["Status"] != "Ready":
                began.clear()
                return False
            began.append(time.monotonic())
            return began[-1] - began[0] >= seconds

        self._target.until(settled, f"{self._names.blue} to be Ready for {SETTLE_SECONDS:g} s", UPDATE_MINUTES)

    def blue(self) -> dict[str, Any]:
        """Return blue, as DescribeEnvironments shows it. Raises ProofError."""
        for environment in self.environments():
            if environment["EnvironmentName"] == self._names.blue:
                return environment
        raise ProofError(f"Expected the environment {self._names.blue}. Found none. See the events in the report.")

    def environments(self) -> list[dict[str, Any]]:
        """Return the application's environments that are not terminated."""
        return list(environments(self._beanstalk, self._names.application))

    def events(self) -> list[BeanstalkEvent]:
        """Return all events of the application, oldest first."""
        return events_of(self._beanstalk, self._names.application)

    def _try_launch(self, found: list[dict[str, Any]]) -> bool:
        """Try to launch blue. Return False while Elastic Beanstalk does not see the new roles."""
        try:
            found.append(
                self._beanstalk.create_environment(
                    ApplicationName=self._names.application,
                    EnvironmentName=self._names.blue,
                    CNAMEPrefix=self._names.blue,
                    VersionLabel=LIVE_VERSION,
                    SolutionStackName=newest_python(self._beanstalk.list_available_solution_stacks()["SolutionStacks"]),
                    OptionSettings=self._options(),
                    Tags=[TAG],
                )
            )
        except ClientError as error:
            message = error.response["Error"]["Message"]
            if self._names.instance_role in message or self._names.service_role in message:
                return False
            raise
        return True

    def _healthy(self) -> bool:
        found = [each for each in self.environments() if each["EnvironmentName"] == self._names.blue]
        if not found or found[0]["Status"] == "Terminating":
            if any(event.severity in ("ERROR", "FATAL") for event in self.events()):
                raise ProofError(f"Expected {self._names.blue} to be launched. Found that it failed: {self._found()}")
            return False
        return bool(found[0]["Status"] == "Ready" and found[0]["Health"] == "Green")

    def _found(self) -> str:
        states = [f"{each['EnvironmentName']} {each['Status']} and {each['Health']}" for each in self.environments()]
        errors = [event.message for event in self.events() if event.severity in ("ERROR", "FATAL")]
        return ". ".join([", ".join(states) or "no environment", *errors])

    def _options(self) -> list[dict[str, str]]:
        return [
            ENHANCED_HEALTH,
            _option("aws:elasticbeanstalk:environment", "EnvironmentType", "SingleInstance"),
            _option("aws:elasticbeanstalk:environment", "ServiceRole", self._names.service_role),
            _option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", self._names.instance_role),
            # With it, Elastic Beanstalk makes a launch template. New accounts have no launch configurations.
            _option("aws:autoscaling:launchconfiguration", "DisableIMDSv1", "true"),
            _option("aws:ec2:instances", "InstanceTypes", INSTANCE_TYPE),
            _option(PROPERTIES, FAILS_PROPERTY, "yes"),
        ]


def newest_python(solution_stacks: Sequence[str]) -> str:
    """Return the newest Python platform on Amazon Linux 2023. Raises ProofError when there is none."""
    pattern = r"64bit Amazon Linux 2023 v([\d.]+) running Python ([\d.]+)"
    found = {name: match for name in solution_stacks if (match := re.fullmatch(pattern, name))}
    if not found:
        raise ProofError(
            "Expected a Python platform on Amazon Linux 2023 in this region. Found none. Name another one."
        )
    return max(found, key=lambda name: (_numbers(found[name][2]), _numbers(found[name][1])))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _option(namespace: str, name: str, value: str) -> dict[str, str]:
    return {"Namespace": namespace, "OptionName": name, "Value": value}
