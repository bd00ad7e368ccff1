# What can be done here. CI does "make check".
FUZZTIME ?= 10s
LINT := go tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := help
.PHONY: help run build test test-browser check vet lint fmt docs bench fuzz cover clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Run everything on this machine; data is kept in ./data
	@scripts/get-postgres
	exec bin/trivet standalone

build: ## Build the programs into ./bin
	go build -o bin/ ./cmd/...

test: ## Run every test, with a real Postgres and a real NATS, and the race detector where there is a C compiler
	@scripts/get-postgres
	go run ./scripts/with-postgres go test $$(scripts/race) ./...

test-browser: ## Run the tests with real clients: Chromium, and the SDKs as npm and Go have them
	@scripts/get-postgres
	@scripts/get-browser
	go vet -tags browser ./test/browser
	go test -tags browser -count=1 -timeout 10m ./test/browser

check: build vet lint test docs ## Do what CI does

vet: ## Look for mistakes with go vet
	go vet ./...

lint: ## Look for mistakes and bad style with golangci-lint (its first build takes minutes)
	$(LINT) run

fmt: ## Format the code
	$(LINT) fmt

docs: ## Write docs/ and the texts of the OpenAPI document from the code and fail when that changed it
	go test ./docs -count=1 -update
	git diff --exit-code docs pkg/query/members.json

bench: ## Measure; the figures in the README come from this
	@scripts/get-postgres
	go run ./pkg/bench

fuzz: ## Run each fuzz target for FUZZTIME
	scripts/fuzz $(FUZZTIME)

cover: ## Run every test and show which functions it reaches how far
	@scripts/get-postgres
	go run ./scripts/with-postgres go test -coverpkg=./pkg/...,./schema -coverprofile=cover.out ./...
	go tool cover -func=cover.out

clean: ## Remove what was built; keeps ./data and ./.tools
	rm -rf bin cover.out
