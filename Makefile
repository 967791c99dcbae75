# Every target sets up what it needs and may be run again at any time.
SWIFT ?= swift
PREFIX ?= /usr/local
# The tag of `make image`, and what builds it.
IMAGE ?= stickler:latest
BUILDER ?= $(firstword $(foreach tool,docker podman buildah,$(if $(shell command -v $(tool)),$(tool))))
# The folder of the programs that `make image-test` puts into it.
PROGRAMS ?= $(bin)
# What speaks to your cluster.
KUBECTL ?= kubectl
DESTDIR ?=
# How long `make fuzz` runs each fuzzer.
FUZZ_SECONDS ?= 600
# How the names of the scenarios begin that `make lab` plays (SCENARIO=A10); where it keeps its captures (KEEP=DIR).
SCENARIO ?=
KEEP ?= $(if $(SCENARIO),lab-$(SCENARIO))
# LIVE=1 has `stickler watch` capture in the lab, PAIR=1 agents and a collector, and holds what they say against `analyze`.
LIVE ?=
PAIR ?=
# Options of scripts/bench.py, such as --packets 1000000, or of scripts/bench-live.
BENCH ?=
# Options of scripts/soak, such as --seconds 60.
SOAK ?=

bin = .build/release
# Targets of SwiftPM, by the folders that hold a program for users; the workbench is for us.
programs = $(filter-out stickler-workbench,$(notdir $(patsubst %/,%,$(sort $(dir $(wildcard Sources/stickler*/*.swift))))))
release = $(SWIFT) build -c release --static-swift-stdlib
export SWIFT

.DEFAULT_GOAL = help
.PHONY: help run client kubectl apply-deployment apply-service node-scaleup clean-cluster test lab lab-shell build bench bench-collect bench-live soak fuzz sanitize format lint install reproducible image image-test set-up set-up-test

help: ## show this list
	@echo 'Stickler: did your cluster keep its UDP clients with their pods?'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

set-up:
	@scripts/set-up build

set-up-test:
	@scripts/set-up test

run: set-up ## install what is missing, build, and judge the sample captures
	$(release) --product stickler
	@scripts/run-samples $(bin)/stickler

client: set-up ## ask the service of env.list as the affinity tester does, until interrupted
	@$(release) --product stickler-client
	@$(bin)/stickler-client affinity --wire maartensmagic --style affinity-tester --env-file env.list

# Prints a manifest of the affinity tester with our image in it, for kubectl.
affinity_manifest = sed 's|image: stickler$$|image: $(IMAGE)|' k8s/systems/affinity-tester

kubectl:
	@command -v $(firstword $(KUBECTL)) >/dev/null || \
	  { echo 'stickler: $(firstword $(KUBECTL)) is missing; install it as https://kubernetes.io/docs/tasks/tools/ says' >&2; exit 3; }

apply-deployment: kubectl ## on your cluster: the affinity tester's pods, from IMAGE
	$(affinity_manifest)/deployment.yaml | $(KUBECTL) apply -f -

apply-service: kubectl ## on your cluster: their Service, whose address goes into env.list
	$(KUBECTL) apply -f k8s/systems/affinity-tester/service.yaml

node-scaleup: kubectl ## on your cluster: pods that make its autoscaler add nodes
	$(affinity_manifest)/node-scaleup.yaml | $(KUBECTL) apply -f -

clean-cluster: kubectl ## take all of that off your cluster
	$(KUBECTL) delete --ignore-not-found -f k8s/systems/affinity-tester/service.yaml \
	  -f k8s/systems/affinity-tester/deployment.yaml -f k8s/systems/affinity-tester/node-scaleup.yaml

by_the_clock = LiveTests|AgentTests

# The tests of the model and the recordings take a sixth of the time so; see Package.swift.
test: export STICKLER_TESTS = optimized
test: set-up-test ## install what is missing, build, and run the tests
	@# Those that hold a live capture against the clock run by themselves: beside all others they wait for a processor.
	$(SWIFT) test --disable-xctest --filter '$(by_the_clock)'
	$(SWIFT) test --disable-xctest --skip '$(by_the_clock)'

lab: set-up-test ## as root: real failures on a cluster of network namespaces, and what is said of them (SCENARIO=A10)
	$(release)
	@Tests/Lab/lab $(SCENARIO) $(if $(LIVE),--live) $(if $(PAIR),--pair) $(if $(KEEP),--keep '$(KEEP)')

lab-shell: set-up-test ## as root: leave such a cluster up to play with
	$(release)
	@Tests/Lab/lab --shell

build: set-up ## build the programs into .build/release
	$(release)

bench: build set-up-test ## measure against tcpdump, libpcap and tshark (BENCH='--packets N --rounds N --only NAME')
	@$(bin)/AllocationCheck
	@scripts/bench.py $(BENCH)
	@scripts/bench-echo

bench-collect: build ## measure how many observations a second a collector takes on one processor
	@scripts/bench-collect $(BENCH)

soak: set-up-test ## ten minutes of an agent and a collector at 50,000 packets/s, as root (SOAK='--seconds N')
	$(release)
	@scripts/soak $(SOAK)

bench-live: build set-up-test ## measure watch against tcpdump on live packets, as root (BENCH='--rates N,N --rounds N')
	@scripts/bench-live $(BENCH)

fuzz: set-up-test ## run every fuzzer for FUZZ_SECONDS each
	@scripts/fuzz $(FUZZ_SECONDS)

sanitize: set-up-test ## run the tests under the address and the thread sanitizer
	@scripts/sanitize address thread

format: ## lay out the code as .swift-format says
	$(SWIFT) format -i -r -p Sources Tests Package.swift

lint: ## check layout, and that every room imports only what it may
	$(SWIFT) format lint --strict -r -p Sources Tests Package.swift
	@scripts/check-rooms

# Hashes that the compiler and the linker make of where they ran: without them two builds are the same to the bit, as
# `make reproducible` sees. No part of what a program does.
not_of_the_program = -R .swift_modhash -R .note.gnu.build-id

# The pages and completions are written by the programs themselves. `sudo make install` often finds no Swift in root's
# path: then what was built before is installed.
install: ## install programs, manual pages and completions under PREFIX (and DESTDIR)
	@if command -v $(SWIFT) >/dev/null || [ ! -x $(bin)/$(firstword $(programs)) ]; then $(MAKE) build; fi
	@test -n '$(programs)' || { echo 'stickler: there is no program to install yet' >&2; exit 3; }
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1' \
	  '$(DESTDIR)$(PREFIX)/share/bash-completion/completions' \
	  '$(DESTDIR)$(PREFIX)/share/zsh/site-functions' \
	  '$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d'
	@set -e; for program in $(programs); do \
	  echo "installing $$program"; \
	  install -m 755 $(bin)/$$program '$(DESTDIR)$(PREFIX)/bin/'; \
	  strip $(not_of_the_program) '$(DESTDIR)$(PREFIX)/bin/'$$program; \
	  $(bin)/$$program --man-pages '$(DESTDIR)$(PREFIX)/share/man/man1'; \
	  $(bin)/$$program --completions bash >'$(DESTDIR)$(PREFIX)/share/bash-completion/completions/'$$program; \
	  $(bin)/$$program --completions zsh >'$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_'$$program; \
	  $(bin)/$$program --completions fish >'$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/'$$program.fish; \
	done

reproducible: set-up ## build twice, in different folders, and compare what is installed to the bit
	@scripts/check-reproducible

image: ## build the container image as IMAGE, with docker, podman or buildah
	@test -n '$(BUILDER)' || { echo 'stickler: docker, podman or buildah is needed' >&2; exit 3; }
	$(BUILDER) build $(if $(filter docker,$(notdir $(BUILDER))),,--format docker) -t '$(IMAGE)' .

image-test: ## as root: the image's last stage, built by buildah on a Debian of its own, and PROGRAMS run in it
	@scripts/set-up image
	@scripts/image-test $(PROGRAMS)
