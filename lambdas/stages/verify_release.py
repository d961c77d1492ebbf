"""VerifyRelease: ask blue over HTTP, at its own endpoint, before users do."""

from dataclasses import replace

from lambdas.addresses import lead_to_same
from lambdas.approval import question
from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, HealthCheck, Mode
from lambdas.errors import ReleaseTestFailedError
from lambdas.handler import Event, stage
from lambdas.http_answers import failed_answers, shown, url_of
from lambdas.metrics import Result, count_release
from lambdas.serving_green import look_at_blue
from lambdas.visit import Visit


def verify_release(deployment: Deployment, visit: Visit, beanstalk: Beanstalk) -> Deployment:
    """Return the deployment, with the `question` for people, when blue passes all tests.

    Raises ReleaseTestFailedError with every answer.
    """
    blue = look_at_blue(deployment, visit, beanstalk)
    for test in deployment.tests:
        if test.url:
            _require_leads_to_blue(test, deployment)
        url = test.url or url_of(test, blue.endpoint)
        if answers := failed_answers(test, url):
            raise ReleaseTestFailedError(
                expected=f"{shown(url)} to answer {' or '.join(map(str, test.expected_status))}",
                found=", ".join(answers),
                next_step=f"{deployment.green} serves {deployment.green_version} on. "
                "Correct the version and start a new execution with it, or redrive this one.",
            )
    return replace(deployment, question=question(deployment, blue, visit)) if deployment.approval else deployment


def _require_leads_to_blue(test: HealthCheck, deployment: Deployment) -> None:
    """Raise ReleaseTestFailedError when the URL's host leads where the production CNAME leads: to green."""
    if lead_to_same(test.host_of_url, deployment.production_cname):
        raise ReleaseTestFailedError(
            expected=f"{shown(test.url or '')} to lead to {deployment.blue}",
            found=f"the addresses of {deployment.production_cname}, which {deployment.green} serves now",
            next_step="Test by `path`, with `host` if the application needs a name. Then start a new execution.",
        )


@stage()
def handler(deployment: Deployment, visit: Visit, _event: Event) -> Deployment:
    verified = verify_release(deployment, visit, connect_beanstalk())
    if deployment.mode == Mode.DEPLOY:
        count_release(deployment.application, Result.DEPLOYED)
    return verified
