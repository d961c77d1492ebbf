"""What is said of a bundle before it is deployed.

Source: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html
"""

import json

import pytest

from emulator.beanstalk import source_bundle
from emulator.beanstalk.bundle.review import review
from emulator.beanstalk.bundle.start_commands import NODE, PYTHON
from emulator.beanstalk.source_bundle import InvalidBundleError
from tests.support.source_bundles import packed

FLASK = {"application.py": "", "requirements.txt": "flask\n"}


def limits(**files: str) -> list[str]:
    return review(packed(FLASK | files)).limits


def configured(document: object) -> dict[str, str]:
    return {".ebextensions/a.config": json.dumps(document)}


def test_a_bundle_with_nothing_special_has_no_limits() -> None:
    found = review(packed(FLASK))
    assert (found.language, found.commands, found.limits) == (PYTHON, 0, [])


def test_the_language_is_told_by_the_files_unless_it_is_given() -> None:
    assert review(packed({"package.json": '{"scripts": {"start": "node x.js"}}'})).language == NODE
    assert review(packed({"Procfile": "web: ./serve"}), NODE).language == NODE


def test_commands_and_hooks_are_counted() -> None:
    files = configured({"commands": {"a": {"command": "true"}}, "container_commands": {"b": {"command": "true"}}})
    hook = {".platform/hooks/predeploy/a.sh": "#!/bin/sh\n", ".platform/confighooks/prebuild/b.sh": "#!/bin/sh\n"}
    assert review(packed(FLASK | files | hook | {"Buildfile": "make: ./build.sh\n"})).commands == 5


@pytest.mark.parametrize("size", [0, 11])
def test_a_bundle_of_a_wrong_size_is_refused_in_aws_s_words(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_bundle, "MAXIMUM_BYTES", 10)
    with pytest.raises(InvalidBundleError, match="Source bundle is empty or exceeds maximum allowed size: 10"):
        review(b"x" * size)


def test_a_zip_with_everything_in_one_folder_is_refused_with_advice() -> None:
    with pytest.raises(InvalidBundleError, match=r"in the folder shop/.*cd shop && zip -r \.\./shop\.zip \."):
        review(packed({"shop/application.py": "", "shop/templates/index.html": "", "__MACOSX/shop/._x": ""}))


def test_node_without_anything_to_run_is_refused_in_the_platform_s_words() -> None:
    """Recorded in https://github.com/udacity/cloud-developer/pull/353"""
    with pytest.raises(InvalidBundleError, match=r"failed to generate a 'Procfile' for Node\.js"):
        review(packed({"package.json": "{}", "index.js": ""}))


@pytest.mark.parametrize(("name", "platform"), [("Dockerfile", "Docker"), ("pom.xml", "Java"), ("index.php", "PHP")])
def test_a_bundle_for_another_platform_is_refused(name: str, platform: str) -> None:
    with pytest.raises(InvalidBundleError, match=f"It looks like a bundle for {platform}. This machine runs Python"):
        review(packed({name: ""}))


def test_a_pipfile_alone_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match="Pipfile is not supported on this machine"):
        review(packed({"application.py": "", "Pipfile": ""}))


def test_a_wsgi_path_in_a_configuration_file_names_what_runs() -> None:
    settings = {"option_settings": {"aws:elasticbeanstalk:container:python": {"WSGIPath": "shop:app"}}}
    assert review(packed({"shop.py": ""} | configured(settings))).limits == []


def test_a_configuration_file_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(InvalidBundleError, match=r"a\.config contains invalid YAML or JSON"):
        limits(**{".ebextensions/a.config": "a\n b: c"})


def test_what_this_machine_does_not_do_is_named() -> None:
    document = {
        "packages": {"yum": {"git": []}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "files": {
            "/etc/nginx/conf.d/a.conf": {"content": "a"},
            "/opt/far": {"source": "https://example.com"},
            "/var/app/staging/x": {"content": "x"},
        },
        "container_commands": {"01_nginx": {"command": "service nginx restart"}, "02": {"command": "true"}},
    }
    files = {".platform/nginx/conf.d/a.conf": "", ".platform/hooks/prebuild/a.sh": "#!/bin/sh\nyum install git\n"}
    where = "in the deployment's own folder, where only the bundle's commands find it"
    file = ".ebextensions/a.config"
    assert limits(**configured(document), **files, **{"cron.yaml": ""}) == [
        f"{file}: packages are not installed. Install on this machine what the application needs.",
        f"{file}: Resources are not made.",
        f"{file}: /etc/nginx/conf.d/a.conf is written {where}.",
        f"{file}: /opt/far is not downloaded.",
        f"{file}: 01_nginx calls service, which does nothing on this machine.",
        ".platform/nginx is not used: no proxy server runs on this machine.",
        "cron.yaml is not used: no worker daemon runs on this machine.",
        "The hook a.sh calls yum, which does nothing on this machine.",
    ]


def test_a_file_that_is_skipped_is_named() -> None:
    (limit,) = limits(**configured({"OptionSettings": {}}))
    assert "Contains invalid key: 'OptionSettings'." in limit
