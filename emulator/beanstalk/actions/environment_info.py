"""The actions RequestEnvironmentInfo and RetrieveEnvironmentInfo: the logs of an environment's instances.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_RequestEnvironmentInfo.html, and for the events
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ruby-rails-tutorial.html.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.environment_records import RetrievedInfo
from emulator.beanstalk.errors import UnsupportedRequestError
from emulator.beanstalk.model import BundleLocation, Environment
from emulator.beanstalk.operations.operations import Operations
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.state import State

KEPT_SECONDS = 900.0
"""The service deletes the logs 15 minutes later, and their URLs end."""
TAIL_LINES = 100
"""Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.logging.html"""
_RULE = "-" * 40


@dataclass(frozen=True)
class _LogKind:
    """How a kind of information is stored. `done`: the words of the event."""

    folder: str
    suffix: str
    done: str


_KINDS = {
    "tail": _LogKind("tail", "TailLogs.out", "tailing"),
    "bundle": _LogKind("bundle", "BundleLogs.zip", "bundling"),
}


class EnvironmentInfoActions:
    """The actions about logs."""

    def __init__(self, state: State, operations: Operations, scheduler: Scheduler, bundles: BundleStore) -> None:
        self._state = state
        self._operations = operations
        self._scheduler = scheduler
        self._bundles = bundles

    def request(self, call: Call) -> Result:
        """RequestEnvironmentInfo: start to put the logs into the service's own bucket."""
        environment = self._state.ready_environment(call.parameters)
        if call["InfoType"] not in _KINDS:
            raise UnsupportedRequestError("RequestEnvironmentInfo of the type analyze needs Amazon Bedrock.")
        self._operations.record(environment, call.request_id, "requestEnvironmentInfo is starting.")
        self._scheduler.start(self._collecting(environment, call["InfoType"], call.request_id))
        return None

    def retrieve(self, call: Call) -> Result:
        """RetrieveEnvironmentInfo: return a presigned URL for each instance's logs of the last request."""
        environment = self._state.environment(call.parameters)
        found = [
            {
                "InfoType": call["InfoType"],
                "Ec2InstanceId": instance,
                "SampleTimestamp": info.date,
                "Message": info.url,
            }
            for (kind, instance), info in environment.retrieved_info.items()
            if kind == call["InfoType"]
        ]
        return {"EnvironmentInfo": found}

    def _collecting(self, environment: Environment, kind: str, request_id: str) -> Steps:
        yield self._state.durations.retrieve_logs
        record, name = self._operations.record, _KINDS[kind]
        for instance in environment.instances:
            logs = {"/var/log/eb-engine.log": "\n".join(instance.engine_log)}
            logs |= yield instance.hosting.logs
            content = _tail(logs) if kind == "tail" else _bundle(logs)
            stamp = int(self._state.clock.time() * 1000)
            key = f"resources/environments/logs/{name.folder}/{environment.id}/{instance.id}/{stamp}-{name.suffix}"
            location = BundleLocation(self._state.own_bucket, key)
            try:
                url = yield partial(self._bundles.publish, location, content, KEPT_SECONDS)
            except UnreadableBundleError as error:
                record(environment, request_id, str(error), severity="ERROR")
                record(environment, request_id, "Failed to pull logs for environment instances.", severity="ERROR")
                return
            environment.retrieved_info[kind, instance.id] = RetrievedInfo(url, self._state.clock.time())
            self._scheduler.start(self._removing(location), after=KEPT_SECONDS)
            finished = f"[Instance: {instance.id}] Successfully finished {name.done} {len(logs)} log(s)"
            record(environment, request_id, finished)
        record(environment, request_id, "Pulled logs for environment instances.")

    def _removing(self, location: BundleLocation) -> Steps:
        try:
            yield partial(self._bundles.delete, location)
        except UnreadableBundleError:
            return  # somebody deleted the bucket


def _tail(logs: Mapping[str, str]) -> bytes:
    """Return the last lines of each log under its path."""
    parts = [
        "\n".join([_RULE, path, _RULE, *text.splitlines()[-TAIL_LINES:], "", ""]) for path, text in sorted(logs.items())
    ]
    return "\n".join(parts).encode()


def _bundle(logs: Mapping[str, str]) -> bytes:
    """Return a zip of the whole logs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(logs.items()):
            archive.writestr(path.lstrip("/"), text)
    return packed.getvalue()
