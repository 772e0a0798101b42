# Diya: `make demo` shows it, `make test` proves it.  Both set up what they need first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Where Python may not keep what it compiled, each start of a test's process compiles all of Diya again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check soak chaos wheel bench bench-detection bench-city bench-stress clean

help:  ## what there is to make
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## the virtual environment and Mosquitto (nothing to do the second time)

$(READY): pyproject.toml .ci/micropython.txt .ci/stubs.txt .ci/setup
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh .ci/setup
	@touch $(READY)

demo: $(READY)  ## a street of 12 poles, its console, and a night (HEADLESS=1: at once, with a verdict; EVENING=1: docs/iccc.md)
	@$(BIN)/python -m $(if $(EVENING),simulator.cli.demo_evening --pictures docs,simulator.cli.demo $(if $(HEADLESS),--headless --pictures docs))

test: $(READY)  ## every test, on CPython and on MicroPython
	@$(BIN)/python -m pytest

test-fast: $(READY)  ## all but the tests in tests/slow.txt, for the habit
	@$(BIN)/python -m pytest -n 2 -m "not slow"

check: $(READY)  ## ruff, and mypy on the host's code and on the firmware against the ESP32 stubs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file .ci/mypy-firmware.ini

soak: $(READY)  ## the long tests: a month of a pole's life, a power cut at every write, nights of chaos (SOAK=files: only these)
	@$(BIN)/python -m pytest -n 2 --dist load -rP $(or $(SOAK),tests/soak)

chaos: $(READY)  ## random nights with everything that can happen (SEED=n, N=k nights); a failing one is made small
	@$(BIN)/python -m simulator.chaos $(if $(SEED),--seed $(SEED)) $(if $(N),--nights $(N)) $(if $(TO),--scenario $(TO))

wheel: $(READY)  ## the wheel, into dist/ (DIST=folder)
	@$(BIN)/pip wheel -q --disable-pip-version-check --no-deps --wheel-dir $(or $(DIST),dist) .

STRESS = $(BIN)/python -m simulator.benchmarks.stress $(if $(POLES),--poles $(POLES)) $(if $(REAL),--real-poles $(REAL)) \
	$(if $(CONNECTIONS),--connections $(CONNECTIONS)) $(if $(TRIAL),--trial $(TRIAL))

bench: $(READY)  ## steps per second, heap, flashing, an update; a pole's start, turn, bytes a day, 200 live poles; bench-stress
	@$(BIN)/python -m simulator.benchmarks
	-@$(STRESS)

bench-detection: $(READY)  ## recall, false alarms and delay of fault detection, into docs/detection.md (QUICK=1: a tenth, SEED=n)
	@$(BIN)/python -m simulator.benchmarks.detection $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json $(JSON))

bench-city: $(READY)  ## the city's store and receiver, on SQLite and PostgreSQL (READINGS=10000000: as large as the design's; INGEST=whole: 1,100,000 messages into a receiver that is killed)
	@$(BIN)/python -m simulator.benchmarks.city $(if $(READINGS),--readings $(READINGS))
	@$(if $(INGEST),DIYA_INGEST=$(INGEST) $(BIN)/python -m pytest -n0 -q -s tests/host_tools/city/record/test_ingest.py)

bench-stress: $(READY)  ## a feeder, a group, a poor network, a broker, a midnight: docs/performance.md (POLES=10000 REAL=100 CONNECTIONS=10000 TRIAL=group)
	@$(STRESS)

clean:  ## removes what make made
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
