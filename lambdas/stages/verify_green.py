"""VerifyGreen: ask green over HTTP, at its own endpoint, before users do."""

from lambdas.addresses import resolves
from lambdas.aws.beanstalk import Beanstalk, connect_beanstalk
from lambdas.deployment import Deployment, HealthCheck, Mode
from lambdas.errors import GreenTestFailedError
from lambdas.handler import Event, stage
from lambdas.http_answers import answer_to, failed_answers, is_expected, shown, url_of
from lambdas.pair import Pair
from lambdas.visit import Visit

SERVER_ERROR = "5"
"""The first digit of the status codes that no user should get."""


def verify_green(deployment: Deployment, beanstalk: Beanstalk) -> Deployment:
    """Return the same deployment when green answers each test as expected, or as blue does.

    The test is for the new version: its path may not exist in the version that green runs. In a rollback blue is no
    measure. Raises GreenTestFailedError with every answer.
    """
    pair = Pair.look(deployment, beanstalk)
    require_known_hosts(deployment)
    for test in deployment.tests:
        url = url_of(test, pair.green.endpoint)
        as_blue = "" if deployment.mode == Mode.ROLLBACK else answer_to(test, url_of(test, pair.blue.endpoint))

        def passes(test: HealthCheck, answer: str, as_blue: str = as_blue) -> bool:
            same = answer == as_blue and answer.isdecimal() and not answer.startswith(SERVER_ERROR)
            return same or is_expected(test, answer)

        if answers := failed_answers(test, url, passes):
            raise GreenTestFailedError(
                expected=f"{shown(url)} to answer {' or '.join(map(str, test.expected_status))}, or as "
                f"{deployment.blue} does ({as_blue or 'not asked'})",
                found=", ".join(answers),
                next_step=f"{deployment.blue} serves on. See what {deployment.green} lacks: security groups, rules "
                "for its addresses, permissions. Then redrive this execution.",
            )
    return deployment


def require_known_hosts(deployment: Deployment) -> None:
    """Raise GreenTestFailedError when DNS does not know the host of a test, which comes once green has the users.

    Plan asked, too, but for tests that run in a network of their own: only there DNS may know the name.
    """
    unknown = [test.host_of_url for test in deployment.tests if test.url and not resolves(test.host_of_url)]
    if unknown:
        raise GreenTestFailedError(
            expected=f"DNS to know the hosts that the tests of {deployment.blue} ask",
            found=f"no address of {' or of '.join(unknown)}",
            next_step=f"{deployment.blue} serves on. Start a new execution with another `url`, or test by `path`.",
        )


@stage()
def handler(deployment: Deployment, _visit: Visit, _event: Event) -> Deployment:
    return verify_green(deployment, connect_beanstalk())
