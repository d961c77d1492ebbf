"""VerifyRelease: ask blue over HTTP, at its own endpoint, before users do."""

import time

from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, HealthCheck, Mode
from lambdas.errors import ReleaseTestFailedError
from lambdas.handler import Event, logger, stage
from lambdas.metrics import Result, count_release
from lambdas.pair import require_standing
from lambdas.probe import NoAnswerError, get_status
from lambdas.visit import Visit


def verify_release(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment when blue answers as expected. Raises ReleaseTestFailedError with every answer."""
    check = deployment.health_check
    # A DNS cache may still lead blue's CNAME to green. The endpoint always leads to blue.
    blue = require_standing(deployment.blue, beanstalk.environment(deployment.blue_id))
    url = check.url or f"http://{blue.endpoint}{check.path}"
    shown = url.partition("?")[0]  # a query may have a key in it
    answers: list[str] = []
    for attempt in range(check.attempts):
        if attempt:
            time.sleep(check.interval_seconds)
        answers.append(_answer(url, check))
        logger.info("tested", url=shown, answer=answers[-1], attempt=attempt + 1)
        if answers[-1] in map(str, check.expected_status):
            return deployment
    raise ReleaseTestFailedError(
        expected=f"{shown} to answer {' or '.join(map(str, check.expected_status))}",
        found=", ".join(answers),
        next_step=f"{deployment.green} serves {deployment.green_version} on. "
        "Correct the version and start a new execution with it, or redrive this one.",
    )


def _answer(url: str, check: HealthCheck) -> str:
    """Return the status code, or why there is none."""
    try:
        return str(get_status(url, check.headers, check.timeout_seconds))
    except NoAnswerError as error:
        return f"no answer ({error})"


@stage()
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    verified = verify_release(deployment, connect_beanstalk())
    if deployment.mode == Mode.DEPLOY:
        count_release(deployment.application, Result.DEPLOYED)
    return verified
