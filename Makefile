# The verbs of the project; .ci/run calls the same ones.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt docs tsan asan fuzz bench memory image-check clean setup-swift setup-apt setup-bench
.PHONY: setup-image

APT := libmicrohttpd-dev libcurl4-gnutls-dev libgnutls28-dev libsimdjson-dev libarchive-dev pkg-config g++ python3 python3-venv curl
LISTEN ?= 127.0.0.1:8080
SECONDS ?= 60
# Of the fuzzer's choices; 0 takes others with each run.
SEED ?= 0
FUZZ ?= Messages JSON NativeEvents SysmonEvents HTTP
# Only what a target declares may it import: the arrows of ARCHITECTURE.md.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
# As README and the image build what is deployed, which is what is measured.
DEPLOYED := -c release --static-swift-stdlib
# Debian's own Python, of which python3-venv is.
PYTHON := $(firstword $(wildcard /usr/bin/python3) python3)
SWIFT_SOURCES := Sources Tests Fuzz Package.swift

help: ## Show the verbs.
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 15

setup: setup-swift setup-apt ## Install what is missing from apt; tell when Swift is.

setup-swift:
	@command -v swift >/dev/null || {
	  echo "Swift $$(cat .swift-version) is not on the PATH. Install it: https://www.swift.org/install/linux/" >&2
	  exit 1
	}

