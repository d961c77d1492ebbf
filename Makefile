# Every target does its own set-up: two virtual environments in this folder, nothing global.
PYTHON ?= python3
PORT ?= 4566
ARGS ?=
IMAGE ?= beanstalk-bluegreen
RUNS ?= 60
SEED ?=

VENV := .venv
EMULATOR_VENV := .venv-emulator
AUDIT_VENV := .venv-audit
# Byte code is made of what is imported, when it is: not of the 9,000 files that are installed.
PIP := -m pip install --quiet --disable-pip-version-check --no-compile
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help rehearse account campaign test check synth image audit sbom docs permissions measure format clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

rehearse: $(VENV)/ready $(EMULATOR_VENV)/ready  ## watch a release on this machine (ARGS="--bundle app.zip")
	@python -m rehearsal $(ARGS)

account: $(VENV)/ready $(EMULATOR_VENV)/ready  ## keep the rehearsal's account running (PORT=4566)
	@python -m rehearsal account --port $(PORT) $(ARGS)

campaign: $(VENV)/ready $(EMULATOR_VENV)/ready  ## fail every call of a release in every way, and RUNS=60 at random (SEED=7)
	@python -m rehearsal.campaign --runs $(RUNS) $(if $(SEED),--seed $(SEED)) $(ARGS)

test: $(VENV)/ready $(EMULATOR_VENV)/ready  ## run the tests (ARGS="-k swap")
	@python -m pytest $(ARGS)

check: $(VENV)/ready  ## formatting, lint, types
	@ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@ruff check --quiet .
	@mypy
	@hadolint trigger/Dockerfile

format: $(VENV)/ready  ## format the code and mend what the linter can
	@ruff format --quiet .
	@ruff check --fix --quiet .

synth: $(VENV)/ready  ## synthesize the template into cdk.out
	@cdk synth --quiet $(ARGS)

image:  ## build the image that starts releases, with docker, podman or buildah (IMAGE=name)
	@for engine in docker podman buildah; do \
		if $$engine info >/dev/null 2>&1; then exec $$engine build --tag $(IMAGE) trigger; fi; \
	done; \
	echo "make image needs docker, podman or buildah that works; none was found" >&2; exit 1

audit: $(AUDIT_VENV)/ready  ## look what ships up in PyPI's list of known vulnerabilities; needs the network
	@for part in lambdas trigger; do \
		$(AUDIT_VENV)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$part/requirements.txt || { \
			echo "make audit: $$part/requirements.txt has a known vulnerability, or could not be looked up; see above" >&2; \
			exit 1; }; \
	done

sbom: $(AUDIT_VENV)/ready  ## write what ships to build/sbom, as CycloneDX
	@mkdir -p build/sbom
	@$(AUDIT_VENV)/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/layer.json lambdas/requirements.txt
	@$(AUDIT_VENV)/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/image.json trigger/requirements.txt
	@echo "build/sbom/layer.json, build/sbom/image.json"

docs: $(VENV)/ready  ## rewrite the parts of the documents that come from the code
	@python -m tools.documentation

permissions: $(VENV)/ready $(EMULATOR_VENV)/ready  ## take each permission of each stage away, and see a release miss it
	@python -m tools.remove_permissions

measure: $(VENV)/ready $(EMULATOR_VENV)/ready  ## import time of each handler, size of code and layer
	@python -m tools.measure

clean:  ## remove everything that the targets made
	@rm -rf $(VENV) $(EMULATOR_VENV) $(AUDIT_VENV) build cdk.out .mypy_cache .pytest_cache .ruff_cache

$(VENV)/ready: requirements.txt requirements-dev.txt
	@echo "setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python $(PIP) -r requirements-dev.txt
	@touch $@

$(EMULATOR_VENV)/ready: emulator/requirements.txt
	@echo "setting up $(EMULATOR_VENV)"
	@$(PYTHON) -m venv $(EMULATOR_VENV)
	@$(EMULATOR_VENV)/bin/python $(PIP) -r $<
	@touch $@

$(AUDIT_VENV)/ready: requirements-audit.txt
	@echo "setting up $(AUDIT_VENV)"
	@$(PYTHON) -m venv $(AUDIT_VENV)
	@$(AUDIT_VENV)/bin/python $(PIP) -r $<
	@touch $@
