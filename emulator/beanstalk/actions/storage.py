"""The action CreateStorageLocation."""

from emulator.beanstalk.bundle_store import BundleStore
from emulator.beanstalk.call import Call, Result
from emulator.beanstalk.state import State


class StorageActions:
    """The action about the service's own bucket. It calls S3, so it does not hold the state's lock."""

    def __init__(self, state: State, bundles: BundleStore) -> None:
        self._state = state
        self._bundles = bundles

    def create(self, _call: Call) -> Result:
        """CreateStorageLocation: make the service's own bucket if it does not exist, and return its name."""
        self._bundles.create_bucket(self._state.own_bucket)
        return {"S3Bucket": self._state.own_bucket}
