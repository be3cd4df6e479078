# Cadeira. `make help` lists the commands.
.DEFAULT_GOAL := help
.PHONY: help up test check bench soak clean

PYTHON_IN_VENV := .venv/bin/python
TEST_STATE := $(or $(STATE_DIR),.state)/test
# How much of each a soak does; `make soak FUZZ_API=100000` for another size.
LONG := SOAK_MESSAGES=300000 PARALLEL_OPERATIONS=100000 FUZZ_API=15000 FUZZ_PAGES=3000 FUZZ_PARSERS=1000000 FUZZ_EXPRESSIONS=1000000 TIMING_TRIES=2000

help: ## show these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## run everything on this machine until Ctrl-C (PORT, SANDBOX_PORT, GATE_PORT, STATE_DIR, WORKERS)
	@ops/up/make_venv.sh demo
	@UNDER_MAKE=1 exec $(PYTHON_IN_VENV) manage.py up

test: ## run all tests; k=WORD runs those whose name has WORD
	@ops/up/make_venv.sh dev
	@ops/up/chromium.sh
	@exec $(PYTHON_IN_VENV) -m ops.services run --state $(TEST_STATE) -- $(PYTHON_IN_VENV) -m pytest $(if $(k),-k '$(k)',-n 2 --dist loadscope --no-loadscope-reorder) $(ARGS)

check: ## format, lint, types, import layers, migrations, templates, vendored files, OpenAPI
	@ops/up/make_venv.sh dev
	@exec .ci/check

bench: ## measure; one JSON line each, kept in .state/bench/latest.json (BENCH=a,b runs those)
	@ops/up/make_venv.sh dev
	@exec $(PYTHON_IN_VENV) -m tests.bench

soak: ## the invariants with faults and the attacks, long form, for hours; k=WORD as above (SOAK_MESSAGES=300000, FUZZ_API=15000, …)
	@ops/up/make_venv.sh dev
	@$(foreach one,$(LONG),$(firstword $(subst =, ,$(one)))=$(or $($(firstword $(subst =, ,$(one)))),$(lastword $(subst =, ,$(one))))) exec $(PYTHON_IN_VENV) -m ops.services run --state $(TEST_STATE) -- $(PYTHON_IN_VENV) -m pytest tests/invariants tests/security tests/flows/test_expression_fuzz.py -s $(if $(k),-k '$(k)') $(ARGS)

clean: ## stop what is left and remove .venv and the state folder
	@python3 -m ops.services clean 2>/dev/null || $(PYTHON_IN_VENV) -m ops.services clean
	@rm -rf .venv
