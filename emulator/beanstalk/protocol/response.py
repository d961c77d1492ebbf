"""Writes responses of the query protocol, by the service model."""

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as Xml

from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

from emulator.beanstalk.errors import ServiceError
from emulator.beanstalk.protocol.service_model import service_model

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def result_document(
    operation: OperationModel, result: dict[str, Any] | None, request_id: str, *, as_json: bool
) -> bytes:
    """Return the response to a call. `result`: by the names of the output's members, dates in epoch seconds."""
    output = operation.output_shape
    metadata = {"RequestId": request_id}
    if as_json:
        content = {f"{operation.name}Result": _plain(output, result)} if output else {}
        return _json({f"{operation.name}Response": content | {"ResponseMetadata": metadata}})
    root = Xml.Element(f"{operation.name}Response", xmlns=operation.service_model.metadata["xmlNamespace"])
    if output:
        _write(Xml.SubElement(root, output.serialization["resultWrapper"]), output, result)
    Xml.SubElement(Xml.SubElement(root, "ResponseMetadata"), "RequestId").text = request_id
    return Xml.tostring(root)


def error_document(error: ServiceError, request_id: str, *, as_json: bool, model: ServiceModel | None = None) -> bytes:
    """Return the response for an error. `model`: of another service than Elastic Beanstalk."""
    content = {"Type": "Sender" if error.status < 500 else "Receiver", "Code": error.code, "Message": str(error)}
    if as_json:
        return _json({"Error": content, "RequestId": request_id})
    root = Xml.Element("ErrorResponse", xmlns=(model or service_model()).metadata["xmlNamespace"])
    element = Xml.SubElement(root, "Error")
    for name, text in content.items():
        Xml.SubElement(element, name).text = legible(text)
    Xml.SubElement(root, "RequestId").text = request_id
    return Xml.tostring(root)


def headers(request_id: str, now: float, *, as_json: bool) -> dict[str, str]:
    """Return the headers of a response. `now`: in epoch seconds."""
    date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
    return {
        "Content-Type": "application/json" if as_json else "text/xml",
        "Date": date,
        "x-amzn-RequestId": request_id,
    }


def _write(element: Xml.Element, shape: Shape, value: Any) -> None:
    if isinstance(shape, StructureShape):
        for name, member, content in _present(shape, value):
            _write(Xml.SubElement(element, name), member, content)
    elif isinstance(shape, ListShape):
        for item in value:
            _write(Xml.SubElement(element, "member"), shape.member, item)
    else:
        element.text = _text(shape, value)


def _plain(shape: Shape, value: Any) -> Any:
    """Return the value for JSON: with every member, null where there is no value, and dates in epoch seconds."""
    if value is None:
        return None
    if isinstance(shape, StructureShape):
        present = {name: _plain(member, content) for name, member, content in _present(shape, value)}
        return dict.fromkeys(shape.members) | present
    if isinstance(shape, ListShape):
        return [_plain(shape.member, item) for item in value]
    return value


def _present(shape: StructureShape, value: Any) -> list[tuple[str, Shape, Any]]:
    return [(name, shape.members[name], content) for name, content in (value or {}).items() if content is not None]


def _text(shape: Shape, value: Any) -> str:
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return legible(str(value))


def legible(text: str) -> str:
    """Replace what XML cannot carry, such as control characters in an application's output."""
    return text if text.isprintable() else _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()
