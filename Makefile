PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check bench bench-short clean

$(BIN)/biocapture: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@

demo: $(BIN)/biocapture
	@# Some samples are damaged on purpose: exit status 1 (rows with errors) is part of the demonstration.
	$(BIN)/biocapture score sample_data || test $$? -eq 1
	@# So is the same finger in two slots of this enrolment: exit status 1.
	$(BIN)/biocapture check sample_data/enrolments/same_finger || test $$? -eq 1

test: $(BIN)/biocapture
	$(BIN)/python -m pytest -n auto

check: $(BIN)/biocapture
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(BIN)/biocapture
	$(BIN)/python -m benchmarks run

bench-short: $(BIN)/biocapture
	$(BIN)/python -m benchmarks compare

clean:
	rm -rf $(VENV) build dist
