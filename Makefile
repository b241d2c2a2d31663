# Everything that is done here often; `make help` lists it. Only python3 and make are needed.

PYTHON ?= python3
PYTEST_ARGS ?=

BIN := .venv/bin
CHAT := .venv/.installed
DEV := .venv/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help chat ask test check loose format constraints clean
.NOTPARALLEL:

# Installing compiles nothing, since most of it is never imported and that would take longer than
# the rest; what is imported is compiled once, which needs Python to be free to keep it.
unexport PYTHONDONTWRITEBYTECODE

# A .venv that came along with a copied folder still means the folder it was made in.
ifneq ($(shell cat .venv/.made-in 2>/dev/null),$(CURDIR))
$(shell rm -f $(CHAT) $(DEV))
endif

# The question travels in the environment, as typed: neither make nor the shell reads it.
ifneq ($(filter ask,$(MAKECMDGOALS)),)
ifeq ($(strip $(value Q)),)
$(error Say what you want to know: make ask Q="what preconditions did the Kremlin set?")
endif
override Q := $(value Q)
export Q
endif

help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

chat: $(CHAT) ## open the web chat; PORT=8000, HOST=0.0.0.0 and AUTH=NAME say where and to whom
	@exec $(BIN)/onrecord chat $(if $(value PORT),--port "$$PORT") $(if $(findstring command line,$(origin HOST)),--host "$$HOST") $(if $(value AUTH),--auth "$$AUTH")

ask: $(CHAT) ## answer one question: make ask Q="who resigned?"
	@exec $(BIN)/onrecord ask -- "$$Q"

test: $(DEV) ## run the tests; the browser's need Chromium
	@note=; \
	if [ -n "$$REQUIRE_BROWSER$$CI" ]; then unset ONRECORD_SKIP_BROWSER; \
	elif [ -z "$$ONRECORD_SKIP_BROWSER" ] && ! command -v chromium >/dev/null; then \
	  export ONRECORD_SKIP_BROWSER=1; \
	  note='NOTE: there is no chromium on this machine, so the tests in a real browser did not run.'; \
	fi; \
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS); status=$$?; \
	if [ -n "$$note" ]; then echo "$$note" >&2; fi; \
	exit $$status

check: $(DEV) ## format, lint, types and tests: what CI runs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory test

# As `pip install .` does it: the bounds in pyproject.toml alone say which versions.
loose: ## install without constraints.txt, elsewhere, and ask the sample corpus
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && \
	$(PYTHON) -m venv "$$made/venv" && \
	"$$made/venv/bin/python" -m pip install -qq --no-compile . && \
	cd "$$made" && venv/bin/onrecord ask --sample -- 'what preconditions did the Kremlin set?' | \
	  tee answer && grep -q '\[1\]' answer

format: $(DEV) ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# torch stays at its version: any other one is gigabytes that a processor has no use for.
constraints: ## resolve the versions in constraints.txt anew
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && \
	grep '^torch==' constraints.txt > "$$made/torch" && \
	$(PYTHON) -m venv "$$made/venv" && \
	"$$made/venv/bin/python" -m pip install -qq -c "$$made/torch" --dry-run --ignore-installed \
	  --report "$$made/report" '.[dev]' && \
	{ echo '# What .[dev] and all it needs resolve to in a clean venv; made by: make constraints'; \
	  $(PYTHON) -c "$$PINS" "$$made/report"; } > "$$made/pins" && \
	cp "$$made/pins" constraints.txt

define PINS
import json, sys
found = [item["metadata"] for item in json.load(open(sys.argv[1]))["install"]]
pins = [f"{it['name']}=={it['version'].partition('+')[0]}" for it in found if it["name"] != "onrecord"]
print(*sorted(pins, key=str.lower), sep="\n")
endef
constraints: export PINS := $(PINS)

clean: ## delete what was made here; the index in .onrecord stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .gradio dist
	@find index rag ui tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(CHAT): WHAT := .
$(DEV): WHAT := .[dev]
$(CHAT) $(DEV): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "onrecord needs Python 3.11 or newer as $(PYTHON); name another with PYTHON=" >&2; exit 1; }
	@echo 'Installing into .venv, once; this takes a few minutes.' >&2
	@test -e $(CHAT) || { $(PYTHON) -m venv --clear .venv && \
	  $(BIN)/python -m pip install -qq --upgrade pip; } # Python 3.11's own takes twice as long
	@rm -f $(CHAT) $(DEV)
	@$(BIN)/python -m pip install -qq --no-compile -c constraints.txt -e '$(WHAT)'
	@echo 'Installed. The first start compiles what it imports, for a minute or two; the next take seconds.' >&2
	@pwd > .venv/.made-in
	@touch $(CHAT) $@
