"""What runs, by what is in the bundle. Sources are named in the module."""

import json
from pathlib import Path

import pytest

from emulator.beanstalk.bundle.start_commands import (
    NODE,
    PYTHON,
    ApplicationStartError,
    build_commands,
    language,
    start_commands,
)


def bundle(folder: Path, **files: str) -> Path:
    """Write files, named like `app_js` for app.js, and return their folder."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_a_procfile_runs_web_first_and_the_others_beside_it(tmp_path: Path) -> None:
    root = bundle(tmp_path, Procfile="queue: python worker.py\n# a comment\nweb: python serve.py\n")
    assert list(start_commands(root, PYTHON).items()) == [("web", "python serve.py"), ("queue", "python worker.py")]


def test_a_procfile_without_web_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ApplicationStartError, match="starts no web process"):
        start_commands(bundle(tmp_path, Procfile="worker: sleep 60"), PYTHON)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn --bind :8000 project.wsgi", "gunicorn --bind :$PORT project.wsgi"),
        ("uvicorn main:app --port 8000", "uvicorn main:app --port $PORT"),
        ("serve --port=8000", "serve --port=$PORT"),
        ("serve --limit 80000 --id 18000", "serve --limit 80000 --id 18000"),
    ],
)
def test_the_platform_s_port_in_a_procfile_becomes_the_instance_s_port(
    tmp_path: Path, command: str, expected: str
) -> None:
    """8000 is the default: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/python-configuration-procfile.html"""
    assert start_commands(bundle(tmp_path, Procfile=f"web: {command}\n"), PYTHON) == {"web": expected}


def test_python_runs_application_py_by_default(tmp_path: Path) -> None:
    web = start_commands(bundle(tmp_path, application_py=""), PYTHON)["web"]
    assert web.endswith(" application:application")


@pytest.mark.parametrize(
    ("wsgi_path", "file", "expected"),
    [
        ("shop:app", "shop.py", "shop:app"),
        ("shop.py", "shop.py", "shop:application"),
        ("ebdjango.wsgi:application", "ebdjango/wsgi.py", "ebdjango.wsgi:application"),
        ("ebdjango/wsgi.py", "ebdjango/wsgi.py", "ebdjango.wsgi:application"),
    ],
)
def test_python_runs_what_wsgi_path_names(tmp_path: Path, wsgi_path: str, file: str, expected: str) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/create-deploy-python-django.html"""
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    assert start_commands(tmp_path, PYTHON, wsgi_path)["web"].endswith(f" {expected}")


def test_python_without_anything_to_run_says_what_it_expects(tmp_path: Path) -> None:
    with pytest.raises(ApplicationStartError, match=r"Procfile or an application\.py"):
        start_commands(bundle(tmp_path, README="nothing"), PYTHON)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package_json": json.dumps({"scripts": {"start": "node x.js"}}), "app_js": ""}, "npm start"),
        ({"package_json": "{}", "server_js": ""}, "npm start"),
        ({"package_json": "{}", "app_js": ""}, "node app.js"),
        ({"app_js": "", "server_js": ""}, "node app.js"),
        ({"server_js": ""}, "node server.js"),
    ],
)
def test_node_runs_the_start_script_or_app_js_or_server_js(
    tmp_path: Path, files: dict[str, str], expected: str
) -> None:
    """https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/nodejs-platform-dependencies.html"""
    assert start_commands(bundle(tmp_path, **files), NODE) == {"web": expected}


def test_node_without_anything_to_run_fails_in_the_platform_s_words(tmp_path: Path) -> None:
    """Recorded in https://github.com/udacity/cloud-developer/pull/353"""
    with pytest.raises(ApplicationStartError, match="nothing to run") as raised:
        start_commands(bundle(tmp_path, index_js=""), NODE)
    assert raised.value.event == (
        "Instance deployment failed to generate a 'Procfile' for Node.js. Provide one of these files: 'package.json',"
        " 'server.js', or 'app.js'. The deployment failed."
    )


def test_a_buildfile_s_commands_are_read_in_order(tmp_path: Path) -> None:
    assert build_commands(bundle(tmp_path, Buildfile="make: ./build.sh\nassets: npm run build\n")) == {
        "make": "./build.sh",
        "assets": "npm run build",
    }
    assert build_commands(tmp_path / "nowhere") == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package_json": "{}"}, NODE),
        ({"server_js": ""}, NODE),
        ({"application_py": ""}, PYTHON),
        ({"requirements_txt": "", "package_json": "{}"}, PYTHON),
        ({"Procfile": "web: ./serve"}, PYTHON),
    ],
)
def test_the_language_is_told_by_the_files(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    assert language(bundle(tmp_path, **files)) == expected
