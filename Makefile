# Two commands matter: `make demo` shows the main job, `make test` proves it. Each does all its own set-up.
PYTHON ?= python3
BIN := .venv/bin
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export CHECKPOINT_DISABLE := 1
export DISABLE_VERSION_CHECK := 1

.PHONY: demo test tour path crash explore scan audit lint synth lock clean

demo: .venv/.installed node_modules/.installed ## a good model promoted, a bad one rolled back, on AWS on loopback
	$(BIN)/python -m demo

test: lint node_modules/.installed ## lint, types, import rules, and every test
	$(BIN)/python -m pytest

tour: .venv/.installed node_modules/.installed ## all eight patterns, deployed for real, one after the other: a page each in out/tour/
	$(BIN)/python -m demo.tour

path: .venv/.installed node_modules/.installed ## a release walks shadow, staff, segment, A/B test, everybody; bad ones are stopped on the way
	$(BIN)/python -m pytest -n0 -m tour tests/e2e/test_path.py

crash: .venv/.installed node_modules/.installed ## functions killed at each call of a rollout and of a rollback, `cdktf deploy` at several points
	$(BIN)/python -m pytest -n0 -m "tour or not tour" tests/e2e/test_crash.py tests/e2e/test_killed_deploy.py

explore: .venv/.installed node_modules/.installed ## every order of the calls of a whole rollout and an alarm, and more that takes minutes
	$(BIN)/python -m pytest -n0 -m "tour or not tour" tests/explorer

scan: .venv/.installed node_modules/.installed .venv-scan/.installed ## checkov on the Terraform of every environment
	$(BIN)/python -m tools.scan

audit: .venv-audit/.installed ## known vulnerabilities in all that is locked; asks PyPI's and npm's advisories
	$(PYTHON) -m tools.audit

lint: .venv/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

synth: .venv/.installed node_modules/.installed ## Terraform for every environment, into cdktf.out/
	$(BIN)/python main.py

lock: .venv/.installed ## resolve pyproject.toml anew into the hashed locks, which name no host
	$(BIN)/uv pip compile pyproject.toml --group synth \
		--generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 -q -o locks/deploy.txt
	$(BIN)/uv pip compile pyproject.toml --group synth --group sandbox --group dev \
		--generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 -q -o locks/all.txt
	for group in scan audit; do \
		$(BIN)/uv pip compile --group pyproject.toml:$$group --generate-hashes --no-emit-index-url \
			--no-emit-find-links --universal --python-version 3.11 -q -o locks/$$group.txt || exit 1; \
	done

clean:
	rm -rf .venv .venv-scan .venv-audit node_modules cdktf.out out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.installed: locks/all.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement locks/all.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-%/.installed: locks/%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --require-hashes --requirement locks/$*.txt
	touch $@

node_modules/.installed: package-lock.json
	npm ci --silent --no-fund --no-audit
	touch $@
