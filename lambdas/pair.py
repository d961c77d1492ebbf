"""Blue and green as they stand: which of the two exist, and which one holds the production CNAME."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from lambdas.aws.beanstalk import Beanstalk
from lambdas.aws.environment import Environment
from lambdas.deployment import Deployment, Role
from lambdas.errors import CallRejectedError, EnvironmentNotReadyError, UnexpectedEnvironmentError


@dataclass(frozen=True)
class Pair:
    """Both environments of a release in one look."""

    names: Mapping[Role, str]
    standing: Mapping[Role, Environment]
    """The environments that exist and are not being terminated."""
    production_cname: str

    @classmethod
    def look(cls, deployment: Deployment, beanstalk: Beanstalk) -> Self:
        """Return both environments, found by their ids.

        Raises UnexpectedEnvironmentError when one of the two is gone, or neither holds the production CNAME.
        """
        return cls.from_found(beanstalk.environments_by_id(deployment.blue_id, deployment.green_id or ""), deployment)

    @classmethod
    def from_found(cls, found: Mapping[str, Environment], deployment: Deployment) -> Self:
        """Return both environments. `found`: by id. Raises as `look` does."""
        ids: dict[Role, str] = {"blue": deployment.blue_id, "green": deployment.green_id or ""}
        names = deployment.names
        standing = {role: require_standing(names[role], found.get(id_)) for role, id_ in ids.items()}
        pair = cls(names, standing, deployment.production_cname)
        if pair.holder is None:
            raise UnexpectedEnvironmentError(
                expected=f"{pair.blue.name} or {pair.green.name} to hold {pair.production_cname}",
                found=f"{pair.blue.cname} and {pair.green.cname}",
                next_step="Give the production CNAME back to one of the two, then redrive this execution.",
            )
        return pair

    @classmethod
    def find(cls, deployment: Deployment, beanstalk: Beanstalk) -> Self:
        """Return what stands of both environments, found by their names, since the answer with an id may be lost.

        An environment with green's name that this release did not make is left out. Its id tells, or its tags; a person
        may have edited the tags. Raises EnvironmentNotReadyError when green is gone by now: the look was old.
        """
        standing = find_environments(deployment.names, beanstalk)
        green = standing.get("green")
        if green and green.id != deployment.green_id and not _is_own_clone(green, deployment, _tags(green, beanstalk)):
            del standing["green"]
        return cls(deployment.names, standing, deployment.production_cname)

    @property
    def blue(self) -> Environment:
        """Blue. Raises UnexpectedEnvironmentError when it does not stand."""
        return self.environment("blue")

    @property
    def green(self) -> Environment:
        """Green. Raises UnexpectedEnvironmentError when it does not stand."""
        return self.environment("green")

    @property
    def holder(self) -> Environment | None:
        """The environment that holds the production CNAME; None when neither does, or it is not known."""
        held = (each for each in self.standing.values() if each.cname == self.production_cname)
        return next(held, None) if self.production_cname else None

    @property
    def live(self) -> Environment:
        """The environment that holds the production CNAME. Raises UnexpectedEnvironmentError when neither does."""
        return require_standing(f"that holds {self.production_cname}", self.holder)

    @property
    def live_role(self) -> Role:
        """The role of the live environment. Raises UnexpectedEnvironmentError when neither is live."""
        return "blue" if self.live == self.standing.get("blue") else "green"

    def environment(self, role: Role) -> Environment:
        """Return the environment of this role. Raises UnexpectedEnvironmentError when it does not stand."""
        return require_standing(self.names[role], self.standing.get(role))

    def require_ready(self) -> None:
        """Raise EnvironmentNotReadyError while an operation on either environment is in progress."""
        if not (self.blue.ready and self.green.ready):
            raise EnvironmentNotReadyError(
                expected=f"{self.blue.name} and {self.green.name} to be Ready",
                found=f"{self.blue}; {self.green}",
                next_step="Wait for the operations in progress to end.",
            )


def find_environments(names: Mapping[Role, str], beanstalk: Beanstalk) -> dict[Role, Environment]:
    """Return the environments of these names that exist and are not being terminated, by role, in one call."""
    found = {each.name: each for each in beanstalk.environments(*names.values()) if not each.gone}
    return {role: found[name] for role, name in names.items() if name in found}


def require_standing(name: str, environment: Environment | None) -> Environment:
    """Return the environment. Raises UnexpectedEnvironmentError when it is gone."""
    if environment is None or environment.gone:
        raise UnexpectedEnvironmentError(
            expected=f"the environment {name} to stand",
            found=str(environment or "none"),
            next_step="Find out who terminated it, or whether the function's role may see it. "
            "Start a new execution once blue stands and serves.",
        )
    return environment


def require_healthy(environment: Environment, accepted: tuple[str, ...]) -> None:
    """Raise EnvironmentNotReadyError while the environment's health is none of `accepted`."""
    if not environment.healthy(accepted):
        raise EnvironmentNotReadyError(
            expected=f"{environment.name} to be healthy ({', '.join(accepted)})",
            found=str(environment),
            next_step="See its events and health in the Elastic Beanstalk console.",
        )


def require_not_live(pair: Pair, environment: Environment, change: str) -> None:
    """Raise UnexpectedEnvironmentError when the environment serves users. `change`: what would be done to it."""
    if pair.live.id == environment.id:
        raise UnexpectedEnvironmentError(
            expected=f"{environment.name} not to serve users before {change}",
            found=f"it holds the production CNAME {pair.production_cname}",
            next_step="Nothing was done to it. Start a new execution, which looks at what stands.",
        )


def require_own_clone(green: Environment, deployment: Deployment, beanstalk: Beanstalk) -> None:
    """Raise UnexpectedEnvironmentError when the environment is not this tool's clone of blue."""
    tags = beanstalk.tags(green)
    if not _is_own_clone(green, deployment, tags):
        raise UnexpectedEnvironmentError(
            expected=f"{green.name} to be a clone of {deployment.blue} that this tool made ({deployment.tags})",
            found=f"an environment with the tags {tags}",
            next_step="It was left alone. Start a new execution with another name for `green`.",
        )


def _tags(green: Environment, beanstalk: Beanstalk) -> dict[str, str]:
    try:
        return beanstalk.tags(green)
    except CallRejectedError as error:
        if not error.settles:
            raise
        raise EnvironmentNotReadyError(
            expected=f"{green.name} as it was shown a moment ago, {green.status}",
            found=error.found,
            next_step="The stage looks again.",
            settles=True,
        ) from error


def _is_own_clone(green: Environment, deployment: Deployment, tags: Mapping[str, str]) -> bool:
    return green.id != deployment.blue_id and deployment.tags.items() <= tags.items()
