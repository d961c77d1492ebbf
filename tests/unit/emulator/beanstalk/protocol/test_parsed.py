"""A result in memory is what botocore's parser makes of the service's document."""

from datetime import datetime
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.parsers import ResponseParserFactory

from emulator.autoscaling.service import service_model as autoscaling_model
from emulator.beanstalk.model import EnvironmentStatus
from emulator.beanstalk.protocol.parsed import parsed_result
from emulator.beanstalk.protocol.response import result_document
from emulator.beanstalk.protocol.service_model import service_model

SCALARS: dict[str, list[Any]] = {
    "string": ["shop", "", "a <b> & \"c\" 'd'\n\te", "gr\u00fcn", "\x00\x1b[31mred\ufffe", EnvironmentStatus.READY, 7],
    "timestamp": [1_800_000_000.0, 1_800_000_000.123999, 1_799_999_999.9999],
    "boolean": [True, False],
    "integer": [0, -3],
    "long": [10**12],
    "double": [0.1, 3],
}  # fmt: skip
DEPTH = 8


def values(shape: Shape, number: int, depth: int = 0) -> Any:
    """Return a value of a shape. `number` chooses the scalars, the lengths of lists, and the members left out."""
    if isinstance(shape, StructureShape):
        if depth > DEPTH:
            return {}
        members = enumerate(shape.members.items())
        return {
            name: None if (number + place) % 4 == 3 else values(member, number + place, depth + 1)
            for place, (name, member) in members
        }
    if isinstance(shape, ListShape):
        return [values(shape.member, number + item, depth + 1) for item in range(number % 3)]
    choices = SCALARS[shape.type_name]
    return choices[number % len(choices)]


def parsed_document(operation: OperationModel, result: Any, shape: Any) -> Any:
    """Return what botocore's parser makes of the document of a result, with Python's parser of dates."""
    document = result_document(operation, result, "request", as_json=False)
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=datetime.fromisoformat)
    answer = {"status_code": 200, "headers": {}, "body": document}
    parsed = factory.create_parser("query").parse(answer, shape)
    assert parsed.pop("ResponseMetadata")["RequestId"] == "request"
    return parsed


@pytest.mark.parametrize("model", [service_model(), autoscaling_model()], ids=["Elastic Beanstalk", "Auto Scaling"])
def test_the_result_of_each_operation_is_read_as_its_document_is(model: ServiceModel) -> None:
    for operation in map(model.operation_model, model.operation_names):
        shape = operation.output_shape
        for number in range(len(SCALARS["string"])):
            result = values(shape, number) if shape else None
            assert parsed_result(shape, result) == parsed_document(operation, result, shape), operation.name


def test_members_that_the_client_does_not_know_are_left_out() -> None:
    """The EB CLI knows more members than botocore; see service_model."""
    name = "DescribeConfigurationSettings"
    known = botocore.session.get_session().get_service_model("elasticbeanstalk").operation_model(name).output_shape
    result = {"ConfigurationSettings": [{"ApplicationName": "shop", "Tier": {"Name": "WebServer"}}]}
    operation = service_model().operation_model(name)
    assert parsed_result(known, result) == parsed_document(operation, result, known)
    assert parsed_result(known, result) == {"ConfigurationSettings": [{"ApplicationName": "shop"}]}
