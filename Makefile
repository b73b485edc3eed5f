PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# What a change most likely breaks, in less than a minute: everything but pictures that have to be drawn and described.
QUICK := tests/test_*.py tests/profile tests/guidance tests/workers/test_pool.py tests/comparison/evaluation tests/assessment/test_verdict.py \
	tests/capture/test_prompter.py tests/capture/test_trigger.py tests/enrolment/test_record.py tests/enrolment/readiness/checks \
	tests/images/test_naming.py tests/images/test_formats.py tests/images/test_walk.py tests/images/records tests/runs/test_run.py tests/cli/test_score.py

.PHONY: demo test quick check bench bench-short figures clean

$(BIN)/biocapture: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@

demo: $(BIN)/biocapture
	@# Some samples are damaged on purpose: exit status 1 (rows with errors) is part of the demonstration.
	$(BIN)/biocapture score sample_data || test $$? -eq 1
	@# So is the same finger in two slots of this enrolment: exit status 1.
	$(BIN)/biocapture check sample_data/enrolments/same_finger || test $$? -eq 1
	$(BIN)/python docs/call_service.py sample_data/fingerprint/person01/right_index_1.png

test: $(BIN)/biocapture
	$(BIN)/python -m pytest -n auto

quick: $(BIN)/biocapture
	$(BIN)/ruff check . && $(BIN)/python -m pytest -n auto -q $(QUICK)

check: $(BIN)/biocapture
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

bench: $(BIN)/biocapture
	$(BIN)/python -m benchmarks run

bench-short: $(BIN)/biocapture
	$(BIN)/python -m benchmarks compare

# Pictures of the README; Chromium must be there.
figures: $(BIN)/biocapture
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python docs/picture.py docs/score.svg biocapture score sample_data/fingerprint/person01 sample_data/damaged --workers 2
	$(BIN)/biocapture draw sample_data/fingerprint/person01/right_index_4.png --out docs/seen_print.jpg
	$(BIN)/biocapture draw sample_data/iris/person03/right_eye_3.jpg --out docs/seen_iris.jpg
	$(BIN)/biocapture draw sample_data/face/turned.jpg --out docs/seen_face.jpg
	mkdir -p build
	$(BIN)/biocapture score sample_data --out build/scores.parquet || test $$? -eq 1
	$(BIN)/biocapture report build/scores.parquet --out build/report.html
	$(BIN)/python docs/page_picture.py build/report.html docs/report.png
	$(BIN)/python docs/page_picture.py build/report.html docs/report_dark.png --dark

clean:
	rm -rf $(VENV) build dist
