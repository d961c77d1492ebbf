"""The console: a page in which people watch, start, stop and rerun executions of the emulated account.

How to add a view named `mailbox`:

1. `emulator/console/mailbox.py` has `routes(context) -> Routes`: what the page asks, by method and path, such as
   `"GET mailbox"`. A route gets a ViewRequest and returns what JSON can hold. It asks AWS through `context.client`,
   so it gets AWS's own answers, and a refusal by AWS reaches the page. ViewError refuses in the view's own words.
2. `emulator/console/views.py` lists the module.
3. `emulator/console/static/views/mailbox.js` exports `view`: its `path` (the page's address is `#/mailbox`), its
   `title` in the navigation, and `show(place, parameters)`. `show` fills `place` and returns `refresh`, which is called
   at once and then each second while the page is visible; both may be async. `parameters` are the parts of the address
   behind the path. `api.js` asks the routes, `elements.js` makes elements, and `console.css` has the styles.
4. `emulator/console/static/views.js` lists the view.

What the page needs to know of the stack, such as the schema of an input, is handed to the account by
`PUT /_console/api/settings`: see settings.py, and rehearsal.account.console.
"""

from emulator.console.console import Console
from emulator.console.root_clients import RootClients
from emulator.console.settings import ConsoleSettings
from emulator.console.view import ViewContext

__all__ = ["Console", "ConsoleSettings", "RootClients", "ViewContext"]
