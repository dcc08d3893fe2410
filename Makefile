# The commands of the repository. Each one sets up what it needs: nothing has to be installed by hand before.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run demo build test interop bench fuzz lint format check setup

# What is built: release for what runs, debug for what is tested.
CONFIGURATION ?= release
# Where `make run` keeps its database, keys and the administrator's token.
STATE ?= ./var
# The formatter's; Examples by name, because each has a .build folder of its own.
SWIFT_FILES = Package.swift Sources Tests $(wildcard Examples/*/Package.swift Examples/*/Sources)
# Tests that speak to sockets and processes run after the others, so that those do not starve them on two cores.
REAL_TIME = ^(GatehouseServerTests|HTTPFetchTests|ProcessTests|FederationTests)\.
GATEHOUSE = .build/$(CONFIGURATION)/gatehouse

help:  ## Show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: build  ## Serve the development setup on http://127.0.0.1:8080, with everything it needs
	exec $(GATEHOUSE) serve --dev --state $(STATE)

demo: build  ## Walk the main job end to end without a person
	$(GATEHOUSE) demo

build:  ## Build the program: .build/release/gatehouse (CONFIGURATION=debug for the other)
	@scripts/setup build
	swift build --configuration $(CONFIGURATION) --product gatehouse

test:  ## Run every test that needs nothing from outside (FILTER=Name for some)
	@scripts/setup build test
	swift build --build-tests
ifdef FILTER
	swift test --skip-build --filter '$(FILTER)'
else
	swift test --skip-build --skip '$(REAL_TIME)'
	swift test --skip-build --filter '$(REAL_TIME)'
endif

interop: build  ## Run third-party clients and providers against the program
	@scripts/setup interop
	scripts/interop $(GATEHOUSE)

bench: build  ## Measure the program (BENCH='--seconds 5' goes to Benchmarks/bench.py)
	@scripts/setup bench
	python3 Benchmarks/bench.py --binary $(GATEHOUSE) $(BENCH)

fuzz:  ## Run the tests with random input again and again (SECONDS_EACH=60)
	@scripts/setup build test
	swift build --build-tests
	scripts/fuzz

lint:  ## Check form: the formatter's rules, and the house rules that it does not know
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	scripts/lint-house

format:  ## Put all Swift files into form
	swift format format --in-place --parallel --recursive $(SWIFT_FILES)

check:  ## Everything that CI does
	.ci/run

setup:  ## Install what building and testing need
	@scripts/setup build test
