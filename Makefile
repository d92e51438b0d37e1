# `make` alone lists what there is. Only a Python is needed: the first target that wants packages installs them.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
DEVSTACK := $(BIN)/python -m devstack
# Any supported Python that .venv was made with will do, unless one is asked for by name.
BOOTSTRAP := $(PYTHON) devstack/bootstrap.py $(if $(filter-out file,$(origin PYTHON)),--this-python)
TESTING := HUNTAZE_ENV=test
PRODUCTION_LIKE := env $$(grep -v '^\#' tools/production-like.env)
LOCK := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
PLATFORMS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-apple-darwin aarch64-apple-darwin

.DEFAULT_GOAL := help
.PHONY: help run stop logs test check fix bench shell lock css messages venv packages-production image-steps check-settings lint types coverage services migrate image

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## Start everything and print the address; Ctrl-C ends it (PORT=8000)
	@PORT=$(PORT) exec $(DEVSTACK) run

stop: ## End what `make run` started in another terminal, or left when it was killed
	@if test -x $(BIN)/python; then $(DEVSTACK) stop; else echo "Nothing runs."; fi

logs: venv ## Show the logs, and go on with what comes (PART=web for one part)
	@$(DEVSTACK) logs $(PART)

test: venv css messages ## Run the whole test suite (ARGS="-k quota -x")
	@$(DEVSTACK) exec --state test --parts postgres,valkey,model,s3,stripe -- $(BIN)/python -m pytest --numprocesses auto --dist loadgroup $(ARGS)

coverage: venv ## Run the suite and say what it covers; reports are in .build/reports (ARGS as for test)
	@mkdir -p .build/reports
	@$(MAKE) --no-print-directory test ARGS="--cov --cov-report=term --cov-report=xml:.build/reports/coverage.xml --junitxml=.build/reports/tests.xml $(ARGS)"

check: lint types check-settings ## Judge everything without running it: lint, types, migrations, settings

check-settings: venv messages ## Judge the migrations against the models, and the settings as production would
	$(DEVSTACK) exec --state test --parts postgres -- $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEVSTACK) exec --state test --parts postgres -- $(BIN)/python tools/migrations.py check
	$(PRODUCTION_LIKE) $(BIN)/python manage.py check --deploy --fail-level WARNING

lint: venv messages ## Judge what is written: format, lint, imports, templates, image, pipelines, cloud, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	@echo "$(BIN)/djlint templates --check"
	@$(BIN)/djlint templates --check --quiet || { echo "Templates are not formatted: make fix" >&2; exit 1; }
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/hadolint Dockerfile infra/pgbouncer/Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/actionlint -shellcheck= -pyflakes= .github/workflows/*.yml
	$(BIN)/zizmor --offline --quiet --persona pedantic --min-severity medium .github
	$(BIN)/python -m infra.policies
	$(BIN)/python tools/messages.py check

types: venv messages ## Check the types
	$(TESTING) $(BIN)/mypy .

fix: venv ## Mend what can be mended without thought: format, lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	-$(BIN)/djlint templates --reformat --quiet

bench: venv css messages ## Measure (NAME=streams runs bench/streams.py; ARGS="…" goes to it)
	@test -n "$(NAME)" || { echo "Say which: make bench NAME=streams (see bench/)" >&2; exit 1; }
	@$(DEVSTACK) exec --state bench --parts postgres,valkey,s3 -- $(BIN)/python -m bench.$(NAME) $(ARGS)

shell: venv ## Open a Django shell on the development data
	@$(DEVSTACK) exec --parts postgres,valkey,s3,stripe,database -- $(BIN)/python manage.py shell

css: venv ## Compile the style sheet
	@$(BIN)/tailwindcss --input huntaze/styles/app.css --output huntaze/static/css/app.css --minify

messages: venv ## Compile the translations
	@$(BIN)/python tools/messages.py compile

lock: venv ## Lock requirements*.in with hashes and see that every platform has wheels (ARGS=--upgrade for newer versions)
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(LOCK) requirements-build.in -c requirements-dev.txt -o requirements-build.txt
	@for platform in $(PLATFORMS); do for version in 3.11 3.14; do \
		echo "wheels for $$platform, Python $$version"; \
		$(BIN)/python -m uv pip install --quiet --dry-run --target .devstack/none --no-deps --no-build \
			--python-platform $$platform --python-version $$version -r requirements-dev.txt || exit 1; \
	done; done

packages-production: ## Install what production needs, and nothing else, into the Python at hand
	$(PYTHON) -m pip install --require-hashes --only-binary :all: --no-deps -r requirements.txt

services: venv ## Start what stands for the cloud, and leave it running: PostgreSQL, Valkey, S3, a model and so on; make stop
	@$(DEVSTACK) start --services

migrate: venv ## Bring the tables of the development data up to date
	@$(DEVSTACK) exec --parts postgres,valkey -- $(BIN)/python -m devstack.management migrate --no-input , ensure_partitions

image: ## Build the image (needs Docker)
	docker build --build-arg REVISION=$$(git rev-parse HEAD) --tag huntaze .

image-steps: venv ## Follow the Dockerfile without an engine, start roles from its tree, and say how large it is (Linux)
	@$(DEVSTACK) exec --state image --parts postgres,valkey,s3 -- $(BIN)/python -m tools.image

venv:
	@$(BOOTSTRAP)
