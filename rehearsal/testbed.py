"""An account with the stack deployed in it: the place where the rehearsal, the campaign and the tests release."""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from emulator.identity import ACCOUNT_ID, REGION
from rehearsal.account.account import Account
from rehearsal.account.cdk import Cdk
from rehearsal.account.console import AccountConsole
from rehearsal.account.control import Control
from rehearsal.account.instructions import stack_variables
from rehearsal.assemblies import copy_or_make
from rehearsal.wait import until

TOKEN = re.compile(r"--task-token ([^\s\\\"]+)")
"""In the message of a question for approval."""


class Testbed:
    """A running account, the stack in it, and clients of its services. `outputs`: the stack's."""

    __test__ = False  # pytest would take the class for a test, by its name

    def __init__(self, account: Account, outputs: Mapping[str, str]) -> None:
        self.account = account
        self.control = Control(account.url)
        self.clock = self.control.clock()
        self.beanstalk = account.client("elasticbeanstalk")
        self.states = account.client("stepfunctions")
        self.s3 = account.client("s3")
        self.cloudwatch = account.client("cloudwatch")
        self.lambdas = account.client("lambda")
        self.machine = outputs["StateMachineArn"]
        self.fleets = outputs["FleetStateMachineArn"]
        """The state machine of fleets."""
        self.artifacts = outputs["ArtifactsBucketName"]
        """The stack's own bucket, for source bundles. Its functions may read no other one."""
        self.records_bucket = f"elasticbeanstalk-{REGION}-{ACCOUNT_ID}"
        """Elastic Beanstalk's own bucket, which has the records of all stacks."""
        self.topic = outputs["NotificationsTopicArn"]
        self.variables = stack_variables(outputs)
        self.console = AccountConsole(account.url)

    @classmethod
    def deploy(cls, account: Account, folder: Path, assembly: Path | None = None) -> Self:
        """Deploy the stack into a running account, by cdk bootstrap and cdk deploy; `folder` gets the log.

        `assembly`: an app that is synthesized already; the CLI writes to it. Raises CdkError.
        """
        if assembly is None:
            assembly = synthesize(folder, account.environment())
        testbed = cls(account, deploy_stack(account.environment(), folder, assembly))
        testbed.console.know_stack(testbed.machine, testbed.fleets)
        return testbed

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """The names of the stack's Lambda functions, by the modules of their handlers."""
        stack = self.machine.rpartition(":")[2]  # the machine has the stack's name
        pages = self.lambdas.get_paginator("list_functions").paginate()
        handlers = {each["FunctionName"]: each.get("Handler", "") for page in pages for each in page["Functions"]}
        return {
            handler.split(".")[-2]: name
            for name, handler in handlers.items()
            if handler.startswith("lambdas.") and name.startswith(f"{stack}-")
        }

    def start(self, name: str, request: Mapping[str, Any]) -> str:
        """Start an execution with that name and input, and return its ARN."""
        return self._start(self.machine, name, request)

    def start_fleet(self, name: str, request: Mapping[str, Any]) -> str:
        """Start a fleet with that name and input, and return its ARN."""
        return self._start(self.fleets, name, request)

    def _start(self, machine: str, name: str, request: Mapping[str, Any]) -> str:
        started = self.states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(request))
        return str(started["executionArn"])

    def approval_token(self, execution: str) -> str:
        """Return the task token of the newest question for approval. Raises WaitLimitError when there is none."""
        found: list[str] = []

        def asked() -> bool:
            pages = self.states.get_paginator("get_execution_history").paginate(
                executionArn=execution, reverseOrder=True
            )
            parameters = (
                event.get("taskScheduledEventDetails", {}).get("parameters", "")
                for page in pages
                for event in page["events"]
            )
            found.extend(token for text in parameters for token in TOKEN.findall(text))
            return bool(found)

        until(asked, f"a question for approval of {execution}")
        return found[0]

    def set_alarm(self, alarm: str, state: str = "ALARM") -> None:
        """Create the CloudWatch alarm if there is none, and set its state."""
        self.cloudwatch.put_metric_alarm(
            AlarmName=alarm,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            MetricName="Errors",
            Namespace="Shop",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        self.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue=state, StateReason="set by the testbed")


HOOKS = ("smoke-test", "my-hook")
"""The Lambda functions that releases in the account may call at gates, once somebody has made them there."""


def deploy_stack(environment: Mapping[str, str], folder: Path, assembly: Path) -> dict[str, str]:
    """Deploy a synthesized app into the account that `environment` points at. Return its outputs. Raises CdkError."""
    cdk = Cdk(environment, folder.resolve() / "cdk.log", assembly)
    cdk.bootstrap(ACCOUNT_ID, REGION)
    return cdk.deploy()


def synthesize(folder: Path, environment: Mapping[str, str] | None = None) -> Path:
    """Synthesize the app into `folder`/cdk.out and return that folder. Raises CdkError.

    When the app has not changed since an earlier run, its assembly is copied from there.
    """
    variables = environment or {"CDK_DEFAULT_ACCOUNT": ACCOUNT_ID, "CDK_DEFAULT_REGION": REGION}
    cdk = Cdk(variables, folder.resolve() / "cdk.log", folder.resolve() / "cdk.out")
    options = ("-c", f"hooks={','.join(HOOKS)}")
    # -B: Python would write 31 MB of byte code of the CDK, which is not imported again until the app changes.
    if copy_or_make(cdk.assembly, options, variables, lambda: cdk.synthesize("--app", "python3 -B app.py", *options)):
        with cdk.log.open("a") as log:
            log.write("The app has not changed since it was last synthesized: its assembly is copied.\n")
    return cdk.assembly
