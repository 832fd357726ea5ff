# make briefing   set up .venv, check the claims, draw the figures, write the briefing into briefing/
# make test       set up .venv with all that the tests need, and run the quick ones (.ci/run: all)
# make lab        set up .venv and open JupyterLab on the notebooks
# make site       set up .venv, run the notebooks and put them with the README and a reference on pages in site/
# make data       write data/processed from the snapshot
# make replica    serve a stand-in of the CBS feed on loopback: real cells where the snapshot has them, else made up;
#                 NLTRADE_CBS=(the address it prints) makes nltrade fetch ask it instead of CBS
# Another Python than python3: make PYTHON=python3.12 briefing

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: briefing test lab site data replica clean

briefing: $(VENV)/installed-briefing,fetch
	$(BIN)/nltrade check || [ $$? -eq 1 ]  # 1: a claim is contradicted, which the briefing tells
	$(BIN)/nltrade figures
	$(BIN)/nltrade briefing

test: $(VENV)/installed-test
	$(BIN)/pytest

lab: $(VENV)/installed-lab
	$(BIN)/jupyter lab notebooks

site: $(VENV)/installed-site
	rm -rf site
	$(BIN)/sphinx-build --fail-on-warning --keep-going --jobs auto --quiet --conf-dir docs --doctree-dir build/doctrees . site

data: $(VENV)/installed-test
	$(BIN)/python data/process.py

replica: $(VENV)/installed-test
	PYTHONPATH=tests $(BIN)/python -m cbs_replica

clean:
	rm -rf $(VENV)

$(VENV)/installed-%: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$*]'
	touch $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.12 briefing")'
	$(PYTHON) -m venv $(VENV)
