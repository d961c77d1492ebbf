"""Keeps saved configurations as files in the service's own bucket, and reads files that callers put there."""

from dataclasses import replace

from emulator.beanstalk import platforms, saved_configuration
from emulator.beanstalk.actions.configurations import ConfigurationActions
from emulator.beanstalk.bundle_store import BundleStore, UnreadableBundleError
from emulator.beanstalk.call import Action, Call, Result
from emulator.beanstalk.errors import InvalidParameterValueError
from emulator.beanstalk.model import BundleLocation
from emulator.beanstalk.state import State


class SavedConfigurationActions:
    """The actions that change saved configurations. They call S3, and take the state's lock themselves.

    There are files only once the bucket exists: the first environment or CreateStorageLocation makes it.
    """

    def __init__(self, state: State, bundles: BundleStore, configurations: ConfigurationActions) -> None:
        self._state = state
        self._bundles = bundles
        self._configurations = configurations

    def create(self, call: Call) -> Result:
        """CreateConfigurationTemplate."""
        return self._changed(self._configurations.create_template, call)

    def update(self, call: Call) -> Result:
        """UpdateConfigurationTemplate."""
        self._read_file(call)
        return self._changed(self._configurations.update_template, call)

    def delete(self, call: Call) -> Result:
        """DeleteConfigurationTemplate."""
        with self._state.lock:
            result = self._configurations.delete_template(call)
        try:
            self._bundles.delete(self._location(call["ApplicationName"], call["TemplateName"]))
        except UnreadableBundleError:
            return result  # there is no bucket
        return result

    def reading(self, action: Action) -> Action:
        """Return an action that first reads the file of the saved configuration that a call names."""

        def read_first(call: Call) -> Result:
            self._read_file(call)
            with self._state.lock:
                return action(call)

        return read_first

    def _changed(self, action: Action, call: Call) -> Result:
        with self._state.lock:
            result = action(call)
            template = self._state.template(call["ApplicationName"], call["TemplateName"])
        location = self._location(template.application, template.name)
        self._bundles.put_if_bucket_exists(location, saved_configuration.written(template))
        return result

    def _read_file(self, call: Call) -> None:
        """Take over the file of a saved configuration. Raises InvalidParameterValueError when it is not valid."""
        name = call.get("TemplateName")
        application = name and self._application(call)
        if not application:
            return
        try:
            found = self._bundles.read(self._location(application, name))
        except UnreadableBundleError:
            return
        with self._state.lock:
            template = self._state.applications[application].templates.get(name)
            if template and saved_configuration.written(template) == found:
                return
            saved = saved_configuration.read(found)
            platform = platforms.named(self._state.region, solution_stack=None, arn=saved.platform)
            if template:
                changed = replace(template, settings=saved.settings, platform=platform or template.platform)
            elif platform:
                changed = self._configurations.new_template(application, name, saved.settings, platform)
            else:
                raise InvalidParameterValueError("Unable to determine base for template pack (no solution stack)")
            changed.description, changed.updated = saved.description, self._state.clock.time()
            self._state.applications[application].templates[name] = changed

    def _application(self, call: Call) -> str | None:
        """Return the application of a call, None when it names none that exists."""
        with self._state.lock:
            if name := call.get("ApplicationName"):
                return name if name in self._state.applications else None
            try:
                return self._state.environment(call.parameters).application
            except InvalidParameterValueError:
                return None

    def _location(self, application: str, name: str) -> BundleLocation:
        return saved_configuration.location(self._state.own_bucket, application, name)
