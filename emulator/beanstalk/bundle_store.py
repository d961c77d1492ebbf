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
    """A store of source bundles, and of the service's own files. Thread-safe."""

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""

    def create_bucket(self, name: str) -> None:
        """Create a bucket of the account. Do nothing when it exists. Raises UnreadableBundleError."""

    def put_if_bucket_exists(self, location: BundleLocation, content: bytes) -> None:
        """Store an object, unless its bucket does not exist."""

    def publish(self, location: BundleLocation, content: bytes, seconds: float) -> str:
        """Store an object and return a URL that serves it to anybody for so many seconds of account time.

        Make the bucket first if it does not exist. Raises UnreadableBundleError.
        """

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle. Raises UnreadableBundleError."""
