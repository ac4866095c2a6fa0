# make report: the demo firm's report · make test: everything that must hold · make lab: JupyterLab on the notebooks
PYTHON ?= python3
BIN := .venv/bin
export JUPYTER_PLATFORM_DIRS := 1

.PHONY: report test lint style types imports lab bench stress notebooks lock clean

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("segkit needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip sync --quiet --compile-bytecode requirements.lock
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

report: .venv/ready  # the demo's day never moves, so it needs no history; the notebooks are held against this report
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo --no-history

# A report younger than all it comes from, which the notebooks are held against; anything newer has it made again.
reports/demo/index.html: .venv/ready $(shell find src notebooks data/demo -type f -not -path '*/__pycache__/*' -not -path '*/.*')
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo --no-history

lint: .venv/ready
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target types imports style

style: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

imports: .venv/ready
	$(BIN)/lint-imports

# Many tests and notebooks at a time, each on one core, and one more for those that wait; a file stays together, for what its
# tests share. The Chinese report is among them.
SIDE_BY_SIDE := $(shell expr $$($(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())') + 1)
test: export OMP_NUM_THREADS = 1
test: lint reports/demo/index.html
	$(BIN)/python -m pytest --numprocesses $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder --nbval tests notebooks

lab: .venv/ready
	test -d reports/demo || $(MAKE) report
	$(BIN)/jupyter lab notebooks

bench: .venv/ready
	$(BIN)/python -m bench

stress: .venv/ready  # kill -9 a mailing run at 50 random moments
	$(BIN)/python -m bench.stress --kills 50 --seed 1

notebooks: .venv/ready  # the committed notebooks with the demo's outputs
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo --no-history
	$(BIN)/jupyter nbconvert --log-level=ERROR --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb
	$(BIN)/python -m segkit.report notebooks reports/demo

lock: .venv/ready
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group lab --group dev \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv reports/demo reports/.lab .mypy_cache .ruff_cache .pytest_cache
