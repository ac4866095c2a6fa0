# make report: the demo firm's report · make test: everything that must hold · make lab: JupyterLab on the notebooks
PYTHON ?= python3
BIN := .venv/bin
export JUPYTER_PLATFORM_DIRS := 1

.PHONY: report test lint lab bench notebooks lock clean

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("segkit needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip sync --quiet --compile-bytecode requirements.lock
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

report: .venv/ready
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest --numprocesses auto
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo --no-history
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo-zh --lang zh --no-history
	$(BIN)/python -m pytest --nbval notebooks

lab: .venv/ready
	test -d reports/demo || $(MAKE) report
	$(BIN)/jupyter lab notebooks

bench: .venv/ready
	$(BIN)/python -m bench

notebooks: .venv/ready  # the committed notebooks with the demo's outputs
	$(BIN)/segkit run data/demo/segkit.yaml --out reports/demo --no-history
	$(BIN)/jupyter nbconvert --log-level=ERROR --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False notebooks/*.ipynb
	$(BIN)/python -m segkit.report notebooks reports/demo

lock: .venv/ready
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group lab --group dev \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv reports/demo reports/demo-zh reports/.lab .mypy_cache .ruff_cache .pytest_cache
