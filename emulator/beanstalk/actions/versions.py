"""The actions about application versions."""

from functools import partial
from typing import Any

from emulator.beanstalk import source_bundle, tags
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.call import Call, Result, page
from emulator.beanstalk.errors import (
    InvalidParameterCombinationError,
    InvalidParameterValueError,
    SourceBundleDeletionError,
    TooManyApplicationVersionsError,
)
from emulator.beanstalk.model import BundleLocation, Version, VersionStatus
from emulator.beanstalk.scheduler import Scheduler, Steps
from emulator.beanstalk.source_bundle import InvalidBundleError
from emulator.beanstalk.state import State
from emulator.beanstalk.version_lifecycle import KEPT_AFTER_TERMINATION

_UNSUPPORTED = ("SourceBuildInformation", "BuildConfiguration", "ImageConfiguration")


class VersionActions:
    """The actions about application versions. Creation and deletion call S3, and take the state's lock themselves."""

    def __init__(self, state: State, scheduler: Scheduler, bundles: BundleStore) -> None:
        self._state = state
        self._scheduler = scheduler
        self._bundles = bundles

    def create(self, call: Call) -> Result:
        """CreateApplicationVersion. Slow: a version needs a bundle that S3 gives, so the bundle is read first."""
        for name in _UNSUPPORTED:
            if call.get(name):
                raise InvalidParameterValueError(f"{name} is not supported here. Give a SourceBundle in S3.")
        location = _location(call.get("SourceBundle"))
        with self._state.lock:
            self._require_new(call)
        if location and call.caller.refusal("s3:GetObject", f"arn:aws:s3:::{location.bucket}/{location.key}"):
            raise InvalidParameterCombinationError(str(UnreadableBundleError.not_downloaded(location, "Forbidden")))
        try:
            source = self._bundles.read(location)
            source_bundle.require_size(source)
        except UnreadableBundleError as error:
            raise InvalidParameterCombinationError(str(error)) from error
        except InvalidBundleError as error:
            raise InvalidParameterValueError(str(error)) from error
        with self._state.lock:
            self._require_new(call)
            version = self._register(call, location)
            self._delete_old_versions(version)
            if call.get("Process"):
                version.status = VersionStatus.PROCESSING
                self._scheduler.start(
                    self._processing(version, source, call.request_id), after=self._state.durations.process_version
                )
            return {"ApplicationVersion": _description(version)}

    def update(self, call: Call) -> Result:
        """UpdateApplicationVersion: change the description."""
        version = self._state.version(call["ApplicationName"], call["VersionLabel"])
        version.description = call.get("Description", version.description)
        version.updated = self._state.clock.time()
        return {"ApplicationVersion": _description(version)}

    def describe(self, call: Call) -> Result:
        """DescribeApplicationVersions: the newest first."""
        labels, application = call.get("VersionLabels"), call.get("ApplicationName")
        found = [
            _description(version)
            for owner in self._state.applications.values()
            for version in reversed(owner.versions.values())
            if application in (None, owner.name) and (not labels or version.label in labels)
        ]
        return page(call, "ApplicationVersions", found)

    def delete(self, call: Call) -> Result:
        """DeleteApplicationVersion. Slow with DeleteSourceBundle: S3 deletes the bundle."""
        with self._state.lock:
            version = self._state.version(call["ApplicationName"], call["VersionLabel"])
            self._require_unused(version)
            del self._state.applications[version.application].versions[version.label]
        if call.get("DeleteSourceBundle") and version.bundle:
            try:
                self._bundles.delete(version.bundle)
            except UnreadableBundleError as error:
                raise SourceBundleDeletionError(str(error)) from error
        return None

    def _require_new(self, call: Call) -> None:
        name, label = call["ApplicationName"], call["VersionLabel"]
        if name not in self._state.applications and call.get("AutoCreateApplication"):
            return
        if label in self._state.application(name).versions:
            raise InvalidParameterValueError(f"Application Version {label} already exists.")
        maximum = self._state.quotas.application_versions
        if sum(len(application.versions) for application in self._state.applications.values()) >= maximum:
            raise TooManyApplicationVersionsError(
                f"You cannot have more than {maximum} Application Versions. Either remove some Application Versions"
                " or request a limit increase."
            )

    def _register(self, call: Call, location: BundleLocation | None) -> Version:
        name, label, now = call["ApplicationName"], call["VersionLabel"], self._state.clock.time()
        given_tags = tags.read(call.get("Tags", []))
        if name not in self._state.applications:
            self._state.create_application(name, None, call.request_id)
        version = Version(
            label,
            name,
            self._state.arn("applicationversion", name, label),
            location,
            VersionStatus.UNPROCESSED,
            now,
            now,
            call.get("Description"),
            given_tags,
        )
        self._state.applications[name].versions[label] = version
        for message in (
            "createApplicationVersion is starting.",
            f"Created new Application Version: {label}",
            "createApplicationVersion completed successfully.",
        ):
            self._record(version, call.request_id, message)
        return version

    def _processing(self, version: Version, source: bytes, request_id: str) -> Steps:
        try:
            yield partial(source_bundle.check, source)
        except InvalidBundleError as error:
            version.status = VersionStatus.FAILED
            message = f"Failed to process application version {version.label}. {error}"
            self._record(version, request_id, message, "ERROR")
        else:
            version.status = VersionStatus.PROCESSED
            self._record(version, request_id, f"Finished processing application version {version.label}")
        version.updated = self._state.clock.time()

    def _delete_old_versions(self, newest: Version) -> None:
        """Apply the lifecycle of the application. Versions of environments stay, also of those that are gone."""
        application, now = self._state.applications[newest.application], self._state.clock.time()
        created = {label: one.created for label, one in application.versions.items() if one is not newest}
        kept = {
            label
            for environment in self._state.environments.values()
            if environment.application == application.name
            and (environment.terminated is None or now - environment.terminated < KEPT_AFTER_TERMINATION)
            for label in (environment.label, environment.deployed_label)
        }
        for label, with_bundle in application.lifecycle.expired(created, kept, now).items():
            version = application.versions.pop(label)
            if with_bundle and version.bundle:
                self._scheduler.start(self._deleting_bundle(version.bundle))

    def _deleting_bundle(self, location: BundleLocation) -> Steps:
        try:
            yield partial(self._bundles.delete, location)
        except UnreadableBundleError:
            return  # the version is gone, the bundle stays

    def _record(self, version: Version, request_id: str, message: str, severity: str = "INFO") -> None:
        self._state.record(
            message, severity=severity, application=version.application, version=version.label, request_id=request_id
        )

    def _require_unused(self, version: Version) -> None:
        for environment in self._state.alive_environments():
            labels = (environment.label, environment.deployed_label)
            if environment.application == version.application and version.label in labels:
                raise InvalidParameterValueError(
                    f"Unable to delete application version {version.label} because it is deployed"
                    f" to a running environment: {environment.name}."
                )


def _location(given: dict[str, str] | None) -> BundleLocation | None:
    if given is None:
        return None
    if not given.get("S3Bucket") or not given.get("S3Key"):
        raise InvalidParameterValueError("SourceBundle must have both S3Bucket and S3Key.")
    return BundleLocation(given["S3Bucket"], given["S3Key"])


def _description(version: Version) -> dict[str, Any]:
    bundle_location = {"S3Bucket": version.bundle.bucket, "S3Key": version.bundle.key} if version.bundle else None
    return {
        "ApplicationVersionArn": version.arn,
        "ApplicationName": version.application,
        "Description": version.description,
        "VersionLabel": version.label,
        "SourceBundle": bundle_location,
        "DateCreated": version.created,
        "DateUpdated": version.updated,
        "Status": version.status,
    }
