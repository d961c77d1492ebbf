"""Source bundles in memory, in place of S3."""

from emulator.beanstalk.bundle_store import UnreadableBundleError
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.sample_application import sample_bundle


class InMemoryBundleStore:
    """Source bundles in memory, by `/bucket/key`."""

    def __init__(self) -> None:
        self.bundles: dict[str, bytes] = {}
        self.buckets: set[str] = set()

    def read(self, location: BundleLocation | None) -> bytes:
        """Return a bundle. Without a location, return the sample application. Raises UnreadableBundleError."""
        if location is None:
            return sample_bundle()
        try:
            return self.bundles[f"/{location.bucket}/{location.key}"]
        except KeyError as error:
            raise UnreadableBundleError.not_downloaded(location, "Not Found") from error

    def create_bucket(self, name: str) -> None:
        """Remember that a bucket exists."""
        self.buckets.add(name)

    def put_if_bucket_exists(self, location: BundleLocation, content: bytes) -> None:
        """Store an object, unless its bucket does not exist."""
        if location.bucket in self.buckets:
            self.bundles[f"/{location.bucket}/{location.key}"] = content

    def publish(self, location: BundleLocation, content: bytes, seconds: float) -> str:  # noqa: ARG002
        """Store an object and return its URL, which nothing serves."""
        self.create_bucket(location.bucket)
        self.bundles[f"/{location.bucket}/{location.key}"] = content
        return f"https://{location.bucket}.s3.amazonaws.com/{location.key}"

    def delete(self, location: BundleLocation) -> None:
        """Delete a bundle, if it exists."""
        self.bundles.pop(f"/{location.bucket}/{location.key}", None)
