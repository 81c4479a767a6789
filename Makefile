# The project's commands. Nothing need be there beforehand but Python 3.11 or newer, pip and make.
#
#   make demo    install, then walk the whole path on the bundled sample site and serve the result
#   make test    the tests                make check   style, types and the examples in docstrings
#   make bench   what all of it costs, in one table (make bench-million: a million pages)
#   make soak    3,000 kills of crawls and of imports, 600 power cuts, each page changed in every way
#                that the tests try a third of, 200 publishes under readers (make soak-short: 300 kills)
#   make wacz-tools   a WACZ of the demo in tools for node
#   make captures  pages as some forty other tools save them, taken in (needs npm, and apt for some)
#   make notebook  docs/research.ipynb executed anew; ARGS=--accept keeps what came out
#   make lock    renew the six lock files
#   make clean   remove what make made
#
# ARGS is handed on:  make demo ARGS="--no-serve"    make test ARGS="-k rooms"
# AGAINST is an older revision to be measured in turns with this:  make bench AGAINST=v0.2.0
# PYTHON names the interpreter that a new .venv is made with:
#   make demo PYTHON=/usr/local/bin/python3.13
#
# Kept to what make 3.81 knows, the one that macOS has.

VENV   ?= .venv
PYTHON ?=
ARGS   ?=
ROOMS   = schema machine parsers archive crawler db web verdicts

BIN     = $(VENV)/bin
RUN_UV  = sh .ci/uv $(BIN)/python
INSTALL = $(RUN_UV) pip install --quiet --python $(BIN)/python
COMPILE = $(RUN_UV) pip compile --quiet --universal --python-version 3.11 \
          --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
          --custom-compile-command "make lock"

# With it each process of the tests would compile the project anew: half of the time they take.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check style types examples bench bench-million lock clean install interop soak soak-short wacz-tools captures notebook
# Two installations into one environment must not run at once.
.NOTPARALLEL:

demo: $(VENV)/.project
	@$(BIN)/verdicts demo $(ARGS)

test: $(VENV)/.dev $(VENV)/.project
	$(BIN)/python -m pytest -q -n 3 --dist loadfile $(ARGS)

check: style types examples

style: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev $(VENV)/.project
	$(BIN)/mypy

examples: $(VENV)/.dev $(VENV)/.project
	$(BIN)/python -m pytest -q --doctest-modules $(ROOMS)

bench: $(VENV)/.project
	$(BIN)/python bench $(if $(AGAINST),--against $(AGAINST)) $(ARGS)

bench-million: $(VENV)/.project
	$(BIN)/python bench --scale million --homes .bootstrap/homes $(ARGS)

# Crawls that are killed again and again, a disk as a power cut could leave it, changed pages, and
# editions that follow each other under readers.
soak-short: $(VENV)/.dev $(VENV)/.project
	$(BIN)/python tests/tools/soak.py --kills 300 $(ARGS)
	$(BIN)/python tests/tools/soak_imports.py --kills 300 $(ARGS)

soak: $(VENV)/.dev $(VENV)/.project
	$(BIN)/python tests/tools/soak.py --kills 3000 $(ARGS)
	$(BIN)/python tests/tools/soak_imports.py --kills 3000 $(ARGS)
	$(BIN)/python tests/tools/powercut.py --points 600 $(ARGS)
	$(BIN)/python tests/tools/drift_rules.py
	$(BIN)/python tests/tools/soak_serving.py --publishes 200

# ARGS="--only wget" makes the rows of one tool; the tools stay installed under .bootstrap.
captures: $(VENV)/.dev $(VENV)/.project
	PYTHONPATH=tests/tools $(BIN)/python -m captures --work .bootstrap/captures $(ARGS)

notebook: $(VENV)/.dev $(VENV)/.project
	$(BIN)/python tests/tools/research_notebook.py $(ARGS)

install: $(VENV)/.project

# The demo's WACZ in tools for node, which no test runs.
wacz-tools: $(VENV)/.project
	$(BIN)/python tests/tools/wacz_tools.py

# Other people's WARC tools, once a checkout; the tests make it where it is missing.
interop: $(VENV)/.python
	@$(BIN)/python tests/tools/interop_env.py

# A stamp file says that a step is done, so nothing is installed twice.
$(VENV)/.python:
	@echo "Making a Python environment in $(VENV) ..."
	@sh .ci/make-venv "$(VENV)" $(PYTHON)
	@touch $@

$(VENV)/.runtime: requirements.lock requirements-build.lock $(VENV)/.python
	@echo "Installing the libraries it needs, each checked by its hash (200 MB, once) ..."
	@$(INSTALL) --require-hashes -r requirements.lock -r requirements-build.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.python
	@echo "Installing what the tests need (over 1 GB, once) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.runtime

$(VENV)/.project: pyproject.toml $(VENV)/.runtime
	@echo "Installing verdicts itself ..."
	@$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

# Pins that still fit are kept; `make lock ARGS=--upgrade` looks for newer ones.
lock: $(VENV)/.python
	$(COMPILE) $(ARGS) --group dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements-dev.lock --group build -o requirements-build.lock
	$(COMPILE) $(ARGS) --group interop -o requirements-interop.lock
	$(COMPILE) $(ARGS) --group bench -o bench/requirements.lock
	$(COMPILE) $(ARGS) --group uv -o .ci/uv.lock

clean:
	rm -rf $(VENV) .bootstrap dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find $(ROOMS) tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
