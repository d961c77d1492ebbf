"""The DNS names of environments: CNAMEs and load balancers' names, and where they lead."""

import hashlib
import secrets
from dataclasses import dataclass

from emulator.beanstalk.model import Environment
from emulator.beanstalk.state import State, new_id


@dataclass(frozen=True)
class ResolvedName:
    """Where a name leads. It has a port, since all environments share one address. `ttl` in account seconds.

    `public_address`: what DNS answers on AWS, where each load balancer has an address of its own.
    """

    name: str
    address: str
    port: int
    ttl: float
    public_address: str


def resolve(state: State, name: str) -> ResolvedName | None:
    """Return where a CNAME or a load balancer's name leads, None for an unknown name."""
    wanted = name.lower().rstrip(".")
    for environment in state.alive_environments():
        if wanted in _names(environment) and (port := environment.hosting.port) is not None:
            return ResolvedName(wanted, "127.0.0.1", port, state.durations.dns_ttl, _public_address(environment))
    return None


def is_taken(state: State, cname: str) -> bool:
    """Return whether an environment has this CNAME."""
    return any(environment.cname == cname for environment in state.alive_environments())


def cname(state: State, prefix: str) -> str:
    """Return the CNAME for a prefix that the caller chose."""
    return f"{prefix.lower()}.{state.region}.elasticbeanstalk.com"


def generated_cname(state: State, environment: str) -> str:
    """Return a new CNAME for an environment without a chosen prefix."""
    return cname(state, f"{environment}.eba-{new_id(8)}")


def load_balancer_name(state: State, environment_id: str) -> str:
    """Return a new load balancer's name: the EndpointURL of an environment."""
    return f"awseb-{environment_id}-{new_id(12)}.{state.region}.elb.amazonaws.com"


def instance_address() -> str:
    """Return a new instance's address: the EndpointURL of an environment of type SingleInstance.

    The range is reserved for documentation.
    """
    return f"203.0.113.{1 + secrets.randbelow(254)}"


def _names(environment: Environment) -> list[str]:
    names = (environment.cname, environment.endpoint, _public_address(environment))
    return [name.lower() for name in names if name]


def _public_address(environment: Environment) -> str:
    """Return the endpoint of an environment of type SingleInstance, or an address for its load balancer's name.

    The range is reserved for tests of networks: https://www.rfc-editor.org/rfc/rfc2544
    """
    endpoint = environment.endpoint or ""
    if not endpoint or endpoint.replace(".", "").isdigit():
        return endpoint
    number = int.from_bytes(hashlib.sha256(endpoint.encode()).digest()[:4])
    return f"198.{18 + number % 2}.{number // 2 % 256}.{number // 512 % 256}"
