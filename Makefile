# Sosin: what a developer and the machine that checks changes run. "make" alone prints the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# Packages tested at the same time, and how long one may take: meant for two cores under the race detector.
P ?= 2
TIMEOUT ?= 15m
# Which packages are looked at and tested; for instance make race PKG=./flows/...
PKG ?= ./...
# How long each fuzz target runs in "test" and in "fuzz".
FUZZ_SHORT ?= 5s
FUZZ_LONG ?= 5m

# Screenshots, logs and whatever else a person may want to look at after a run.
export SOSIN_ARTEFACTS := $(CURDIR)/.artefacts

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: test
test: tools lint race measure fuzzshort ## everything: tools, format, vet, staticcheck, all tests with the race detector, short fuzzing; no test may be skipped
	@echo "all good"

.PHONY: quick
quick: artefacts ## tests without the race detector and without a browser; skips are only counted
	@go test -v -short -p $(P) -timeout $(TIMEOUT) $(PKG) 2>&1 | tee $(SOSIN_ARTEFACTS)/quick.log | awk -v allow=1 -f .ci/verdict.awk

.PHONY: race
race: artefacts tools ## all tests with the race detector, none skipped
	@CGO_ENABLED=1 go test -v -race -count=1 -p $(P) -timeout $(TIMEOUT) $(PKG) 2>&1 | tee $(SOSIN_ARTEFACTS)/test.log | awk -f .ci/verdict.awk

.PHONY: measure
measure: ## the risk scan trained and measured on sentences it was not trained on (too slow under the race detector)
	@go test -count=1 -run 'TestCrossValidation' ./flows/risk

.PHONY: lint
lint: ## gofmt, go vet, staticcheck
	@wrong=$$(gofmt -l .)
	if [ -n "$$wrong" ]; then
		echo "not formatted, run make fmt:"
		echo "$$wrong"
		exit 1
	fi
	go vet $(PKG)
	go tool staticcheck $(PKG)

.PHONY: fuzzshort
fuzzshort:
	@.ci/fuzz $(FUZZ_SHORT) $(PKG)

.PHONY: fuzz
fuzz: ## fuzz every target for five minutes (FUZZ_LONG=1h for longer)
	@.ci/fuzz $(FUZZ_LONG) $(PKG)

.PHONY: soak
soak: artefacts tools ## the long loops: the same tests with SOSIN_LONG=1, up to three hours a package
	@SOSIN_LONG=1 CGO_ENABLED=1 go test -v -race -count=1 -p 1 -timeout 3h $(PKG) 2>&1 | tee $(SOSIN_ARTEFACTS)/soak.log | awk -f .ci/verdict.awk

.PHONY: bench
bench: tools ## turns per second of the whole program, against the ceiling measured in the same run
	go test -run '^$$' -bench Sosin -benchtime 1x -timeout 30m ./cmd/sosin/...

.PHONY: demo
demo: ## everything on this machine, nothing to configure; prints what to open
	go run ./cmd/sosin demo

.PHONY: build
build: ## the program, as bin/sosin
	CGO_ENABLED=0 go build -trimpath -o bin/sosin ./cmd/sosin

.PHONY: fmt
fmt: ## format the code
	gofmt -w .

.PHONY: tools
tools:
	@.ci/tools

.PHONY: artefacts
artefacts:
	@mkdir -p $(SOSIN_ARTEFACTS)

.PHONY: clean
clean: ## remove builds and what tests left
	rm -rf bin .artefacts
