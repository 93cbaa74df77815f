# make help lists what there is. Everything sets itself up; PYTHON=… chooses the Python that .venv is made with.
.DEFAULT_GOAL := help
.PHONY: help run test check format bench package package-windows package-test clean

export PYTHON
VENV := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# one worker for each of two cores; PYTEST="-k names" picks tests, PYTEST="-n0" stays in one process
PYTEST ?=
ARGS ?=
PARTS ?=

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo '  make run ARGS="--headless photo.jpg"   passes arguments on'

run:  ## open the window (ARGS="…" passes arguments on)
	@sh packaging/setup.sh run
	@$(VENV)/python -m desktop_share $(ARGS)

test:  ## run all tests (PYTEST="-k name" picks some)
	@sh packaging/setup.sh test
	@$(VENV)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

check:  ## style, types and layers: ruff, mypy, import-linter
	@sh packaging/setup.sh check
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy
	$(VENV)/lint-imports

format:  ## let ruff set the style right
	@sh packaging/setup.sh check
	$(VENV)/ruff check --fix
	$(VENV)/ruff format

bench:  ## measure, beside the rivals that are installed, into docs/performance.md
	@sh packaging/setup.sh test
	@$(VENV)/python tests/benchmarks/bench.py --output docs/performance.md $(ARGS)
	@sh packaging/setup.sh package
	@$(VENV)/python tests/benchmarks/frozen_start.py 11 docs/performance.md

package:  ## build what this system can build into dist/ (PARTS="wheel" builds some)
	@sh packaging/setup.sh package
	@$(VENV)/python packaging/build.py $(PARTS)

package-windows:  ## build setup.exe for trying it, on Linux, and try it in wine
	@sh packaging/setup.sh package-windows
	@$(VENV)/python packaging/windows/stage.py
	@$(VENV)/python packaging/windows/installer.py build/windows/tree --out build/windows/desktop-share-setup.exe
	@$(VENV)/python packaging/windows/wine_test.py build/windows/desktop-share-setup.exe

package-test:  ## install what is in dist/ on an empty system and try it (PARTS="wheel" tries some)
	@sh packaging/setup.sh package
	@$(VENV)/python packaging/try_packages.py $(PARTS)

clean:  ## remove .venv and everything that was built
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
