# Needs only make and Python 3.11 or later with venv; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TOO_OLD := "Python 3.11 or later is needed, and this is %d.%d; name another: make PYTHON=python3.12 …"

.PHONY: help run install test check lowest bench docs pictures wheel lock clean

help:  ## what there is to make
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

run: $(STAMP)  ## open the dashboard on the config that ships, with its sample articles
	$(BIN)/monitor

install: $(STAMP)  ## make .venv with .venv/bin/monitor and all that the tests need

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and $(TOO_OLD) % sys.version_info[:2])'
	@echo 'Installing into $(VENV): a minute or two the first time.'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	touch $@

test: $(STAMP)  ## the whole suite
	$(BIN)/python -m pytest -n auto -m 'not terminal'
	$(BIN)/python -m pytest -m terminal --reruns 1  # a busy machine may steal a second once; a fault fails twice

check: $(STAMP)  ## what CI runs: static checks, the suite, and the suite without a terminal on another Python
	.ci/run

lowest: $(STAMP)  ## the suite without a terminal on the oldest libraries that pyproject.toml allows
	$(BIN)/uv venv --quiet --clear --seed --python $(BIN)/python .venv-lowest
	$(BIN)/uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable '.[html,socks]'
	$(BIN)/uv pip install --quiet --python .venv-lowest --editable '.[dev]'
	.venv-lowest/bin/python -m pytest -n auto -m 'not terminal' --ignore tests/test_docs.py  # whose pages other libraries lay out

bench: $(STAMP)  ## run every benchmark and write docs/benchmarks.md; an hour; QUICK=1 only tries them; DATA=… BENCH=… name data and feed server
	$(BIN)/python benchmarks/all.py $(if $(QUICK),--quick) $(if $(LARGEST),--largest $(LARGEST)) $(if $(DATA),--data $(DATA)) $(if $(BENCH),--bench $(BENCH))

docs: $(STAMP)  ## write the pages that the program itself knows best
	$(BIN)/python docs/generate.py

pictures: $(STAMP)  ## take the pictures of docs/img anew, on a clock that stands
	$(BIN)/python docs/pictures.py

wheel: $(STAMP)  ## build what pipx and uv install
	$(BIN)/python -m build --wheel

lock: $(STAMP)  ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
	  --no-header --no-annotate --quiet --output-file requirements.lock
	sed -i '1i # What the suite ran with; `make install` holds to it. Made by `make lock`.' requirements.lock

clean:  ## remove what was made
	rm -rf .venv* build dist *.egg-info
