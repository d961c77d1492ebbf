"""Sessions of roles, in which services of the account act: checks the role's trust policy, and makes clients."""

import json
import secrets
import threading
import uuid
from typing import Any

import botocore.session
from botocore.config import Config
from ministack.core.responses import set_request_account_id
from ministack.services import iam, sts

from emulator.identity import ACCESS_KEY, ACCOUNT_ID, REGION

_MAXIMUM_SESSION_NAME = 64


class RoleSessions:
    """Makes clients of the account that act in a role. Thread-safe. `endpoint_url`: the account's."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._lock = threading.Lock()
        self._botocore: botocore.session.Session | None = None

    def may_assume(self, role_arn: str, service: str) -> bool:
        """Return whether the role exists, and its trust policy lets a service assume it.

        `service`: such as codepipeline.amazonaws.com.
        """
        set_request_account_id(ACCESS_KEY)
        role = iam._roles.get(role_arn.rpartition("/")[2])
        if role is None or role["Arn"] != role_arn:
            return False
        trust = role["AssumeRolePolicyDocument"]
        document = json.loads(trust) if isinstance(trust, str) else trust
        effects = {each["Effect"] for each in _as_list(document["Statement"]) if _concerns(each, service)}
        return effects == {"Allow"}

    def client(self, role_arn: str, session: str, service: str) -> Any:
        """Return a client of a service that acts in the role. `session`: the session's name."""
        key, secret, token = f"ASIA{uuid.uuid4().hex[:16].upper()}", secrets.token_hex(20), secrets.token_hex(64)
        role, name = role_arn.rpartition("/")[2], session[:_MAXIMUM_SESSION_NAME]
        sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role}/{name}",
                "UserId": f"{role}:{name}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return self._client(service, key, secret, token)

    def client_of_role(self, role_arn: str, second_arn: str | None, session: str, service: str) -> Any:
        """Return a client that acts in the role, or in a second one that this role assumes.

        Raises ClientError when it may not assume it.
        """
        if second_arn is None:
            return self.client(role_arn, session, service)
        assumed = self.client(role_arn, session, "sts").assume_role(RoleArn=second_arn, RoleSessionName=session)
        keys = assumed["Credentials"]
        return self._client(service, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def _client(self, service: str, key: str, secret: str, token: str) -> Any:
        with self._lock:  # a session of botocore is not thread-safe
            if self._botocore is None:
                self._botocore = botocore.session.Session()
            return self._botocore.create_client(
                service,
                region_name=REGION,
                endpoint_url=self._endpoint_url,
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                aws_session_token=token,
                config=Config(proxies={}, s3={"addressing_style": "path"}),
            )


def _concerns(statement: dict[str, Any], service: str) -> bool:
    """Return whether a statement of a trust policy is about a service that assumes the role. Conditions hold."""
    principal = statement.get("Principal", {})
    services = _as_list(principal.get("Service", [])) if isinstance(principal, dict) else _as_list(principal)
    actions = {action.lower() for action in _as_list(statement.get("Action", []))}
    return bool({service, "*"} & set(services)) and bool({"sts:assumerole", "sts:*", "*"} & actions)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
