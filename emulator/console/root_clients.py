"""Clients of the account's own AWS APIs, as its root user."""

from threading import Lock
from typing import Any

import botocore.config
import botocore.session

from emulator.identity import ACCESS_KEY, REGION, SECRET_KEY


class RootClients:
    """Makes a client for each service once. They call the account over HTTP, as any client does. Thread-safe."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def __call__(self, service: str) -> Any:
        """Return a client of a service."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = botocore.session.Session().create_client(
                    service,
                    region_name=REGION,
                    endpoint_url=self._url,
                    aws_access_key_id=ACCESS_KEY,
                    aws_secret_access_key=SECRET_KEY,
                    config=botocore.config.Config(
                        proxies={}, connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 2}
                    ),
                )
            return self._clients[service]
