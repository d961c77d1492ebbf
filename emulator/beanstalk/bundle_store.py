"""Where source bundles are read from."""

from typing import Protocol, Self

from emulator.beanstalk.model import BundleLocation


class UnreadableBundleError(Exception):
    """The store does not give the bundle. The message says why, in S3's words."""

    @classmethod
    def not_downloaded(cls, location: BundleLocation, reason: str) -> Self:
        """Return the error for a bundle that cannot be downloaded."""
        return cls(
            f"Unable to download from S3 location (Bucket: {location.bucket}  Key: {location.key}). Reason: {reason}"
        )


class BundleStore(Protocol):
    """A store of source bundles. Thread-safe."""

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle. Raises UnreadableBundleError."""
