"""The names of all that a run of `make prove` makes. Each holds the id of the run, so that a later run finds it."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

_RUN = "[0-9a-f]{6}"
_PATTERNS = (
    rf"BeanstalkBlueGreen-prove-({_RUN})",
    rf"beanstalkbluegreen-prove-({_RUN})-.+",
    rf"bluegreen-prove-({_RUN})(?:-.+)?",
    rf"cdk-p({_RUN})-assets-.+",
)
"""The stack; its bucket; the application, roles and the CDK's toolkit; the bucket of that toolkit."""


@dataclass(frozen=True)
class RunNames:
    """The names of one run. `run`: its id, six hexadecimal digits."""

    run: str

    @property
    def env(self) -> str:
        """The stack's setting `env`."""
        return f"prove-{self.run}"

    @property
    def stack(self) -> str:
        """The stack that is proved, and its state machine."""
        return f"BeanstalkBlueGreen-{self.env}"

    @property
    def toolkit(self) -> str:
        """The stack of the CDK bootstrap of this run."""
        return f"{self.application}-toolkit"

    @property
    def qualifier(self) -> str:
        """The CDK's qualifier, at most 10 characters: it keeps this run's bootstrap apart from the account's own."""
        return f"p{self.run}"

    @property
    def application(self) -> str:
        return f"bluegreen-prove-{self.run}"

    @property
    def blue(self) -> str:
        return self.env

    @property
    def green(self) -> str:
        return f"{self.blue}-green"

    @property
    def instance_role(self) -> str:
        """The role of the instances, and its instance profile."""
        return f"{self.application}-instances"

    @property
    def service_role(self) -> str:
        """Elastic Beanstalk's service role."""
        return f"{self.application}-service"

    def owns_bucket(self, bucket: str) -> bool:
        """Return whether a bucket of this name belongs to the run: the stack's or the toolkit's."""
        return self.run in runs_in([bucket])


def new_run() -> RunNames:
    """Return the names of a new run, with a random id."""
    return RunNames(secrets.token_hex(3))


def runs_in(names: Iterable[str]) -> set[str]:
    """Return the ids of the runs that these names of resources belong to."""
    found = (re.fullmatch(pattern, name) for name in names for pattern in _PATTERNS)
    return {match[1] for match in found if match}
