"""A release that does not start: its requirements lack a package that it imports."""

import a_package_nobody_required as shelf

application = shelf.application
