"""Roles in the account, and what whoever acts in them hears."""

import json
from functools import cache
from itertools import count
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION
from rehearsal.account.account import Account

PRINCIPALS = {"Service": "lambda.amazonaws.com", "AWS": ACCOUNT_ID}
TRUST = {"Effect": "Allow", "Principal": PRINCIPALS, "Action": "sts:AssumeRole"}
OK = 200
SESSION = botocore.session.Session()


def on(action: str, *resources: str, **conditions: dict[str, Any]) -> dict[str, Any]:
    """A statement."""
    return {"Action": action, "Resource": list(resources or "*"), **({"Condition": conditions} if conditions else {})}


def client(account: Account, service: str, key: str, secret: str, token: str | None = None) -> Any:
    """A client for these credentials; one session of botocore for all, which reads each model once."""
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
    return client(account, service, ACCESS_KEY, "any")


class Role:
    """A role, and who acts in it, in a session called `session`."""

    numbers = count(1)

    def __init__(self, account: Account, *statements: dict[str, Any]) -> None:
        self.name = f"role{next(self.numbers)}"
        self._account = account
        self._clients: dict[str, Any] = {}
        trust = {"Version": "2012-10-17", "Statement": [TRUST]}
        self.arn = administrator(account, "iam").create_role(
            RoleName=self.name, AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]["Arn"]
        self.allow(*statements)

    def allow(self, *statements: dict[str, Any]) -> None:
        """Replace what the role may do."""
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement} for statement in statements]}
        administrator(self._account, "iam").put_role_policy(
            RoleName=self.name, PolicyName="own", PolicyDocument=json.dumps(policy)
        )

    def call(self, service: str, call: str, **arguments: Any) -> dict[str, Any]:
        """Make a call as the role; the answer, or the error, with its `status`."""
        acting = self.client(service)
        try:
            answer = getattr(acting, call)(**arguments)
        except ClientError as error:
            return {"status": error.response["ResponseMetadata"]["HTTPStatusCode"], **error.response["Error"]}
        return {"status": OK, **answer}

    def client(self, service: str) -> Any:
        """A client with the role's temporary credentials, in a session called `session`."""
        if service not in self._clients:
            self._clients[service] = client(self._account, service, *self.credentials().values())
        return self._clients[service]

    def credentials(self) -> dict[str, str]:
        """Temporary ones, as variables."""
        sts = administrator(self._account, "sts")
        keys = sts.assume_role(RoleArn=self.arn, RoleSessionName="session")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def refused(self, action: str, resource: str, reason: str = "") -> str:
        """What AWS says when the role may not do this."""
        why = reason or f"because no identity-based policy allows the {action} action"
        arn = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{self.name}/session"
        return f"User: {arn} is not authorized to perform: {action} on resource: {resource} {why}"
