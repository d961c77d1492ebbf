"""The commands that run an application: those of its Procfile, or what its platform runs without one.

Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/platforms-linux-extend.build-proc.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/python-configuration-procfile.html,
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/nodejs-platform-dependencies.html.
"""

import json
import re
from importlib.resources.abc import Traversable

PYTHON = "Python"
NODE = "Node.js"
DEFAULT_WSGI_PATH = "application"
"""The default of the option WSGIPath in aws:elasticbeanstalk:container:python."""
_PORTS = {PYTHON: "8000", NODE: "8080"}
"""The port that the platform's proxy expects. A Procfile may name it instead of $PORT."""
_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(\S.*)")
_NO_NODE_COMMAND = (
    "Instance deployment failed to generate a 'Procfile' for Node.js. Provide one of these files: 'package.json',"
    " 'server.js', or 'app.js'. The deployment failed."
)
"""Source: https://github.com/udacity/cloud-developer/pull/353."""


class ApplicationStartError(Exception):
    """The application cannot start. `event`: what the platform says in an ERROR event of its own, if it does."""

    def __init__(self, message: str, event: str | None = None) -> None:
        super().__init__(message)
        self.event = event


def language(root: Traversable) -> str:
    """Return the language of the platform that a bundle is made for, by what is in it: Python or Node.js."""
    python = any((root / name).is_file() for name in ("application.py", "requirements.txt", "Pipfile"))
    node = any((root / name).is_file() for name in ("package.json", "app.js", "server.js"))
    return NODE if node and not python else PYTHON


def start_commands(root: Traversable, platform: str, wsgi_path: str = DEFAULT_WSGI_PATH) -> dict[str, str]:
    """Return shell commands by name: `web` first, then those that run beside it. Raises ApplicationStartError.

    `platform`: Python or Node.js. `wsgi_path`: the value of the option WSGIPath.
    """
    procfile = root / "Procfile"
    if procfile.is_file():
        return _procfile_commands(procfile.read_bytes().decode(errors="replace"), _PORTS[platform])
    return {"web": _node_command(root) if platform == NODE else _wsgi_command(root, wsgi_path)}


def build_commands(root: Traversable) -> dict[str, str]:
    """Return the shell commands of a bundle's Buildfile, by name."""
    buildfile = root / "Buildfile"
    return _lines(buildfile.read_bytes().decode(errors="replace")) if buildfile.is_file() else {}


def _procfile_commands(text: str, default_port: str) -> dict[str, str]:
    commands = _lines(text)
    if "web" not in commands:
        raise ApplicationStartError("The Procfile starts no web process. Expected a line 'web: command'.")
    web = commands.pop("web")
    return {"web": _with_own_port(web, default_port)} | commands


def _lines(text: str) -> dict[str, str]:
    matches = [_LINE.fullmatch(line.strip()) for line in text.splitlines()]
    return {match[1]: match[2] for match in matches if match}


def _with_own_port(command: str, default_port: str) -> str:
    """Return a command that listens on $PORT where it names the platform's port: several instances share a machine."""
    return re.sub(rf"(?<=[:=\s]){default_port}(?=\s|$)", "$PORT", command)


def _node_command(root: Traversable) -> str:
    if (root / "package.json").is_file() and (_start_script(root) or (root / "server.js").is_file()):
        return "npm start"
    for name in ("app.js", "server.js"):
        if (root / name).is_file():
            return f"node {name}"
    raise ApplicationStartError(
        "There is nothing to run in the source bundle. Expected at its top level a Procfile, a package.json with a"
        " start script, an app.js or a server.js.",
        _NO_NODE_COMMAND,
    )


def _start_script(root: Traversable) -> str | None:
    try:
        package = json.loads((root / "package.json").read_text())
        return str(package["scripts"]["start"])
    except (ValueError, LookupError, TypeError):
        return None


def _wsgi_command(root: Traversable, wsgi_path: str) -> str:
    module, _, variable = wsgi_path.removesuffix(".py").partition(":")
    module = module.replace("/", ".").removesuffix(".py")
    file = module.replace(".", "/")
    if not ((root / f"{file}.py").is_file() or (root / file / "__init__.py").is_file()):
        raise ApplicationStartError(
            "There is nothing to run in the source bundle. Expected at its top level a Procfile or an application.py,"
            f" or the module that the option WSGIPath names. It names {wsgi_path!r}."
        )
    gunicorn = "python -m gunicorn --bind 127.0.0.1:$PORT --workers 1 --threads 8 --no-control-socket"
    return f"exec {gunicorn} --log-level warning {module}:{variable or 'application'}"
