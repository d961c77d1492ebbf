"""The AWS session of the program, and the state machine that it starts."""

import re

import boto3
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import ProfileNotFound
from botocore.session import Session

from trigger.variables import Variables

STATE_MACHINE = re.compile(r"arn:[\w-]+:states:([\w-]+):\d{12}:stateMachine:[\w-]+")


def create_session(variables: Variables) -> boto3.Session | None:
    """Return a session with the credentials that boto3 finds; no call to AWS yet. None if the profile does not exist.

    All that is missing becomes a problem of the variables.
    """
    sso = variables.get("AUTH_METHOD") == "SSO"
    profile = variables.require("SSO_PROFILE", "AUTH_METHOD is SSO") if sso else None
    machine = variables.get("STATE_MACHINE_ARN") or ""
    named = STATE_MACHINE.fullmatch(machine)
    if machine and not named:
        variables.problems.append(f"STATE_MACHINE_ARN={machine} is not the ARN of a state machine")
    if not (variables.get("AWS_ROLE") or "arn:").startswith("arn:"):
        variables.require("AWS_ACCOUNT_ID", "AWS_ROLE is a role in that account")
    core = Session(profile=profile or None)
    try:
        region = named[1] if named else core.get_config_variable("region") or variables.get("AWS_REGION")
        core.set_config_variable("region", region or variables.require("AWS_DEFAULT_REGION", "the region"))
        return boto3.Session(botocore_session=core)
    except ProfileNotFound as error:
        variables.problems.append(str(error))
        return None


def sign_in(session: boto3.Session, variables: Variables) -> tuple[boto3.Session, str]:
    """Return the session, in AWS_ROLE if it is set, and the state machine's ARN. Raises botocore's exceptions.

    An account that the session cannot reach becomes a problem of the variables.
    """
    _, partition, _, _, own, caller = session.client("sts").get_caller_identity()["Arn"].split(":")
    account, role = variables.get("AWS_ACCOUNT_ID") or own, variables.get("AWS_ROLE") or ""
    arn = role if role.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{role}"
    # A pipeline may have assumed the role before it starts the image, and a role cannot assume itself.
    if role and (arn.split(":")[4], f"assumed-role/{arn.split('/')[-1]}") != (own, caller.rpartition("/")[0]):
        session = boto3.Session(botocore_session=_RoleSession(session, arn))
    name = f"BeanstalkBlueGreen-{variables.get('ENV') or 'dev'}"
    composed = f"arn:{partition}:states:{session.region_name}:{account}:stateMachine:{name}"
    if account != own and not role and not variables.get("STATE_MACHINE_ARN"):
        variables.problems.append(
            f"AWS_ACCOUNT_ID={account} is not the account of the credentials, {own}: correct or unset it, or name a "
            "role of that account as AWS_ROLE"
        )
    return session, variables.get("STATE_MACHINE_ARN") or composed


class _RoleSession(Session):
    """A session with credentials of a role, renewed before they expire while those of `session` last."""

    def __init__(self, session: boto3.Session, arn: str) -> None:
        super().__init__()
        self.set_config_variable("region", session.region_name)
        fetcher = AssumeRoleCredentialFetcher(session.client, session.get_credentials(), arn)
        self._credentials_of_role = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")

    def get_credentials(self) -> DeferredRefreshableCredentials:
        return self._credentials_of_role