setup-apt:
	@command -v dpkg-query >/dev/null || {
	  echo "This is not Debian. Needed are, by Debian's names: $(APT)" >&2
	  exit 1
	}
	missing=()
	for package in $(APT); do
	  [[ $$(dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null) == installed ]] || missing+=("$$package")
	done
	if (($${#missing[@]})); then
	  as_root=$$([[ $$(id -u) == 0 ]] || echo sudo)
	  $$as_root apt-get update
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$${missing[@]}"
	fi

setup-bench: APT += wrk jq
setup-bench: setup

setup-image: APT += buildah mmdebstrap systemd systemd-container iproute2 git
setup-image: setup

# Only for test and check; the service needs no Python.
.venv/installed: Tests/Contract/requirements.txt .ci/requirements.txt | setup-apt
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	touch $@

# Only for bench: what the service is measured beside.
.build-bench/installed: Benchmarks/requirements.txt | setup-bench
	$(PYTHON) -m venv --clear .build-bench
	.build-bench/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

run: setup ## Build and run the service on 127.0.0.1:8080 (LISTEN=HOST:PORT), with the embedded engine.
	@swift build -c release --product wdfilterd
	host=http://$(LISTEN)/v1/hosts/default
	printf '%s\n' '' 'Once it listens, try from another terminal:' \
	  "  curl -s $$host/processes --json '{\"processId\":584,\"imageFileName\":\"notepad.exe\",\"rules\":[\"NotifyNewThreadSameProcess\"]}'" \
	  "  curl -s $$host/processes/584/threads --json '{\"startAddress\":\"0x7ffbda8844f0\"}'" \
	  "  curl -s $$host/messages" ''
	exec "$$(swift build -c release --show-bin-path)/wdfilterd" serve --listen $(LISTEN)

test: setup .venv/installed ## Run all tests: Swift's, then the contract suite against a running service.
	swift build $(SWIFT_FLAGS)
	# Those that look at how long timers and connections take run apart: beside a thousand others they would starve.
	swift test $(SWIFT_FLAGS) --parallel --skip 'RuntimeTests|WebhookEngineTests'
	swift test $(SWIFT_FLAGS) --skip-build --filter 'RuntimeTests|WebhookEngineTests'
	WDFILTERD_BIN="$$(swift build --show-bin-path)/wdfilterd" .venv/bin/pytest -q Tests/Contract

check: setup .venv/installed ## Lint, and build with the import check; warnings are errors.
	swift format lint --strict --recursive $(SWIFT_SOURCES)
	for verb in check 'format --check'; do
	  .venv/bin/ruff $$verb Tests/Contract Tests/Image
	  .venv/bin/ruff $$verb --config Tests/Contract/pyproject.toml Benchmarks
	done
	.venv/bin/shellcheck .ci/run
	.venv/bin/hadolint docker/Dockerfile
	if grep -rInE '/(work|root|home)/[a-z]' --exclude-dir={'.build*',.git,.venv,'.*_cache',__pycache__} .; then
	  echo "Paths of a machine have no place in the project." >&2
	  exit 1
	fi
	swift build $(SWIFT_FLAGS)

fmt: setup .venv/installed ## Format the sources.
	swift format --in-place --recursive $(SWIFT_SOURCES)
	.venv/bin/ruff format Tests/Contract Tests/Image
	.venv/bin/ruff format --config Tests/Contract/pyproject.toml Benchmarks

docs: ## Print the pages of docs that follow from the code.
	swift build --product wdfilterd
	for page in glossary messages; do
	  "$$(swift build --show-bin-path)/wdfilterd" vocabulary --format $$page >docs/$$page.md
	done

tsan: setup ## Run the Swift tests under the thread sanitizer, one by one: it makes each several times slower.
	swift test --sanitize=thread --scratch-path .build-tsan --no-parallel

asan: setup ## Run the tests of what is near C, and the chaos test, under the address sanitizer, which looks for leaks too.
	# Without XCTest, of which there are no tests: its runner leaks.
	swift test --disable-xctest --sanitize=address --scratch-path .build-asan --no-parallel \
	  --filter 'ChaosTests|JSONTests|MicroHTTPDTests|RecordingsTests|ReplayTests|WebhookEngineTests'

fuzz: setup ## Run each fuzz target for SECONDS=60 seconds (SEED=0 picks a seed), up to the first finding, which is kept in .build-fuzz.
	flags=(-c release --scratch-path .build-fuzz --sanitize=fuzzer -Xswiftc -sanitize=fuzzer,address)
	flags+=(-Xcc -fsanitize=address -Xcxx -fsanitize=address)
	export WDFILTERD_FUZZ=1 SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=malloc_context_size=0
	for target in $(FUZZ); do swift build "$${flags[@]}" --product "Fuzz$$target"; done
	bin=$$(swift build "$${flags[@]}" --show-bin-path)
	for target in $(FUZZ); do
	  corpus=.build-fuzz/corpus/$$target
	  mkdir -p "$$corpus"
	  echo "==> $$target"
	  "$$bin/Fuzz$$target" -max_total_time=$(SECONDS) -seed=$(SEED) -max_len=4096 -dict="Fuzz/$$target/words.dict" -timeout=20 \
	    -print_final_stats=1 -artifact_prefix=".build-fuzz/$$target-" "$$corpus" "Fuzz/$$target/corpus" || {
	    echo "$$target has a finding. To see it again: $$bin/Fuzz$$target INPUT, the input that is named above." >&2
	    exit 1
	  }
	done

bench: setup-bench .build-bench/installed ## Measure the service beside the least there is, live streams, hostile clients, replays.
	swift build $(DEPLOYED) --product wdfilterd
	bin=$$(swift build $(DEPLOYED) --show-bin-path)
	cc -O2 -o "$$bin/floor" Benchmarks/floor.c -lmicrohttpd
	$(PYTHON) Benchmarks/run.py --service "$$bin/wdfilterd" --floor "$$bin/floor"
	$(PYTHON) Benchmarks/streams.py --service "$$bin/wdfilterd"
	$(PYTHON) Benchmarks/dribble.py --service "$$bin/wdfilterd"
	g++ -std=c++17 -O3 -o "$$bin/ondemand" Benchmarks/ondemand.cpp $$(pkg-config --cflags --libs simdjson) -pthread
	$(PYTHON) Benchmarks/replay.py --service "$$bin/wdfilterd" --ondemand "$$bin/ondemand" --python .build-bench/bin/python

memory: setup ## Measure the memory of a host after each of ten million events, and of replays up to 2.4 GB.
	swift build $(DEPLOYED) --product wdfilterd
	bin=$$(swift build $(DEPLOYED) --show-bin-path)
	$(PYTHON) Benchmarks/memory.py --service "$$bin/wdfilterd"
	$(PYTHON) Benchmarks/replay_memory.py --service "$$bin/wdfilterd"

image-check: setup-image .venv/installed ## As root: build the image, run it as the compose file says, boot a systemd with the units.
	@[[ $$(id -u) == 0 ]] || {
	  echo "It mounts file systems: run it as root." >&2
	  exit 1
	}
	rm -rf .build-image
	trap 'rm -rf .build-image' EXIT
	mkdir .build-image
	# Whatever is mounted or started in there is gone when this ends, however it ends.
	unshare --mount --pid --fork --kill-child --mount-proc .venv/bin/pytest -q --durations=3 Tests/Image

clean: ## Remove what was built and installed here.
	rm -rf .build .build-tsan .build-asan .build-fuzz .build-bench .build-image .venv
