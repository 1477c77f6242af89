# The verbs of the project; .ci/run calls the same ones.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt docs tsan asan compat fuzz cost budget soak bench memory image-check dist publish install clean setup-swift setup-apt
.PHONY: setup-clients setup-contract clients setup-dashboard dashboard setup-screenshots screenshots bench-dashboard
.PHONY: setup-bench setup-image setup-compat setup-lint prepare lint build build-tsan build-asan build-fuzz build-bench build-peers swift-test contract
.PHONY: cost-check setup-budget budget-check setup-fleet fleet-check

# auto: the Swift of .swift-version, from the PATH or else from swift.org in .swift. system: any Swift of the PATH.
SWIFT ?= auto
export SWIFT
export PATH := $(if $(filter system,$(SWIFT)),,$(CURDIR)/.swift/$(file <.swift-version)/usr/bin:)$(PATH)

APT := libmicrohttpd-dev libcurl4-gnutls-dev libgnutls28-dev libsimdjson-dev libarchive-dev libexpat1-dev zlib1g-dev libpcre2-dev libyaml-dev pkg-config g++ python3 python3-venv curl
LISTEN ?= 127.0.0.1:8080
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
MINUTES ?= 20
# Processes of the contract suite, each with services of its own.
WORKERS ?= 3
# The executable that cost-check and budget-check measure.
BIN ?= .build/release/wdfilterd
# What budget measures, and how many functions it prints of each; default: all, and none.
OPERATIONS ?=
TOP ?= 0
# Of the fuzzer's choices; 0 takes others with each run.
SEED ?= 0
FUZZ ?= Messages Dumps JSON ScenarioFile NativeEvents SysmonEvents HTTP
# Only what a target declares may it import: the arrows of ARCHITECTURE.md.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# As README and the image build what is deployed, which is what is measured.
DEPLOYED := -c release --static-swift-stdlib
# Threads share state in what these test, or libraries call back from threads of theirs. CONTRIBUTING.md has the reasons.
TSAN_TESTS := ChaosTests CommandTests ConsoleTests DriverTests EmbeddedEngineTests JSONThreadTests MicroHTTPDTests \
	NotificationAPITests ReplayCommandTests ReplayTests RuntimeTests TestCommandTests VirtualTimeTests WebhookEngineTests
# C libraries, C++ of ours and pointers are near what these test.
ASAN_TESTS := AccessTests ChaosTests CurlTests DriverJSONTests JSONTests MicroHTTPDTests RecordingsTests ReplayTests \
	ScenarioFileTests WebhookEngineTests YAMLTests
# Those that look at how long timers and connections take run apart: beside a thousand others they would starve.
TIMED_TESTS := RuntimeTests|WebhookEngineTests
TSAN := --sanitize=thread --scratch-path .build-tsan
ASAN := --sanitize=address --scratch-path .build-asan
FUZZER := -c release --scratch-path .build-fuzz --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address
FUZZER += -Xcc -fsanitize=address -Xcxx -fsanitize=address
# Debian's own Python, of which python3-venv is.
PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
# What the service is measured beside, in Benchmarks.
REFERENCES := floor receiver relay curl-loop curl-multi peak ondemand core
SWIFT_SOURCES := Sources Tests Fuzz Benchmarks/Core Benchmarks/Peers Package.swift

help: ## Show the targets.
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: setup-apt setup-swift ## Install missing apt packages and, in .swift, a missing Swift (SWIFT=system never downloads it).

setup-swift:
	@Tools/swift-toolchain check || Tools/swift-toolchain install

