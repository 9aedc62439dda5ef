# Thin aliases: bootstrap.py does the work. `make help` lists them.
PY ?= python3
BIN := .venv/bin

.PHONY: help setup demo test lint types format bench docs lock

help:           ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/'

setup:          ## make or refresh .venv
	@$(PY) bootstrap.py setup

demo:           ## a simulated practice, loaded, trained on and opened in the browser
	@$(PY) bootstrap.py demo

test:           ## everything CI runs
	@$(PY) bootstrap.py test

lint: setup     ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: setup   ## put the code in ruff's format, with the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: setup    ## mypy: strict in etl and models
	$(BIN)/mypy etl models dashboard

bench: setup    ## speed and memory
	OMP_WAIT_POLICY=PASSIVE $(BIN)/python tests/benchmarks/run.py

docs: setup     ## write MEASURES.md and SCHEMA.md anew from the code
	$(BIN)/cleanclaim docs

lock:           ## refresh requirements.lock
	@$(PY) bootstrap.py lock
