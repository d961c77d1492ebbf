"""Blue and green in one look: which of the two holds the production CNAME."""

from dataclasses import dataclass

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment, Role
from lambdas.errors import EnvironmentNotReadyError, UnexpectedEnvironmentError


@dataclass(frozen=True)
class Pair:
    """Both environments of a release as they stand."""

    blue: Environment
    green: Environment
    production_cname: str

    @classmethod
    def look(cls, deployment: Deployment, beanstalk: Beanstalk) -> "Pair":
        """Raises UnexpectedEnvironmentError when one of the two is gone, or neither holds the production CNAME."""
        green_id = deployment.green_id or ""
        found = beanstalk.by_id(deployment.blue_id, green_id)
        blue = require_standing(deployment.blue, found.get(deployment.blue_id))
        green = require_standing(deployment.green, found.get(green_id))
        pair = cls(blue, green, deployment.production_cname)
        if pair.production_cname not in {blue.cname, green.cname}:
            raise UnexpectedEnvironmentError(
                expected=f"{blue.name} or {green.name} to hold {pair.production_cname}",
                found=f"{blue.cname} and {green.cname}",
                next_step="Give the production CNAME back to one of the two, then redrive this execution.",
            )
        return pair

    @property
    def live(self) -> Environment:
        """The environment that holds the production CNAME."""
        return self.blue if self.blue.cname == self.production_cname else self.green

    def of(self, role: Role) -> Environment:
        return self.blue if role == "blue" else self.green

    def require_ready(self) -> None:
        """Raises EnvironmentNotReadyError while Elastic Beanstalk works on either."""
        if not (self.blue.ready and self.green.ready):
            raise EnvironmentNotReadyError(
                expected=f"{self.blue.name} and {self.green.name} to be Ready",
                found=f"{self.blue}; {self.green}",
                next_step="Wait for the operations in progress to end.",
            )


def require_standing(name: str, environment: Environment | None) -> Environment:
    """The environment, or UnexpectedEnvironmentError when it is gone."""
    if environment is None or environment.gone:
        raise UnexpectedEnvironmentError(
            expected=f"the environment {name} to stand",
            found=str(environment or "none"),
            next_step="Find out who terminated it, or whether the function's role may see it. "
            "Start a new execution once blue stands and serves.",
        )
    return environment


def require_healthy(environment: Environment, accepted: tuple[str, ...]) -> None:
    """Raises EnvironmentNotReadyError while the environment's health is none of `accepted`."""
    if not environment.healthy(accepted):
        raise EnvironmentNotReadyError(
            expected=f"{environment.name} to be healthy ({', '.join(accepted)})",
            found=str(environment),
            next_step="See its events and health in the Elastic Beanstalk console.",
        )


def require_not_live(pair: Pair, environment: Environment, doing: str) -> None:
    """Raises UnexpectedEnvironmentError when the environment serves users: it is not to be touched then."""
    if pair.live.id == environment.id:
        raise UnexpectedEnvironmentError(
            expected=f"{environment.name} not to serve users before {doing}",
            found=f"it holds the production CNAME {pair.production_cname}",
            next_step="Nothing was done to it. Start a new execution, which looks at what stands.",
        )
