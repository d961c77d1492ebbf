"""Tasks of the kind aws-sdk: any operation of any service that the account has, called in the machine's role.

botocore makes the call through the account's endpoint, so signatures, policies, our Elastic Beanstalk and all services
are the same as for other callers. Sources: see sdk_names.
"""

import base64
import json
import os
from datetime import datetime
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError, UnknownServiceError
from ministack.core.responses import get_region

from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.machine_role import role_credentials
from emulator.ministack.stepfunctions.sdk_names import class_name, error_name, member_name

MAX_CLIENTS = 32
"""A client takes some megabytes. They are made when they are needed."""


def call_sdk(role_arn: str, service: str, operation: str, arguments: Any) -> dict[str, Any]:
    """Call an operation; return its result. Raises ExecutionError, named after the exception of the SDK."""
    try:
        client = _client(service, role_arn, get_region())
    except UnknownServiceError as error:
        raise ExecutionError("States.Runtime", f"The service '{service}' does not exist.") from error
    model = client.meta.service_model
    if operation not in model.operation_names:
        raise ExecutionError("States.Runtime", f"The service '{service}' has no operation '{operation}'.")
    shape = model.operation_model(operation)
    request = _renamed(arguments or {}, shape.input_shape, wanted="wire")
    try:
        answer = client._make_api_call(operation, request)
    except ParamValidationError as error:
        raise ExecutionError("States.Runtime", _unusable(arguments, error)) from error
    except ClientError as error:
        raise _failure(model, error) from error
    except BotoCoreError as error:
        raise ExecutionError(f"{class_name(model.service_id)}.SdkClientException", str(error)) from error
    answer.pop("ResponseMetadata", None)
    result: dict[str, Any] = _renamed(answer, shape.output_shape, wanted="task")
    return result


@lru_cache(MAX_CLIENTS)
def _client(service: str, role_arn: str, region: str) -> Any:
    credentials = role_credentials(role_arn)
    return botocore.session.Session().create_client(
        service,
        region_name=region,
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        # The state's Retry is the only one, so that each attempt is in the history.
        config=Config(retries={"total_max_attempts": 1}, proxies={}, inject_host_prefix=False),
    )


def _renamed(value: Any, shape: Any, *, wanted: str) -> Any:
    """Return a value with the names of its fields on the wire or in a task. Keys of maps are data."""
    kind = getattr(shape, "type_name", "")
    if kind == "structure" and isinstance(value, dict):
        names = {member_name(name): name for name in shape.members}
        renamed = {}
        for name, item in value.items():
            wire = str(name if name in shape.members else names.get(name, name))
            renamed[wire if wanted == "wire" else member_name(wire)] = _renamed(
                item, shape.members.get(wire), wanted=wanted
            )
        return renamed
    if kind == "list" and isinstance(value, list):
        return [_renamed(item, shape.member, wanted=wanted) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {key: _renamed(item, shape.value, wanted=wanted) for key, item in value.items()}
    return _sent(value, kind) if wanted == "wire" else _received(value)


def _sent(value: Any, kind: str) -> Any:
    """Return a value as botocore takes it. A body may be JSON."""
    return json.dumps(value, separators=(",", ":")) if kind == "blob" and not isinstance(value, str) else value


def _received(value: Any) -> Any:
    """Return a value as JSON."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if hasattr(value, "read"):
        value = value.read()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return value


def _failure(model: Any, error: ClientError) -> Any:
    """Return the error of a refused call."""
    code = error.response["Error"].get("Code", "")
    metadata = error.response["ResponseMetadata"]
    modeled = [(shape.name, shape.metadata.get("error", {}).get("code", shape.name)) for shape in model.error_shapes]
    about = f"Service: {class_name(model.service_id)}, Status Code: {metadata['HTTPStatusCode']}"
    request = metadata.get("RequestId", "")
    extended = f", Extended Request ID: {metadata['HostId']}" if metadata.get("HostId") else ""
    cause = f"{error.response['Error'].get('Message', '')} ({about}, Request ID: {request}{extended})"
    return ExecutionError(error_name(model.service_id, code, modeled), f"{cause} (SDK Attempt Count: 1)")


def _unusable(arguments: Any, error: ParamValidationError) -> str:
    problems = "; ".join(line.strip() for line in str(error).splitlines()[1:])
    given = json.dumps(arguments, separators=(",", ":"))
    return f"The Parameters '{given}' could not be used to start the Task: [{problems}]"
