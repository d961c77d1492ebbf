"""The HTTP tests of an environment: all that a release asks for, at the environment's own endpoint."""

import time
from collections.abc import Callable

from lambdas.deployment import HealthCheck
from lambdas.handler import logger
from lambdas.probe import NoAnswerError, get_status

Passes = Callable[[HealthCheck, str], bool]
"""Whether the answer to a test is good: a status code, or why there is none."""


def is_expected(test: HealthCheck, answer: str) -> bool:
    """Return whether the test expects the status code."""
    return answer in map(str, test.expected_status)


def url_of(test: HealthCheck, endpoint: str) -> str:
    """Return what the test asks for at an endpoint. A DNS cache may still lead a CNAME to the other environment."""
    return f"{test.scheme}://{endpoint}{test.path}"


def shown(url: str) -> str:
    """Return the URL without its query, which may have a key in it."""
    return url.partition("?")[0]


def failed_answers(test: HealthCheck, url: str, passes: Passes = is_expected) -> list[str]:
    """Ask until an answer passes, at most `attempts` times. Return the answers if none passes, else an empty list."""
    answers: list[str] = []
    for attempt in range(test.attempts):
        if attempt:
            time.sleep(test.interval_seconds)
        answers.append(answer_to(test, url))
        logger.info("tested", url=shown(url), answer=answers[-1], attempt=attempt + 1)
        if passes(test, answers[-1]):
            return []
    return answers


def answer_to(test: HealthCheck, url: str) -> str:
    """Return the status code, or why there is none."""
    try:
        return str(get_status(url, test.headers, test.timeout_seconds, host=test.host, contains=test.contains))
    except NoAnswerError as error:
        return f"no answer ({error})"
