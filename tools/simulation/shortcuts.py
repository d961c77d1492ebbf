"""Short ways through clients and services. They take most of a schedule's time, and do the same work again and again.

A request that botocore built is sent again for the same parameters. An answer of the emulator goes to the caller as the
object that its XML would be parsed to. tests/integration/tools/simulation holds both to what botocore itself does.
A call passes through the world each time.
"""

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from botocore.client import BaseClient
from botocore.exceptions import ClientError, HTTPClientError
from botocore.model import OperationModel
from botocore.response import StreamingBody

from emulator.beanstalk import saved_configuration
from emulator.beanstalk.model import ConfigurationTemplate
from emulator.beanstalk.protocol import request, response
from emulator.beanstalk.protocol.parsed import parsed_result
from emulator.faults.answers import Answer
from tools.simulation.services import SentRequest

READ_OBJECT: Final = "GetObject"
WRITE_OBJECT: Final = "PutObject"
CHANGING: Final[Mapping[str, str]] = {"Body": "", "IfMatch": "If-Match"}
"""The parameters of writes that are new each time, and their headers."""
OK: Final = 200
BAD_REQUEST: Final = 400
FINAL: Final = (404, 412)
FINAL_CODES: Final = (b"<Code>InvalidAction</Code>", b"<Code>InvalidParameterValue</Code>")
"""Refusals that botocore does not try again."""
REQUEST_ID: Final = re.compile(rb"<RequestId>[^<]*</RequestId>")
MAKE: Final[Callable[..., Any]] = getattr(BaseClient, "_make_api_call")  # noqa: B009 - botocore has no public name
WRITE: Final = response.result_document
READ_FORM: Final = request.read_form
READ_PARAMETERS: Final = request.read_parameters
WRITE_TEMPLATE: Final = saved_configuration.written
"""What makes calls, writes responses and reads requests without any short way."""

Outcome = Answer | HTTPClientError
"""What a request met: an answer, or an error of its connection."""


class UnwrittenDocument(bytes):
    """An answer that nobody has written as XML: `parsed` is what a client would read in it."""

    parsed: dict[str, Any]


class KnownForm(dict[str, str]):
    """The form of a body that recurs, with its parameters once they were read. Nobody changes it."""

    parameters: dict[str, Any] | None = None


class Shortcuts:
    """Makes calls as BaseClient does. `answer` returns the answer to a request that was built before.

    `exact`: no short ways; botocore and the emulator do all of their work each time.
    """

    def __init__(self, answer: Callable[[str, str, SentRequest], Answer], *, exact: bool = False) -> None:
        self._answer = answer
        self._exact = exact
        self._requests: dict[tuple[str, ...], SentRequest] = {}
        self._unwritten = False
        self.sent: list[SentRequest] = []
        """The requests that botocore built for this call."""
        self._errors: dict[tuple[str, int, bytes], ClientError] = {}
        self._templates: dict[tuple[Any, ...], bytes] = {}
        self._forms: dict[bytes, KnownForm] = {}
        self.met: Outcome | None = None
        """What the next request of botocore meets, since its call was made already."""

    def make(self, client: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        """Return what the call returns. Raises what the call raises."""
        if self._exact:
            return self._long_way(client, operation, parameters)
        changing = {name: each for name, each in parameters.items() if name in CHANGING}
        same = {name: each for name, each in parameters.items() if name not in CHANGING}
        service = client.meta.service_model.service_name
        key = (service, operation, json.dumps(same, sort_keys=True, default=repr), *changing)
        sent = self._requests.get(key)
        if sent is None:
            # What happens before this call may make other calls.
            others, self.sent = self.sent, []
            try:
                found = self._long_way(client, operation, parameters)
                self._requests[key] = self.sent[0]
            finally:
                self.sent = others
            return found
        before, self._unwritten = self._unwritten, True
        try:
            service_id = client.meta.service_model.service_id.hyphenize()
            answer = self._answer(service_id, operation, _changed(sent, changing) if changing else sent)
        except HTTPClientError as error:
            self.met = error
            return self._long_way(client, operation, parameters)
        finally:
            self._unwritten = before
        found = _read(operation, answer) if answer[0] == OK else None
        return found or self._met(client, operation, parameters, answer)

    def _met(self, client: Any, operation: str, parameters: Mapping[str, Any], answer: Answer) -> Any:
        """Return what botocore makes of an answer. Raises what it raises."""
        self.met = answer
        status, _, body = answer
        if not (status in FINAL or (status == BAD_REQUEST and any(each in body for each in FINAL_CODES))):
            return self._long_way(client, operation, parameters)
        key = (operation, status, REQUEST_ID.sub(b"", body))
        if known := self._errors.get(key):
            self.met = None
            raise type(known)(known.response, known.operation_name)
        try:
            return self._long_way(client, operation, parameters)
        except ClientError as error:
            self._errors[key] = error
            raise

    def _long_way(self, client: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
        before, self._unwritten = self._unwritten, False
        try:
            return MAKE(client, operation, parameters)
        finally:
            self._unwritten = before

    def write(self, operation: OperationModel, result: Any, request_id: str, *, as_json: bool) -> bytes:
        """Return the response to a call; see `result_document`. A nested call may need it written."""
        if not self._unwritten:
            return WRITE(operation, result, request_id, as_json=as_json)
        document = UnwrittenDocument()
        document.parsed = parsed_result(operation.output_shape, result)
        document.parsed["ResponseMetadata"] = {"RequestId": request_id, "HTTPStatusCode": OK}
        return document

    def read_form(self, body: bytes) -> dict[str, str]:
        """Return the parameters of a request by their flat names; see the emulator's `read_form`."""
        if self._exact:
            return READ_FORM(body)
        found = self._forms.get(body)
        if found is None:
            found = self._forms[body] = KnownForm(READ_FORM(body))
        return found

    def written_template(self, template: ConfigurationTemplate) -> bytes:
        """Return the file of a saved configuration; see the emulator's `written`."""
        if self._exact:
            return WRITE_TEMPLATE(template)
        about = (template.description, template.created, template.updated, template.platform.arn)
        key = (about, *sorted(template.settings.items()))
        found = self._templates.get(key)
        if found is None:
            found = self._templates[key] = WRITE_TEMPLATE(template)
        return found

    def read_parameters(self, called: OperationModel, form: request.Form) -> dict[str, Any]:
        """Return the parameters of a request; see the emulator's `read_parameters`, and what that raises."""
        if not isinstance(form, KnownForm):
            return READ_PARAMETERS(called, form)
        if form.parameters is None:
            form.parameters = READ_PARAMETERS(called, form)
        return form.parameters


def _read(operation: str, answer: Answer) -> Any:
    """Return what botocore reads in an answer; None when only botocore can tell."""
    _, headers, body = answer
    if isinstance(body, UnwrittenDocument):
        return body.parsed
    if operation == READ_OBJECT:
        return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ETag": headers["ETag"]}
    return {"ETag": headers["ETag"]} if operation == WRITE_OBJECT else None


def _changed(sent: SentRequest, changing: Mapping[str, Any]) -> SentRequest:
    """Return a write with another content, and another condition. It has its content as it is, without a checksum."""
    headers = {name: each for name, each in sent.headers.items() if name != "Content-Encoding"}
    headers |= {header: changing[name] for name, header in CHANGING.items() if header and name in changing}
    return replace(sent, headers=headers, body=changing.get("Body", sent.body))
