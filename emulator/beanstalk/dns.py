"""The names that environments have: CNAMEs, the names of load balancers, and what they resolve to."""

import secrets
from dataclasses import dataclass

from emulator.beanstalk.model import Environment
from emulator.beanstalk.state import State, new_id


@dataclass(frozen=True)
class ResolvedName:
    """A DNS answer, with a port, since on one machine addresses cannot differ. `ttl` in account seconds."""

    name: str
    address: str
    port: int
    ttl: float


def resolve(state: State, name: str) -> ResolvedName | None:
    """Return where a CNAME or a load balancer's name leads; None when there is no such name."""
    sought = name.lower().rstrip(".")
    for environment in state.alive_environments():
        if sought in _names(environment) and (port := environment.hosting.port) is not None:
            return ResolvedName(sought, "127.0.0.1", port, state.durations.dns_ttl)
    return None


def is_taken(state: State, cname: str) -> bool:
    return any(environment.cname == cname for environment in state.alive_environments())


def cname(state: State, prefix: str) -> str:
    """Return the CNAME for a prefix that the caller has chosen."""
    return f"{prefix.lower()}.{state.region}.elasticbeanstalk.com"


def own_cname(state: State, environment: str) -> str:
    """Return the CNAME of an environment whose creator has not chosen one."""
    return cname(state, f"{environment}.eba-{new_id(8)}")


def balancer_name(state: State, environment_id: str) -> str:
    """Return a new load balancer's name, which is an environment's EndpointURL."""
    return f"awseb-{environment_id}-{new_id(12)}.{state.region}.elb.amazonaws.com"


def instance_address() -> str:
    """Return a new instance's address (of a range for documentation), the EndpointURL of a single instance."""
    return f"203.0.113.{1 + secrets.randbelow(254)}"


def _names(environment: Environment) -> list[str]:
    return [name.lower() for name in (environment.cname, environment.endpoint) if name]
