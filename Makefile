# A thin face over the ketamine-course command. README.md gives the same without make.
PYTHON ?= python3
VENV ?= .venv
COURSE := $(VENV)/bin/ketamine-course
PORT ?= 8000

.PHONY: book test prove lab check benchmark-page review readability requirements seal clean help
.DEFAULT_GOAL := help

book: $(VENV)/.ready ## build the book and serve it on 127.0.0.1
	@$(COURSE) book --port $(PORT)

test: $(VENV)/.ready ## run everything that CI gates on, browser tests included
	@$(COURSE) test

prove: $(VENV)/.ready ## run the long proofs: a fresh clone, each Python, benchmarks
	@$(COURSE) prove

lab: $(VENV)/.ready ## open JupyterLab with the labs
	@$(COURSE) lab

check: $(VENV)/.ready ## style, types and one-way imports only
	@$(COURSE) check

benchmark-page: $(VENV)/.ready ## this chapter against the default Jupyter Book set-up
	@$(COURSE) benchmark-page

review: $(VENV)/.ready ## what must be reviewed again, and when
	@$(COURSE) review

readability: $(VENV)/.ready ## how easily each chapter reads
	@$(COURSE) readability

requirements: $(VENV)/.ready ## resolve requirements.txt anew from pyproject.toml
	@$(COURSE) requirements

seal: $(VENV)/.ready ## write the tables' digests into their sidecars after a review
	@$(COURSE) seal

clean: ## remove what was generated, the environment included
	@rm -rf _build .frontend .pytest_cache .mypy_cache .ruff_cache $(VENV)

help: ## show this
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This course needs Python 3.11 or newer, not %d.%d. Name one: make PYTHON=python3.12" % sys.version_info[:2] or 0)'
	@echo "Setting up $(VENV) (the first time takes a minute or two) …"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --disable-pip-version-check --progress-bar off -r requirements.txt
	@touch $@
