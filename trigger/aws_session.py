"""Who the program is on AWS, and which state machine it starts there."""

import re

import boto3
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import ProfileNotFound
from botocore.session import Session

from trigger.variables import Variables

STATE_MACHINE = re.compile(r"arn:[\w-]+:states:([\w-]+):\d{12}:stateMachine:[\w-]+")


def create_session(variables: Variables) -> boto3.Session | None:
    """With the credentials that boto3 finds by itself; AWS is asked nothing yet. None when there is no such profile."""
    sso = variables.get("AUTH_METHOD") == "SSO"
    profile = variables.need("SSO_PROFILE", "AUTH_METHOD is SSO") if sso else None
    machine = variables.get("STATE_MACHINE_ARN") or ""
    named = STATE_MACHINE.fullmatch(machine)
    if machine and not named:
        variables.problems.append(f"STATE_MACHINE_ARN={machine} is no ARN of a state machine")
    if not (variables.get("AWS_ROLE") or "arn:").startswith("arn:"):
        variables.need("AWS_ACCOUNT_ID", "AWS_ROLE is in it")
    core = Session(profile=profile or None)
    try:
        region = named[1] if named else core.get_config_variable("region") or variables.get("AWS_REGION")
        core.set_config_variable("region", region or variables.need("AWS_DEFAULT_REGION", "no profile has a region"))
        return boto3.Session(botocore_session=core)
    except ProfileNotFound as error:
        variables.problems.append(str(error))
        return None


def sign_in(session: boto3.Session, variables: Variables) -> tuple[boto3.Session, str]:
    """The session in AWS_ROLE, if there is one, and the ARN of the state machine. Raises botocore's exceptions."""
    _, partition, _, _, own, who = session.client("sts").get_caller_identity()["Arn"].split(":")
    account, role = variables.get("AWS_ACCOUNT_ID") or own, variables.get("AWS_ROLE") or ""
    arn = role if role.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{role}"
    # A pipeline may have assumed the role before it starts the image, and a role cannot assume itself.
    if role and (arn.split(":")[4], f"assumed-role/{arn.split('/')[-1]}") != (own, who.rpartition("/")[0]):
        session = boto3.Session(botocore_session=_InRole(session, arn))
    name = f"BeanstalkBlueGreen-{variables.get('ENV') or 'dev'}"
    composed = f"arn:{partition}:states:{session.region_name}:{account}:stateMachine:{name}"
    return session, variables.get("STATE_MACHINE_ARN") or composed


class _InRole(Session):
    """With credentials of a role, which are made anew before they expire, for as long as those of `session` last."""

    def __init__(self, session: boto3.Session, arn: str) -> None:
        super().__init__()
        self.set_config_variable("region", session.region_name)
        fetcher = AssumeRoleCredentialFetcher(session.client, session.get_credentials(), arn)
        self._in_role = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")

    def get_credentials(self) -> DeferredRefreshableCredentials:
        return self._in_role
