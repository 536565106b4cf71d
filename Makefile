# SPDX-License-Identifier: Apache-2.0
#
#	make            build ./gitops
#	make demo       install what is missing, build, and show it at work
#	make check      every test that needs no cluster, in under a minute
#	make test       check, then end to end, bad luck and lint
#	make install    PREFIX=/usr/local DESTDIR=
#
# V=1 shows the commands, WERROR=1 makes warnings errors, SAN=1 builds with
# ASan and UBSan, DEBUG=1 without optimisation, BUILD=dir builds elsewhere;
# ROOM=base lets `make unit` run the tests of that room alone.  The user's CC,
# CPPFLAGS, CFLAGS and LDFLAGS are respected.

VERSION  = 0.1.0
PREFIX   = /usr/local
BUILD    = build
PACKAGES = libgit2 libcurl yaml-0.1 jansson libcrypto libpcre2-8 zlib
FUZZ_SECONDS = 60

MAKEFLAGS += --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

# Flavours of the build do not share objects.
OUT := $(BUILD)$(if $(SAN),/san)$(if $(FUZZ),/fuzz)$(if $(DEBUG),/debug)
ifeq ($(OUT),build)
PROGRAM = ./gitops
else
PROGRAM = $(OUT)/gitops
endif
san_program = $(BUILD)/san/gitops
ifdef FUZZ
CC = clang
endif

ifndef V
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
endif

# ---- flags (part 3.10 of the house style) ----

warnings = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations \
	-Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith \
	-Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion
# Not every compiler, processor or version has these: each is tried once.
probed = -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
	-Wjump-misses-init -Wtrampolines -Wcomma
# GCC's manual: under a sanitizer this warning sees what is not there.
probed_san = -Wno-format-truncation
probed_release = -fstack-clash-protection -fcf-protection=full \
	-mbranch-protection=standard -ftrivial-auto-var-init=zero

cppflags = -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -Ilib -I.
cflags   = -std=c17 -g $(warnings) $(if $(WERROR),-Werror)
ldflags  = -Wl,--as-needed
ifneq ($(SAN)$(FUZZ),)
cppflags += -DARENA_MALLOC
cflags += -O1 -fno-omit-frame-pointer $(HAS_SAN) \
	-fno-sanitize-recover=all \
	-fsanitize=$(if $(FUZZ),fuzzer-no-link$(comma))address,undefined
ldflags += -fsanitize=address,undefined
else ifdef DEBUG
cflags += -O0
else
cppflags += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
cflags += -O2 -fstack-protector-strong -fPIE -fno-common $(HAS_RELEASE)
ldflags += -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
endif
cflags += $(HAS)
comma = ,

pkg_cflags := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
pkg_libs   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

compile = $(CC) $(cppflags) $(pkg_cflags) $(CPPFLAGS) $(cflags) $(CFLAGS)
link    = $(CC) $(cflags) $(CFLAGS) $(ldflags) $(LDFLAGS)

# ---- what there is ----

