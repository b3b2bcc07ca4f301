# Mortise: build, test, measure. `make` alone explains itself.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c

GO      ?= go
MODULES := . conformance benchmarks $(patsubst %/go.mod,%,$(wildcard adapters/*/go.mod examples/*/go.mod))
SOURCES  = find . -name '*.go' -not -path '*/testdata/*' -not -path '*/node_modules/*' -not -path './.*'
LINT    := .tools/golangci-lint
VERDICT := .tools/verdict
FUZZ    ?= 20s

# The test vectors of others lie outside the repository, where there are any.
MORTISE_VECTORS ?= $(abspath $(wildcard ../shared/vectors))
export MORTISE_VECTORS

# Every module stands alone, whatever go.work a person keeps, and builds whoever
# owns the checkout.
export GOWORK  := off
export GOFLAGS := $(strip $(shell $(GO) env GOFLAGS) -buildvcs=false)

.DELETE_ON_ERROR:
.PHONY: help test tools lint fmt quick race plain jsonv2 judged fuzz bench quotes clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: export MORTISE_FULL = 1
test: ## Install what is missing, then run everything; skips fail
	rm -rf .results
	$(MAKE) tools
	$(MAKE) lint
	$(MAKE) race
	$(MAKE) plain
	$(MAKE) jsonv2
	$(MAKE) judged

quick: ## Run what needs Go alone
	$(GO) test ./...

tools: ## Install what is missing: browser, npm packages, linter
	.ci/tools
	$(MAKE) $(LINT) $(VERDICT)

lint: $(LINT) ## Check format, vet, lint and go.mod in every module
	@echo '== gofmt'; files=$$($(SOURCES) -exec gofmt -l {} +); if [ -n "$$files" ]; then echo "$$files"; exit 1; fi
	@for m in $(MODULES); do echo "== lint $$m"; \
		(cd $$m && $(GO) vet ./... && $(GO) mod tidy -diff && \
		 $(CURDIR)/$(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

# One run of the tests of every module, judged as it goes, kept in .results.
# The module's folder is its name there; the root is called root.
define run
	@mkdir -p .results
	@for m in $(3); do echo "== $(1) $$m"; \
		$(2) $(GO) -C $$m test -json $(4) ./... | tee ".results/$(1)-$${m//[.\/]/_}.json" | $(CURDIR)/$(VERDICT); done
endef

race: $(VERDICT) ## Run the tests of every module, shuffled, under the race detector
	$(call run,race,,$(MODULES),-race -shuffle=on)

plain: $(VERDICT) ## Run them again without it: allocation budgets
	$(call run,plain,,$(filter-out conformance,$(MODULES)),)

jsonv2: $(VERDICT) ## Run them again on the standard library's JSON v2
	$(call run,jsonv2,GOEXPERIMENT=jsonv2,.,-shuffle=on)

judged: $(VERDICT) ## Fail if a test was skipped in every run so far
	@$(VERDICT) .results/*.json

fuzz: ## Run each fuzz target for FUZZ (20s)
	@for m in $(MODULES); do for p in $$($(GO) -C $$m list ./...); do \
		for f in $$($(GO) -C $$m test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
			echo "== $$p $$f"; $(GO) -C $$m test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZ) $$p; done; done; done

bench: ## Print times as ratios to the handler written by hand
	$(GO) -C benchmarks run ./ratio

fmt: ## Format every Go file
	$(SOURCES) -exec gofmt -l -w {} +

quotes: ## Refresh the code that README.md and docs quote
	$(GO) run ./internal/house/quotes

clean: ## Remove what was built, fetched or left behind
	rm -rf .tools .results conformance/node/node_modules conformance/node/runtime

$(LINT): tools/go.mod tools/go.sum
	@mkdir -p .tools
	GOBIN=$(abspath .tools) $(GO) -C tools install github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

$(VERDICT): internal/house/results.go internal/house/verdict/main.go
	@mkdir -p .tools
	$(GO) build -o $@ ./internal/house/verdict
