"""The account's API, as the handlers of resources call it, and their errors in CloudFormation's words."""

import json
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from emulator.clock import Clock

POLL_SECONDS = 10.0
"""Account seconds between two looks at a resource that is not stable yet."""
LIMIT_SECONDS = 3 * 3_600.0
"""Account seconds that a resource has to become stable. AWS does not document its limit."""
_CODES = {
    "AccessDenied": "AccessDenied",
    "AccessDeniedException": "AccessDenied",
    "InsufficientPrivilegesException": "AccessDenied",
    "Throttling": "Throttling",
    "PipelineNameInUseException": "AlreadyExists",
    "PipelineNotFoundException": "NotFound",
}
_SERVER_ERROR = 500

Json = dict[str, Any]


class ResourceHandlerError(Exception):
    """A resource cannot be provisioned. The message has CloudFormation's words around the service's.

    Source of the words: https://github.com/aws-samples/aws-cdk-examples/issues/1126
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(
            f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: {code})'
        )
        self.code = code


class NotStabilizedError(ResourceHandlerError):
    """The service took the request, and the resource did not become what was asked for."""

    def __init__(self, resource_type: str, identifier: str) -> None:
        message = f"Resource of type '{resource_type}' with identifier '{identifier}' did not stabilize."
        super().__init__(message, "NotStabilized")


class AccountApi:
    """Calls the account's services. `create_client` makes the client of a service by its name."""

    def __init__(self, clock: Clock, create_client: Callable[[str], Any] | None = None) -> None:
        self._clock = clock
        self._client = cache(create_client or _account_client)

    def call(self, service: str, operation: str, properties: Mapping[str, Any]) -> Json:
        """Call an operation with those properties that it takes; return its answer. Raises ResourceHandlerError."""
        client = self._client(service)
        model = client.meta.service_model.operation_model(operation)
        method = next(name for name, named in client.meta.method_to_api_mapping.items() if named == operation)
        try:
            answer: Json = getattr(client, method)(**request_of(model, properties))
        except ClientError as error:
            raise _handler_error(error, client.meta.service_model.service_id.replace(" ", "")) from error
        except BotoCoreError as error:
            raise ResourceHandlerError(str(error), "InvalidRequest") from error
        return answer

    def wait_until(self, is_stable: Callable[[], bool], resource_type: str, identifier: str) -> None:
        """Wait in account time until a resource is stable. Raises NotStabilizedError after three hours."""
        end = self._clock.time() + LIMIT_SECONDS
        while not is_stable():
            if self._clock.time() > end:
                raise NotStabilizedError(resource_type, identifier)
            self._clock.sleep(POLL_SECONDS)


def request_of(operation: OperationModel, properties: Mapping[str, Any]) -> Json:
    """Return an operation's parameters from the properties of a template.

    Properties begin with a capital letter, and templates may write numbers and booleans as strings.
    """
    shape = operation.input_shape
    return _shaped(properties, shape) if shape is not None else {}


def _shaped(value: Any, shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        members = {_capital(name): (name, member) for name, member in shape.members.items()}
        known = ((members[_capital(name)], each) for name, each in value.items() if _capital(name) in members)
        return {name: _shaped(each, member) for (name, member), each in known if each is not None}
    if isinstance(shape, ListShape):
        return [_shaped(each, shape.member) for each in value]
    if isinstance(shape, MapShape):
        return {str(name): _shaped(each, shape.value) for name, each in value.items()}
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name == "boolean":
        return str(value).lower() == "true"
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)  # true, 5, or an object


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _handler_error(error: ClientError, service: str) -> ResourceHandlerError:
    answer, about = error.response["Error"], error.response["ResponseMetadata"]
    code, message = str(answer.get("Code")), str(answer.get("Message"))
    status = about["HTTPStatusCode"]
    if "already exists" in message:
        handler_code = "AlreadyExists"
    elif status >= _SERVER_ERROR:
        handler_code = "ServiceInternalError"
    else:
        handler_code = _CODES.get(code, "InvalidRequest")
    where = f"(Service: {service}, Status Code: {status}, Request ID: {about.get('RequestId')}) (SDK Attempt Count: 1)"
    return ResourceHandlerError(f"{message} {where}", handler_code)


def _account_client(service: str) -> Any:
    """Return a client of the account. The environment has its endpoint and the key of its root user."""
    retries: Any = {"total_max_attempts": 12, "mode": "standard"}  # other clients may use up the rate limit
    return botocore.session.Session().create_client(service, config=Config(proxies={}, retries=retries))
