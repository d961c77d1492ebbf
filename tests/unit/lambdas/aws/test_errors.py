"""Every adapter turns every kind of answer of AWS into the same error."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas import errors
from lambdas.aws.alarms import Alarms
from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.bundles import Bundles
from lambdas.aws.executions import Executions
from lambdas.aws.record import Record
from lambdas.aws.records import RecordPlace, Records
from lambdas.deployment import SourceBundle

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:bluegreen:release-v2"


@dataclass(frozen=True)
class Answer:
    """What a service answers: an error's code, message and status. Without a code, there is no answer."""

    code: str | None
    message: str = "so it is"
    status: int = 400


@dataclass(frozen=True)
class Adapter:
    """A call of an adapter. `makes` builds the adapter on a client and calls it."""

    service: str
    name: str
    makes: Callable[[Any], object]


PLACE = RecordPlace("bucket", "{application}/{blue}")
ADAPTERS = {
    "beanstalk, reading": Adapter(
        "elasticbeanstalk", "Elastic Beanstalk", lambda client: Beanstalk(client).has_application("shop")
    ),
    "beanstalk, changing": Adapter(
        "elasticbeanstalk",
        "Elastic Beanstalk",
        lambda client: Beanstalk(client).register("shop", "v1", "bucket", "key"),
    ),
    "bundles": Adapter(
        "s3", "S3", lambda client: Bundles(client, "kept").keep(SourceBundle("bucket", "key", "1"), "shop", "v1")
    ),
    "record, reading": Adapter("s3", "S3", lambda client: Records(client, PLACE).read("shop", "shop-prod")),
    "record, writing": Adapter(
        "s3",
        "S3",
        lambda client: Records(client, PLACE).write("shop", "shop-prod", Record("cname", "green", EXECUTION), None),
    ),
    "alarms": Adapter("cloudwatch", "CloudWatch", lambda client: Alarms(client).in_alarm(["errors"])),
    "executions": Adapter("stepfunctions", "Step Functions", lambda client: Executions(client).find(EXECUTION)),
}
ANSWERS: dict[str, tuple[Answer, type[errors.ReleaseError]]] = {
    "throttled": (Answer("Throttling", "Rate exceeded"), errors.ServiceUnavailableError),
    "throttled, in JSON": (Answer("ThrottlingException", "Rate exceeded"), errors.ServiceUnavailableError),
    "throttled by S3": (Answer("SlowDown", "Please reduce your request rate.", 503), errors.ServiceUnavailableError),
    "request limit": (Answer("RequestLimitExceeded"), errors.ServiceUnavailableError),
    "500": (Answer("InternalError", status=500), errors.ServiceUnavailableError),
    "503": (Answer("ServiceUnavailable", status=503), errors.ServiceUnavailableError),
    "no answer": (Answer(None), errors.ServiceUnavailableError),
    "AccessDenied": (Answer("AccessDenied", "no", 403), errors.PermissionDeniedError),
    "AccessDeniedException": (Answer("AccessDeniedException", "no"), errors.PermissionDeniedError),
    "InsufficientPrivilegesException": (
        Answer("InsufficientPrivilegesException", "no", 403),
        errors.PermissionDeniedError,
    ),
    "UnauthorizedOperation": (Answer("UnauthorizedOperation", "no", 403), errors.PermissionDeniedError),
    "403 without a body": (Answer("403", "Forbidden", 403), errors.PermissionDeniedError),
    "denied by S3 for Elastic Beanstalk": (
        Answer("InvalidParameterValue", "Access Denied: S3Bucket=elasticbeanstalk-env-resources, S3Key=x"),
        errors.PermissionDeniedError,
    ),
    "may not copy a bundle": (
        Answer("InvalidParameterValue", "You don't have permission to copy an Amazon S3 object."),
        errors.PermissionDeniedError,
    ),
    "not authorized": (
        Answer("InvalidParameterValue", "User: x is not authorized to perform: iam:PassRole"),
        errors.PermissionDeniedError,
    ),
    "operation in progress": (Answer("OperationInProgressFailure"), errors.EnvironmentNotReadyError),
    "not Ready": (
        Answer("InvalidParameterValue", "x is in an invalid state for this operation. Must be Ready."),
        errors.EnvironmentNotReadyError,
    ),
    "pending creation": (
        Answer("InvalidParameterValue", "Environment x is pending creation."),
        errors.EnvironmentNotReadyError,
    ),
    "pending termination": (
        Answer("InvalidParameterValue", "Cannot terminate environment named x. It is currently pending termination."),
        errors.EnvironmentNotReadyError,
    ),
    "exists": (
        Answer("InvalidParameterValue", "Application Version v1 already exists."),
        errors.AlreadyExistsError,
    ),
    "rejected": (Answer("InvalidParameterValue", "No such thing."), errors.CallRejectedError),
}


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[str, Any]]:
    """A client of each service, for all tests: creating one takes 15 ms."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    services = {adapter.service for adapter in ADAPTERS.values()}
    found = {service: boto3.client(service, region_name="us-east-1", **keys) for service in services}  # type: ignore[call-overload]
    yield found
    for each in found.values():
        each.close()


@pytest.fixture
def client(request: pytest.FixtureRequest, clients: dict[str, Any]) -> Iterator[Any]:
    """The client of the adapter's service, which sends nothing: every call gets the answer."""
    answer = ANSWERS[request.param[1]][0]
    connected = clients[ADAPTERS[request.param[0]].service]

    def respond(**_: Any) -> tuple[SimpleNamespace, dict[str, Any]]:
        if answer.code is None:
            raise EndpointConnectionError(endpoint_url="https://nowhere")
        parsed = {
            "Error": {"Code": answer.code, "Message": answer.message},
            "ResponseMetadata": {"HTTPStatusCode": answer.status},
        }
        return SimpleNamespace(status_code=answer.status), parsed

    connected.meta.events.register("before-call", respond)
    yield connected
    connected.meta.events.unregister("before-call", respond)


EVERY_ANSWER = [(adapter, answer) for adapter in ADAPTERS for answer in ANSWERS]


@pytest.mark.parametrize(
    ("client", "adapter", "answer"),
    [(pair, *pair) for pair in EVERY_ANSWER],
    ids=[f"{adapter}: {answer}" for adapter, answer in EVERY_ANSWER],
    indirect=["client"],
)
def test_an_adapter_raises_the_error_of_the_answer(client: Any, adapter: str, answer: str) -> None:
    given, expected = ANSWERS[answer]
    if adapter == "bundles" and issubclass(expected, errors.CallRejectedError):
        expected = errors.RegistrationFailedError  # the source bundle is what S3 rejects
    with pytest.raises(errors.ReleaseError) as raised:
        ADAPTERS[adapter].makes(client)
    assert type(raised.value) is expected
    assert str(raised.value).startswith(f"Expected {ADAPTERS[adapter].name} to ")
    assert (given.message if given.code else "no answer") in raised.value.found
