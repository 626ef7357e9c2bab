# Each verb is a script of the same name in script/.
.DEFAULT_GOAL := help
.PHONY: demo test test-quick attack check fmt bench fuzz build dist dist-check clean help

demo: ## set up, build, deploy and invoke the example application with the AWS CLI
	@script/demo

test: ## run every test
	@script/test

test-quick: ## build, run the Swift tests and the fast contract tests: 3 minutes
	@script/test-quick

attack: ## run every attack on the sandbox and the server, also the slow and the wild ones: a quarter of an hour
	@script/attack

check: ## format lint and the tidy tests
	@script/check

fmt: ## format all Swift files
	@script/fmt

bench: ## measure the budgets of docs/SPECIFICATION.md
	@script/bench

fuzz: ## look for inputs that break readers of untrusted bytes, guided by coverage: 8 minutes
	@script/fuzz

build: ## build the release binaries, in .build/release
	@script/build

dist: ## build a tarball, a Debian package and a Python wheel, in .build/dist
	@script/dist

dist-check: ## install each of them in a new Debian, and run a function there; as root
	@script/dist-check

clean: ## remove build products and installed dependencies
	rm -rf .build .strata

help: ## print this list
	@sed -n 's/^\([a-z-]*\): ## /\1\t/p' Makefile | expand -t 12
