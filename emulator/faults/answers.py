"""HTTP answers of AWS's services when they throttle a call, and when they are unavailable."""

import json
from uuid import uuid4

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""

_JSON = "application/x-amz-json"
_SLOW_DOWN = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_THROTTLING = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    "<RequestId>{request}</RequestId></ErrorResponse>"
)


def throttling_answer(service: str, content_type: str) -> Answer:
    """Return how a service throttles a call, in the protocol of the request's content type.

    Lambda: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    request = str(uuid4())
    if service == "s3":
        return 503, {"Content-Type": "application/xml", "x-amz-request-id": request}, _SLOW_DOWN.encode()
    if service == "lambda":
        found = {"Reason": "ConcurrentInvocationLimitExceeded", "Type": "User", "message": "Rate Exceeded."}
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": "TooManyRequestsException"}
        return 429, headers | {"x-amzn-RequestId": request}, json.dumps(found).encode()
    if content_type.startswith(_JSON):
        body = {"__type": "ThrottlingException", "message": "Rate exceeded"}
        return 400, {"Content-Type": content_type, "x-amzn-RequestId": request}, json.dumps(body).encode()
    text = _THROTTLING.format(request=request)
    return 400, {"Content-Type": "text/xml", "x-amzn-RequestId": request}, text.encode()


def unavailable_answer() -> Answer:
    """Return an empty 503: what a load balancer answers for a service that is down, in every protocol."""
    return 503, {}, b""