lib_c  := $(sort $(wildcard lib/*/*.c lib/*/*/*.c))
cmd_c  := $(filter-out cmd/main.c,$(sort $(wildcard cmd/*.c)))
unit_c := $(sort $(wildcard tests/unit/$(ROOM)*_test.c))
help_c := $(filter-out %_test.c,$(sort $(wildcard tests/unit/*.c)))
fuzz_c := $(filter-out tests/fuzz/replay.c,$(sort $(wildcard tests/fuzz/*.c)))
man1   := $(sort $(wildcard man/*.1))
man5   := $(sort $(wildcard man/*.5))
schema := $(sort $(wildcard man/*.json))

objects = $(patsubst %.c,$(OUT)/%.o,$(1))
archive = $(OUT)/libgitops.a
commands = $(OUT)/cmd.a
helpers = $(OUT)/tests/unit/helpers.a
unit    = $(patsubst %.c,$(OUT)/%,$(unit_c))
replays = $(patsubst %.c,$(OUT)/%-replay,$(fuzz_c))
fuzzers = $(patsubst %.c,$(OUT)/%,$(fuzz_c))

# ---- build ----

all: $(PROGRAM)

lib: $(archive)

$(PROGRAM): $(OUT)/cmd/main.o $(commands) $(archive)
	$(call say,LINK,$@)$(link) -o $@ $^ $(pkg_libs)

$(archive): $(call objects,$(lib_c))
$(commands): $(call objects,$(cmd_c))
$(helpers): $(call objects,$(help_c))
$(archive) $(commands) $(helpers):
	$(call say,AR,$@)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

$(OUT)/%.o: %.c $(OUT)/flags
	$(call say,CC,$<)mkdir -p $(@D) && $(compile) -MMD -MP -c -o $@ $<

# Private: or $(OUT)/flags would inherit it, where it is made for one of these.
$(call objects,cmd/main.c $(cmd_c)): private cppflags += \
	-DGITOPS_VERSION='"$(VERSION)"'

# Every object depends on how it was compiled, and that on what is installed.
$(OUT)/flags: FORCE
	@pkg-config --exists $(PACKAGES) || { \
		pkg-config --print-errors --exists $(PACKAGES); \
		echo 'hint: run tests/demo/setup.sh build'; exit 1; } >&2
	@mkdir -p $(@D); \
	echo '$(subst ','\'',$(compile) $(VERSION))' >$@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# One compiler call per flag is a quarter of a second: asked once, and not
# where the compiler may still have to be installed.
compiler = $(OUT)/$(subst /,-,$(firstword $(CC))).mk
without = clean uninstall format demo test setup-test
ifneq ($(filter-out $(without),$(or $(MAKECMDGOALS),all)),)
include $(compiler)
endif
$(compiler): Makefile
	@mkdir -p $(@D)
	@has() { for flag; do $(CC) -Werror "$$flag" -x c -c /dev/null \
			-o /dev/null 2>/dev/null && printf ' %s' "$$flag"; \
		done; :; }; \
	{ echo "HAS =$$(has $(probed))"; \
	  echo "HAS_SAN =$$(has $(probed_san))"; \
	  echo "HAS_RELEASE =$$(has $(probed_release))"; } >$@

# ---- tests ----

# Each suite ends with a line "N passed, N failed[, N skipped]".  total.sh runs
# all of them, whatever fails, and ends with the sum in the same words.

test_env = GITOPS='$(abspath $(PROGRAM))' OUT='$(abspath $(OUT))' \
	COMPILE='$(subst ','\'',$(compile))' SAN='$(SAN)'

check: all
	+$(Q)tests/total.sh \
		'unit:   $(MAKE) SAN=1 unit' \
		'golden: $(MAKE) SAN=1 golden' \
		'fuzz:   $(MAKE) SAN=1 replay' \
		'docs:   $(MAKE) SAN=1 docs' \
		'style:  $(MAKE) style'

test: setup-test
	+$(Q)$(MAKE) all && tests/total.sh \
		'check:  $(MAKE) check' \
		'peer:   $(MAKE) test-peer' \
		'e2e:    $(MAKE) test-e2e' \
		'fault:  $(MAKE) test-fault' \
		'lint:   $(MAKE) lint'

unit: $(unit)
	$(Q)$(test_env) tests/unit/run.sh $^

golden: $(PROGRAM)
	$(Q)$(test_env) $(or $(firstword $(wildcard tests/golden/run.*)), \
		echo 0 passed, 0 failed)

replay: $(replays)
	$(Q)tests/fuzz/run.sh $^

docs: $(PROGRAM)
	$(Q)$(test_env) tests/scripts.sh $(sort $(wildcard tests/docs/*.sh))

style: all
	$(Q)$(test_env) tests/scripts.sh $(sort $(wildcard tests/style/*.sh))

# The real API server, built once and started by the suites that need it.
cluster:
	$(Q)[ -n "$$KUBEBUILDER_ASSETS" ] || \
		tests/cluster/build.sh build/cluster

# The real forge, likewise.
gitea:
	$(Q)tests/gitea/build.sh build/gitea

# The program with sanitizers does the work; the plain one has its memory
# measured.
test-e2e: gitea
test-e2e test-fault: $(PROGRAM) cluster
	+$(Q)$(MAKE) SAN=1 all
	$(Q)$(test_env) GITOPS='$(abspath $(san_program))' \
		tests/pytest.sh $(@:test-%=tests/%) $(PYTEST)

# Our answers beside those of the real kustomize.
test-peer: $(PROGRAM)
	$(Q)$(test_env) tests/pytest.sh tests/peer $(PYTEST)

$(unit): $(OUT)/%: $(OUT)/%.o $(helpers) $(commands) $(archive)
	$(call say,LINK,$@)$(link) -o $@ $^ $(pkg_libs) -lcmocka

$(replays): $(OUT)/%-replay: $(OUT)/%.o $(OUT)/tests/fuzz/replay.o $(archive)
	$(call say,LINK,$@)$(link) -o $@ $^ $(pkg_libs)

# The unit tests again, with neither sanitizer, under valgrind; whose freeres
# would flush stdio in a child that leaves by _exit().
valgrind: $(unit)
	$(Q)UNDER='$(valgrind)' $(test_env) tests/unit/run.sh $^

valgrind = valgrind -q --leak-check=full --error-exitcode=99 \
	--run-libc-freeres=no

# Look for new inputs that break a reader; a find goes into the corpus.
fuzz:
	+$(Q)$(MAKE) FUZZ=1 fuzz-run

fuzz-run: $(fuzzers)
	$(Q)SECONDS_EACH=$(FUZZ_SECONDS) tests/fuzz/run.sh $^

$(fuzzers): $(OUT)/%: $(OUT)/%.o $(archive)
	$(call say,LINK,$@)$(link) -fsanitize=fuzzer -o $@ $^ $(pkg_libs)

bench: all cluster
	$(Q)$(test_env) tests/bench/render.py
	$(Q)$(test_env) tests/bench/history.py
	$(Q)$(test_env) tests/bench/release.py
	$(Q)$(test_env) tests/bench/rollback.py
	$(Q)$(test_env) tests/bench/run.py

# ---- lint ----

ours = $(lib_c) $(cmd_c) cmd/main.c
ours_all = $(wildcard lib/*/*.[ch] lib/*/*/*.[ch] cmd/*.[ch] \
	tests/unit/*.[ch] tests/fuzz/*.[ch] tests/peer/*.[ch] \
	tests/bed/*.c tests/e2e/*.[ch])
lint_flags = $(cppflags) $(pkg_cflags) '-DGITOPS_VERSION=\"$(VERSION)\"'

lint:
	+$(Q)tests/total.sh \
		'clang-format: $(MAKE) lint-format' \
		'clang:        $(MAKE) lint-clang' \
		'clang-tidy:   $(MAKE) lint-tidy' \
		'cppcheck:     $(MAKE) lint-cppcheck' \
		'gcc -fanalyzer: $(MAKE) lint-analyzer' \
		'mandoc:       $(MAKE) lint-man'

lint-format:
	$(Q)tests/lint.sh clang-format --dry-run -Werror -- $(ours_all)

# The other compiler's warnings.
lint-clang:
	$(Q)tests/lint.sh clang $(warnings) -Wcomma -Werror -fsyntax-only \
		-- $(ours) -- -std=c17 $(lint_flags)

lint-tidy:
	$(Q)tests/lint.sh clang-tidy --quiet -- $(ours) \
		-- -std=c17 $(lint_flags)

lint-cppcheck:
	$(Q)tests/lint.sh cppcheck -q --enable=warning --std=c11 \
		--include=tests/cppcheck.h --error-exitcode=1 -- $(ours) -- $(lint_flags)

lint-analyzer:
	$(Q)tests/lint.sh gcc -fanalyzer -Werror -O2 -std=c17 -c -o /dev/null \
		-- $(ours) -- $(lint_flags)

lint-man:
	$(Q)tests/lint.sh mandoc -T lint -W warning -- $(man1) $(man5)

format:
	$(Q)clang-format -i $(ours_all)

# ---- for people ----

demo:
	$(Q)tests/demo/setup.sh build
	+$(Q)$(MAKE) all
	$(Q)GITOPS='$(abspath $(PROGRAM))' tests/demo/demo.sh

setup-test:
	$(Q)tests/demo/setup.sh test

bin_dir  = $(DESTDIR)$(PREFIX)/bin
share    = $(DESTDIR)$(PREFIX)/share
bash_dir = $(share)/bash-completion/completions
zsh_dir  = $(share)/zsh/site-functions
fish_dir = $(share)/fish/vendor_completions.d

install: all
	install -d $(bin_dir) $(share)/man/man1 $(share)/man/man5 \
		$(share)/gitops $(bash_dir) $(zsh_dir) $(fish_dir)
	install -m 755 $(PROGRAM) $(bin_dir)/gitops
	$(if $(man1),install -m 644 $(man1) $(share)/man/man1)
	$(if $(man5),install -m 644 $(man5) $(share)/man/man5)
	$(if $(schema),install -m 644 $(schema) $(share)/gitops)
	$(PROGRAM) completion bash >$(bash_dir)/gitops
	$(PROGRAM) completion zsh >$(zsh_dir)/_gitops
	$(PROGRAM) completion fish >$(fish_dir)/gitops.fish

uninstall:
	rm -f $(bin_dir)/gitops $(bash_dir)/gitops $(zsh_dir)/_gitops \
		$(fish_dir)/gitops.fish \
		$(addprefix $(share)/man/man1/,$(notdir $(man1))) \
		$(addprefix $(share)/man/man5/,$(notdir $(man5)))
	rm -rf $(share)/gitops

clean:
	rm -rf $(BUILD) gitops

.PHONY: all lib check test unit golden replay docs style cluster gitea test-e2e \
	test-fault test-peer valgrind fuzz fuzz-run bench lint lint-format \
	lint-clang lint-tidy lint-cppcheck lint-analyzer lint-man format demo \
	setup-test install uninstall clean FORCE
FORCE:

-include $(patsubst %.c,$(OUT)/%.d,$(lib_c) $(cmd_c) cmd/main.c $(unit_c) \
	$(help_c) $(fuzz_c) tests/fuzz/replay.c)
