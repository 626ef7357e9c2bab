# Each verb is a script of the same name in script/.
.DEFAULT_GOAL := help
.PHONY: demo test check fmt bench build clean help

demo: ## deploy and invoke the example application with the AWS CLI, from nothing
	@script/demo

test: ## every test
	@script/test

check: ## format lint and the tidy test
	@script/check

fmt: ## format every Swift file
	@script/fmt

bench: ## the budgets of docs/SPECIFICATION.md, measured here
	@script/bench

build: ## the release binaries, in .build/release
	@script/build

clean: ## remove what was built and set up
	rm -rf .build .strata

help: ## this list
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile | expand -t 8