setup-apt:
	@command -v dpkg-query >/dev/null || {
	  echo "This is not Debian. Needed are, by Debian's names: $(APT)" >&2
	  echo "The container needs none of them: docker compose -f docker/compose.yaml up --build" >&2
	  exit 1
	}
	packages=($(APT))
	if [[ $(SWIFT) != system ]] && ! Tools/swift-toolchain check; then
	  packages+=($$(Tools/swift-toolchain packages))
	fi
	missing=()
	for package in "$${packages[@]}"; do
	  [[ $$(dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null) == installed ]] || missing+=("$$package")
	done
	if (($${#missing[@]})); then
	  as_root=$$([[ $$(id -u) == 0 ]] || echo sudo)
	  $$as_root apt-get update
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$${missing[@]}"
	fi

setup-bench: APT += wrk jq haproxy
setup-bench: setup

setup-image: APT += buildah mmdebstrap systemd systemd-container iproute2 git debhelper lintian man-db mandoc
setup-image: setup

# To build libmicrohttpd from Debian's sources.
setup-compat: APT += dpkg-dev make
setup-compat: setup

# For openapi-generator.
setup-clients: APT += default-jre-headless
setup-clients: setup

# Only for test and check; the service needs no Python.
.venv/installed: Tests/Contract/requirements.txt Tests/Clients/requirements.txt Tests/Dashboard/requirements.txt .ci/requirements.txt | setup-apt
	@if [[ -L .venv ]]; then
	  echo ".venv is a link: its folder would be emptied. Remove the link." >&2
	  exit 1
	fi
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	touch $@

# Only for bench: the Python of what the service is measured beside.
.build-bench/python/installed: Benchmarks/requirements.txt | setup-bench
	$(PYTHON) -m venv --clear .build-bench/python
	.build-bench/python/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

run: setup ## Build and run the service on 127.0.0.1:8080 (LISTEN=HOST:PORT), with the embedded engine.
	@swift build $(DEPLOYED) --product wdfilterd
	program=$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd
	host=http://$(LISTEN)/v1/hosts/default
	printf '%s\n' '' 'When it is ready, open http://$(LISTEN)/ in a browser, or try from another terminal:' \
	  "  curl -s $$host/processes --json '{\"processId\":584,\"imageFileName\":\"notepad.exe\",\"rules\":[\"NotifyNewThreadSameProcess\"]}'" \
	  "  curl -s $$host/processes/584/threads --json '{\"startAddress\":\"0x7ffbda8844f0\"}'" \
	  "  curl -s $$host/messages" '' "The program is $$program; \`make install\` puts it on the PATH." ''
	exec "$$program" serve --listen $(LISTEN)

prepare: .venv/installed ## Install the requirements of all steps of .ci/run.
	$(MAKE) setup-image
	$(MAKE) setup-compat
	$(MAKE) setup-contract
	$(MAKE) setup-dashboard
	$(MAKE) setup-fleet
	$(MAKE) setup-clients
	$(MAKE) setup-budget

build: setup ## Build everything with the import check; warnings are errors.
	swift build --build-tests $(SWIFT_FLAGS)

swift-test: build ## Run the Swift tests.
	swift test --skip-build $(SWIFT_FLAGS) --parallel --skip '$(TIMED_TESTS)'
	swift test --skip-build $(SWIFT_FLAGS) --filter '$(TIMED_TESTS)'

# The lessons of docs/lessons are run as they stand there.
setup-contract: APT += jq
setup-contract: setup

contract: setup-contract $(if $(WDFILTERD_BIN),,build) .venv/installed ## Run the contract suite against services of its own, in WORKERS=3 processes.
	rm -rf .build/ledgers
	mkdir -p .build/ledgers
	export WDFILTERD_BIN="$${WDFILTERD_BIN:-$(CURDIR)/.build/debug/wdfilterd}"
	# All processes collect the same tests, whatever sets are in their names.
	export PYTHONHASHSEED=0
	pytest=(.venv/bin/pytest -q --ledgers .build/ledgers)
	"$${pytest[@]}" -n $(WORKERS) --dist loadgroup --durations 5 --ignore Tests/Contract/test_bookkeeping.py Tests/Contract
	"$${pytest[@]}" Tests/Contract/test_bookkeeping.py

clients: setup-clients $(if $(WDFILTERD_BIN),,build) .venv/installed ## Generate clients from openapi.yaml and use them.
	export WDFILTERD_BIN="$${WDFILTERD_BIN:-$(CURDIR)/.build/debug/wdfilterd}"
	.venv/bin/pytest -q --durations 5 Tests/Clients

# Chromium, and a font for it.
setup-dashboard: APT += chromium-headless-shell fonts-dejavu-core
setup-dashboard: setup

dashboard: setup-dashboard $(if $(WDFILTERD_BIN),,build) .venv/installed ## Run the browser tests of the page, in two processes.
	export WDFILTERD_BIN="$${WDFILTERD_BIN:-$(CURDIR)/.build/debug/wdfilterd}"
	.venv/bin/pytest -q -n 2 --dist loadgroup --durations 5 Tests/Dashboard

# socat and jq are for the commands of docs/fleet.md.
setup-fleet: APT += haproxy socat jq
setup-fleet: setup

fleet-check: setup-fleet $(if $(WDFILTERD_BIN),,build) .venv/installed ## Test several instances behind HAProxy, in two processes.
	export WDFILTERD_BIN="$${WDFILTERD_BIN:-$(CURDIR)/.build/debug/wdfilterd}"
	.venv/bin/pytest -q -n 2 --durations 5 Tests/Fleet

# pngquant makes the pictures of docs/images small.
setup-screenshots: APT += chromium-headless-shell fonts-dejavu-core pngquant
setup-screenshots: setup

screenshots: setup-screenshots .venv/installed ## Take pictures of the page: all views into .build/dashboard, four into docs/images.
	swift build $(DEPLOYED) --product wdfilterd
	export WDFILTERD_BIN="$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd" PYTHONPATH=Tests/Dashboard:Tests/Contract
	.venv/bin/python -m dashboard.screenshots .build/dashboard docs/images

bench-dashboard: setup-dashboard .venv/installed ## Measure the page: its size, how soon it is ready, what it uses when idle and under load.
	swift build $(DEPLOYED) --product wdfilterd
	export WDFILTERD_BIN="$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd" PYTHONPATH=Tests/Dashboard:Tests/Contract
	.venv/bin/python -m dashboard.bench

test: setup-contract setup-dashboard swift-test contract dashboard ## Run all tests: Swift's, the contract suite, and those of the page.

# The tests of Tools/swift-toolchain sign archives.
setup-lint: APT += gpg gpg-agent
setup-lint: setup

# Only the checker of Debian's package, which would also start a server if it were installed.
.build-prometheus/promtool: | setup-lint
	mkdir -p .build-prometheus
	cd .build-prometheus
	apt-get download -q prometheus
	dpkg-deb -x prometheus_*.deb .
	mv usr/bin/promtool .
	rm -rf prometheus_*.deb etc lib usr var

lint: setup-lint .venv/installed .build-prometheus/promtool ## Run the linters, which do not build anything.
	swift format lint --strict --recursive $(SWIFT_SOURCES)
	for verb in check 'format --check'; do
	  .venv/bin/ruff $$verb Tests/Contract Tests/Clients Tests/Dashboard Tests/Fleet Tests/Image Tests/Cost Tests/Budget
	  .venv/bin/ruff $$verb --config Tests/Contract/pyproject.toml Benchmarks Tools Packaging .ci
	done
	.venv/bin/oxlint --deny-warnings Sources/CDashboard/www $(wildcard Sources/CReport/*.js)
	.venv/bin/shellcheck .ci/run .ci/compat Tools/swift-toolchain Tools/stage docker/fleet.sh
	.venv/bin/pytest -q -p no:cacheprovider .ci Tools Benchmarks
	$(PYTHON) Tools/driver_model.py --check
	.venv/bin/hadolint docker/Dockerfile
	.build-prometheus/promtool check rules docs/alerts.yaml
	schema=(.venv/bin/check-jsonschema -q --builtin-schema)
	for name in vendor.github-workflows custom.github-workflows-require-timeout; do
	  "$${schema[@]}" $$name .github/workflows/*.yml
	done
	"$${schema[@]}" vendor.github-issue-forms .github/ISSUE_TEMPLATE/{bug,feature,fidelity}.yml
	"$${schema[@]}" vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	if grep -rInE '/(work|root|home)/[a-z]' --exclude-dir={'.build*',.git,.swift,.venv,dist,'.*_cache',__pycache__} --exclude=.git .; then
	  echo "Paths of a machine have no place in the project." >&2
	  exit 1
	fi

check: lint build ## Lint, and build with the import check.

fmt: setup .venv/installed ## Format the sources.
	swift format --in-place --recursive $(SWIFT_SOURCES)
	.venv/bin/ruff format Tests/Contract Tests/Clients Tests/Dashboard Tests/Fleet Tests/Image Tests/Cost Tests/Budget
	.venv/bin/ruff format --config Tests/Contract/pyproject.toml Benchmarks Tools Packaging .ci

docs: .venv/installed ## Generate the docs, and the schemas and examples of openapi.yaml that come from the code and from a run.
	swift build --product wdfilterd
	for page in glossary messages; do
	  "$$(swift build --show-bin-path)/wdfilterd" vocabulary --format $$page >docs/$$page.md
	done
	"$$(swift build --show-bin-path)/wdfilterd" vocabulary --format schemas >.build/schemas.yaml
	sed -i -e '/^    # From the tables of the driver/,/^    # End of what is printed/{//!d}' \
	  -e '/^    # From the tables of the driver/r .build/schemas.yaml' openapi.yaml
	WDFILTERD_BIN="$$(swift build --show-bin-path)/wdfilterd" PYTHONPATH=Tests/Contract .venv/bin/python -m contract.answers
	$(PYTHON) Tools/driver_model.py

build-tsan tsan: export WDFILTERD_TESTS = $(TSAN_TESTS)
build-tsan: setup
	swift build --build-tests $(TSAN)

tsan: build-tsan ## Run the tests that use threads under the thread sanitizer, one by one: it makes each several times slower.
	swift test --skip-build $(TSAN) --no-parallel

build-asan asan: export WDFILTERD_TESTS = $(ASAN_TESTS)
build-asan: setup
	swift build --build-tests $(ASAN)

asan: build-asan ## Run the tests close to C under the address sanitizer, which also finds leaks.
	# Processes that tests start print nothing, so their reports go to files.
	rm -f .build-asan/report.*
	trap 'cat .build-asan/report.* 2>/dev/null || true' EXIT
	export ASAN_OPTIONS=log_path=$(CURDIR)/.build-asan/report
	swift test --skip-build --disable-xctest $(ASAN) --no-parallel

compat: setup-compat build ## Run the tests that depend on libmicrohttpd with the versions of Debian sid and 13.
	.ci/compat sid trixie

build-fuzz: export WDFILTERD_FUZZ = 1
build-fuzz: setup
	for target in $(FUZZ); do swift build $(FUZZER) --product "Fuzz$$target"; done

fuzz: build-fuzz ## Run each fuzz target for SECONDS=60 seconds (SEED=0 picks a seed), up to the first finding, which is kept in .build-fuzz.
	export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=malloc_context_size=0
	bin=.build-fuzz/release
	for target in $(FUZZ); do
	  corpus=.build-fuzz/corpus/$$target
	  mkdir -p "$$corpus"
	  echo "==> $$target"
	  "$$bin/Fuzz$$target" -max_total_time=$(SECONDS) -seed=$(SEED) -max_len=4096 -dict="Fuzz/$$target/words.dict" \
	    -timeout=20 -print_final_stats=1 -artifact_prefix=".build-fuzz/$$target-" "$$corpus" "Fuzz/$$target/corpus" || {
	    echo "$$target has a finding. To see it again: $$bin/Fuzz$$target INPUT, the input that is named above." >&2
	    exit 1
	  }
	done

cost-check: .venv/installed ## Check the costs of all operations of the executable BIN against their bounds.
	WDFILTERD_BIN=$(BIN) .venv/bin/pytest -q --tb=short Tests/Cost

cost: setup .venv/installed ## Measure what every operation costs its client and all others, at the documented limits.
	swift build $(DEPLOYED) --product wdfilterd
	$(MAKE) cost-check BIN="$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd"

setup-budget: APT += valgrind
setup-budget: setup

budget-check: setup-budget .venv/installed ## Compare the instructions and allocations of the executable BIN with their budgets.
	.venv/bin/pytest -q -p no:cacheprovider Tests/Budget
	PYTHONPATH=Tests/Budget .venv/bin/python -m budget $(BIN)

budget: setup-budget .venv/installed ## Measure instructions and allocations of OPERATIONS, print their TOP=0 functions, and write the budgets.
	swift build $(DEPLOYED) --product wdfilterd
	program=$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd
	PYTHONPATH=Tests/Budget .venv/bin/python -m budget "$$program" $(OPERATIONS) --write --top $(TOP)

soak: setup .venv/installed ## Run a mixed load with faults of every kind against the service for MINUTES=20.
	swift build $(DEPLOYED) --product wdfilterd
	export WDFILTERD_BIN="$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd" PYTHONPATH=Tests/Cost:Tests/Contract
	.venv/bin/python Tests/Cost/soak.py --minutes $(MINUTES)

# Benchmarks/README.md says what each is the minimum of.
.build-bench/%: Benchmarks/%.c $(wildcard Benchmarks/*.h) | setup-bench
	mkdir -p $(@D)
	cc -O2 -Wall -Wextra -Werror -o $@ $< -Wl,--as-needed -lmicrohttpd -lcurl

.build-bench/ondemand: OPTIMIZED := -O3
.build-bench/%: OPTIMIZED := -O2
.build-bench/%: Benchmarks/%.cpp | setup-bench
	mkdir -p $(@D)
	g++ -std=c++17 $(OPTIMIZED) -Wall -Wextra -Werror -o $@ $< $$(pkg-config --cflags --libs simdjson) -pthread

build-bench: $(addprefix .build-bench/,$(REFERENCES)) .build-bench/python/installed
	swift build $(DEPLOYED) --product wdfilterd
	WDFILTERD_BENCH=1 swift build $(DEPLOYED) --product BenchCore

# Hummingbird and its packages take minutes, and only bench-peers needs them.
build-peers: PEERS := $(DEPLOYED) --package-path Benchmarks/Peers --scratch-path .build-peers
build-peers: setup-bench
	swift build $(PEERS)
	mkdir -p .build-bench
	cp "$$(swift build $(PEERS) --show-bin-path)/HummingbirdPeer" .build-bench/hummingbird

# Some or all benchmarks; $(1) are names.
run_bench = PYTHONPATH=Benchmarks:Tests/Fleet $(PYTHON) -m bench $(1) --wdfilterd "$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd" \
	--built .build-bench --python .build-bench/python/bin/python $(if $(BEFORE),--before $(BEFORE))

bench: build-bench ## Compare the service with programs that do the least (Benchmarks/README.md): writes Benchmarks/RESULTS.md.
	$(call run_bench)

# Without a description, because `help` knows no patterns: bench-async, bench-scale and so on run one.
bench-%: build-bench
	$(call run_bench,$*)

bench-peers: build-peers

memory: build-bench ## Measure the memory of a host after each of ten million events, and of replays up to 2.4 GB.
	$(call run_bench,memory replay-memory)

dist: setup-image ## As root: make the archives of a release in dist/: program, Debian package, image, SBOM, checksums.
	@[[ $$(id -u) == 0 ]] || {
	  echo "It mounts file systems: run it as root." >&2
	  exit 1
	}
	rm -rf .build-image dist
	trap 'rm -rf .build-image' EXIT
	mkdir .build-image
	PYTHONPATH=Packaging unshare --mount --pid --fork --kill-child --mount-proc $(PYTHON) -m release .build-image dist

publish: ## Draft the release of VERSION on GitHub, with its section of the changelog and the files of dist/ (needs gh).
	@version=$$(sed -n 's/.*static let current = "\(.*\)"/\1/p' Sources/Console/Version.swift)
	if [[ $$version == *-dev ]]; then
	  echo "$$version is not a release: CONTRIBUTING.md has the steps." >&2
	  exit 1
	fi
	(cd dist && sha256sum --check --quiet SHA256SUMS)
	awk -v heading="## [$$version]" 'index($$0, heading) == 1 { on = 1; next } /^## / { on = 0 } on' CHANGELOG.md |
	  gh release create "v$$version" --draft --verify-tag --title "wdfilterd $$version" --notes-file - dist/*

image-check: setup-image .venv/installed ## As root: build the image, run it, install the Debian package; KEEP=FOLDER copies what dist makes.
	@[[ $$(id -u) == 0 ]] || {
	  echo "It mounts file systems: run it as root." >&2
	  exit 1
	}
	rm -rf .build-image
	trap 'rm -rf .build-image' EXIT
	mkdir .build-image
	# Whatever is mounted or started in there is gone when this ends, however it ends.
	WDFILTERD_KEEP="$(KEEP)" unshare --mount --pid --fork --kill-child --mount-proc .venv/bin/pytest -q --durations=3 Tests/Image

install: setup ## Install program, man pages and completions below PREFIX=/usr/local (DESTDIR is put before it).
	@swift build $(DEPLOYED) --product wdfilterd
	rm -rf .build/stage
	Tools/stage "$$(swift build $(DEPLOYED) --show-bin-path)/wdfilterd" .build/stage
	as_root=sudo
	if [[ $$(id -u) == 0 ]] || { mkdir -p "$(DESTDIR)$(PREFIX)" && [[ -w $(DESTDIR)$(PREFIX) ]]; } 2>/dev/null; then
	  as_root=
	fi
	$$as_root mkdir -p "$(DESTDIR)$(PREFIX)"
	$$as_root cp -R .build/stage/. "$(DESTDIR)$(PREFIX)"
	echo "Installed $(DESTDIR)$(PREFIX)/bin/wdfilterd with its man pages and completions."

clean: ## Remove everything built and installed in this directory.
	rm -rf dist .swift .build .build-tsan .build-asan .build-fuzz .build-bench .build-peers .build-ci .build-compat .build-image .venv
