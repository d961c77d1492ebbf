"""IAM roles in the emulated account, and calls that are made in them."""

import json
from functools import cache
from itertools import count
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION
from rehearsal.account.account import Account

OK = 200
UNRESTRICTED_ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/unrestricted"
SESSION = botocore.session.Session()
"""One session for all clients: it reads each service model once."""


def make_unrestricted_role(account: Account, name: str = UNRESTRICTED_ROLE.rpartition("/")[2]) -> None:
    """Make a role that may do everything. Lambda, Step Functions and every principal of the account may assume it."""
    iam = account.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_trust("lambda.amazonaws.com", "states.amazonaws.com"))
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement("*")}]}
    iam.put_role_policy(RoleName=name, PolicyName="everything", PolicyDocument=json.dumps(everything))


def statement(action: str, *resources: str, **conditions: dict[str, Any]) -> dict[str, Any]:
    """Return a policy statement without its effect; on all resources when none is named."""
    return {"Action": action, "Resource": list(resources or "*"), **({"Condition": conditions} if conditions else {})}


def client(account: Account, service: str, key: str, secret: str, token: str | None = None) -> Any:
    """Return a client that signs with these credentials."""
    return SESSION.create_client(
        service,
        region_name=REGION,
        endpoint_url=account.url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(proxies={}),
    )


@cache
def administrator(account: Account, service: str) -> Any:
    """Return a client that acts as the account's root user."""
    return client(account, service, ACCESS_KEY, "any")


class Role:
    """A new role, which a service may assume, and calls in a session of it. The session's name is `session`."""

    numbers = count(1)

    def __init__(self, account: Account, *statements: dict[str, Any], service: str = "lambda.amazonaws.com") -> None:
        self.name = f"role{next(self.numbers)}"
        self._account = account
        self._clients: dict[str, Any] = {}
        self.arn = administrator(account, "iam").create_role(
            RoleName=self.name, AssumeRolePolicyDocument=_trust(service)
        )["Role"]["Arn"]
        self.allow(*statements)

    def allow(self, *statements: dict[str, Any]) -> None:
        """Allow these statements, and nothing else."""
        self.allow_as({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})

    def allow_as(self, policy: dict[str, Any]) -> None:
        """Allow what a policy document says, and nothing else."""
        administrator(self._account, "iam").put_role_policy(
            RoleName=self.name, PolicyName="own", PolicyDocument=json.dumps(policy)
        )

    def call(self, service: str, call: str, **arguments: Any) -> dict[str, Any]:
        """Make a call in the role; return the answer or the error's fields, with the HTTP `status`."""
        acting = self.client(service)
        try:
            answer = getattr(acting, call)(**arguments)
        except ClientError as error:
            return {"status": error.response["ResponseMetadata"]["HTTPStatusCode"], **error.response["Error"]}
        return {"status": OK, **answer}

    def client(self, service: str) -> Any:
        """Return a client that signs with the role's temporary credentials."""
        if service not in self._clients:
            self._clients[service] = client(self._account, service, *self.credentials().values())
        return self._clients[service]

    def credentials(self) -> dict[str, str]:
        """Return new temporary credentials, as environment variables."""
        sts = administrator(self._account, "sts")
        keys = sts.assume_role(RoleArn=self.arn, RoleSessionName="session")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def denial(self, action: str, resource: str, reason: str = "") -> str:
        """Return the message with which AWS denies the role an action on a resource."""
        why = reason or f"because no identity-based policy allows the {action} action"
        arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{self.name}/session"
        return f"User: {arn} is not authorized to perform: {action} on resource: {resource} {why}"


def _trust(*services: str) -> str:
    """Return a trust policy for services, and for every principal of the account."""
    principals = {"Service": list(services), "AWS": ACCOUNT_ID}
    trust = {"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [trust]})
