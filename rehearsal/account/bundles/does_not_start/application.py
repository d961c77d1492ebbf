"""A release that does not start: it needs a package that its bundle's author forgot to require."""

import a_package_nobody_required as shelf

application = shelf.application
