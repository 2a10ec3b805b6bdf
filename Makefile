# Needs only make and Python 3.11 or later with venv; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run install test check bench clean

run: $(STAMP)  ## open the dashboard on the default config with the seeds
	$(BIN)/monitor

install: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

test: $(STAMP)  ## the whole suite
	$(BIN)/python -m pytest -n auto

check: $(STAMP)  ## what CI runs: static checks, then the suite
	.ci/run

clean:
	rm -rf $(VENV) build dist *.egg-info
