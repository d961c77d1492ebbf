"""The environment variables of the image, and the execution input that they make. docs/image.md lists them."""

import json
from collections.abc import Mapping
from typing import Any

BUCKET_NAMES = ("ARTIFACTS_S3_BUCKET", "S3_ARTIFACTS_BUCKET")
"""The variable of the bucket, by the names that versions of docker-beanstalk-bluegreen gave it."""


class Variables:
    """Reads variables; an empty one is unset. `problems`: all that is missing or contradictory."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def get(self, *names: str) -> str | None:
        """Return the value of a variable, which may have several names; None if it is unset."""
        given = {name: self._environ[name] for name in names if self._environ.get(name)}
        self.problems += [
            f"{name} has a control character in it, such as the line end of another system: {value!r}"
            for name, value in given.items()
            if name != "EXECUTION_INPUT" and any(each < " " for each in value)
        ]
        if len(set(given.values())) > 1:
            self.problems.append(" contradicts ".join(f"{name}={value}" for name, value in given.items()))
        return next(iter(given.values()), None)

    def require(self, name: str, why: str) -> str:
        """Return the value; if it is unset, add a problem and return an empty text."""
        found = self.get(name) or ""
        if not found:
            self.problems.append(f"{name} is missing: {why}")
        return found

    def execution_input(self, mode: str, *, dry_run: bool) -> dict[str, Any]:
        """Return the execution input as in docs/execution-input.md. The state machine checks the values."""
        new = mode in ("deploy", "full")
        bucket, key = self.get(*BUCKET_NAMES), self.get("S3_ARTIFACTS_OBJECT")
        if key and not bucket:
            self.problems.append("ARTIFACTS_S3_BUCKET is missing: the bucket with S3_ARTIFACTS_OBJECT")
        check = self.get("RELEASE_HEALTH_CHECKING_PATH") or ""
        named = {
            "application": self.require("BEANSTALK_APP_NAME", "the application"),
            "blue": self.require("BLUE_ENV_NAME", "the environment that serves production"),
            "green": self.get("GREEN_ENV_NAME"),
            "mode": mode,
            "version": self.require("VERSION_LABEL", "the version to release") if new else self.get("VERSION_LABEL"),
            "source_bundle": {"bucket": bucket, "key": key} if new and key else None,
            "health_check": {"url" if "://" in check else "path": check} if check else None,
            "config_template": self.get("CREATE_CONFIG_TEMPLATE_NAME"),
            "dry_run": dry_run,
        }
        given = {name: value for name, value in named.items() if value}
        more = self._more()
        self.problems += [f"EXECUTION_INPUT gives {name}, and so does a variable" for name in more if name in given]
        return more | given

    def fleet_input(self, *, starts: bool, dry_run: bool) -> dict[str, Any]:
        """Return the input of a fleet as in docs/fleet.md. Without a list or a selection, the variables select."""
        more = self._more()
        application, name = self.get("BEANSTALK_APP_NAME"), self.get("BLUE_ENV_NAME")
        selector = {key: value for key, value in (("application", application), ("name", name)) if value}
        if starts and not selector and not {"releases", "environments"} & set(more):
            self.problems.append(
                "EXECUTION_INPUT has neither `releases` nor `environments`, and BEANSTALK_APP_NAME is missing"
            )
        named = {
            "version": self.get("VERSION_LABEL"),
            "environments": [selector] if selector and not {"releases", "environments"} & set(more) else None,
            "dry_run": dry_run,
        }
        given = {key: value for key, value in named.items() if value}
        self.problems += [f"EXECUTION_INPUT gives {key}, and so does a variable" for key in more if key in given]
        return more | given

    def _more(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.get("EXECUTION_INPUT") or "{}"))
        except (RecursionError, TypeError, ValueError):
            self.problems.append("EXECUTION_INPUT is not a JSON object")
            return {}
