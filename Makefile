# wspsim. `make run` and `make test` are all a newcomer needs; `make help` lists the rest.
#
# CONFIG chooses how things are compiled; each configuration has a folder of its own under build/:
#   release (default, leaves bin/wspsim) · san (ASan and UBSan) · gcc-O0 · gcc-O2 · clang-O2 · clang-san · cover · aarch64 · s390x
CONFIG ?= release
PREFIX ?= /usr/local
DESTDIR ?=
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)
# Nothing is said under -s.
say = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-4s %s\n' $1 $2)

B := build/$(CONFIG)
BIN := $(if $(filter release,$(CONFIG)),bin/wspsim,$B/wspsim)

ifeq ($(origin CC),default)
CC := gcc
endif
AR := ar
WARN := -Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith -Wcast-qual -Wwrite-strings
STRICT := -std=c11 -D_POSIX_C_SOURCE=200809L $(WARN)
OPT := -O2 -g
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

ifeq ($(CONFIG),release)
OPT := -O3 -g -flto=auto
AR := gcc-ar
endif
ifeq ($(CONFIG),san)
OPT := -O1 -g $(SAN)
endif
ifeq ($(CONFIG),gcc-O0)
OPT := -O0 -g
endif
ifeq ($(CONFIG),clang-O2)
CC := clang
endif
ifeq ($(CONFIG),clang-san)
CC := clang
OPT := -O1 -g $(SAN)
endif
ifeq ($(CONFIG),fuzz)
CC := clang
OPT := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
ifeq ($(CONFIG),cover)
OPT := -O0 -g --coverage
endif
ifeq ($(CONFIG),aarch64)
CC := aarch64-linux-gnu-gcc
AR := aarch64-linux-gnu-ar
endif
ifeq ($(CONFIG),s390x)
CC := s390x-linux-gnu-gcc
AR := s390x-linux-gnu-ar
endif

COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
# The provider sees include/ and nothing else: that it compiles is half the proof of the seam.
# A frame larger than the guard below a fiber's stack must not jump over it.
PROVIDER_FLAGS = $(STRICT) $(OPT) -fstack-clash-protection -Iinclude -Iinclude/winsock
SIM_FLAGS = $(STRICT) $(OPT) -I. -Isim -Iinclude -Iinclude/winsock
LIBS := -lcjson -lsqlite3 -lxxhash -lncursesw -ltinfo -l:libboost_context.a -lm -ldl -lpthread
ifneq ($(filter aarch64 s390x,$(CONFIG)),)
LIBS := -L/usr/lib/$(CONFIG)-linux-gnu -Wl,-rpath-link,/usr/lib/$(CONFIG)-linux-gnu -l:libcjson.so.1 -l:libsqlite3.so.0 -l:libxxhash.so.0 -l:libncursesw.so.6 -l:libtinfo.so.6 -l:libboost_context.so.1.74.0 -lm -ldl -lpthread
endif
LINK := -Wl,--dynamic-list=sim/exports.list

SIM := $(sort $(filter-out sim/cli/main.c,$(wildcard sim/*.c sim/*/*.c sim/*/*/*.c tui/*.c)))
PROVIDER := $(sort $(wildcard provider/*.c))
OBJECTS := $(SIM:%.c=$B/%.o) $(PROVIDER:%.c=$B/%.o)
MAIN := $B/sim/cli/main.o
LIBRARY := $B/libwspsim.a
TESTS := $(patsubst tests/%.c,$B/tests/%,$(sort $(wildcard tests/*/test_*.c))) $B/tests/abi/test_abi
# Sample layers lie beside the binary, where a scenario names them without their folder.
LAYERS := $(patsubst tests/seam/%.c,$(dir $(BIN))layers/%.so,$(sort $(wildcard tests/seam/*_layer.c)))
SECOND := $(patsubst tests/seam/%.c,$B/tests/seam/%.so,$(sort $(wildcard tests/seam/*.c)))

.PHONY: always all run test unit fuzz fuzz-programs kills deps deps-test deps-arch install uninstall tidy format cover help clean bench marks pcap fidelity replay replay-arch parity deps-parity clauses golden docs scenarios-test cli-test
.DELETE_ON_ERROR:
all: $(BIN) $(LAYERS)

# ---- building ----
$B/provider/%.o: provider/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(PROVIDER_FLAGS) -MMD -MP -c $< -o $@
$B/sim/cli/commit.o: SIM_FLAGS += -DWSPSIM_COMMIT='"$(COMMIT)"'
$B/sim/cli/commit.o: $B/commit
$B/sim/cli/explain_scenarios.o: SIM_FLAGS += -DWSPSIM_SCENARIOS='"$(PREFIX)/share/wspsim/scenarios"'
$B/sim/cli/manual.o: docs/SCENARIOS.md docs/RECORDS.md
$B/commit: always
	@mkdir -p $(@D)
	@echo $(COMMIT) | cmp -s - $@ || echo $(COMMIT) >$@
$B/sim/%.o: sim/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(SIM_FLAGS) -MMD -MP -c $< -o $@
$B/tui/%.o: tui/%.c Makefile
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$Q$(CC) $(SIM_FLAGS) -MMD -MP -c $< -o $@
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(call say,AR,$@)
	$Q$(AR) rcs $@ $^
$(BIN): $(MAIN) $(OBJECTS) sim/exports.list
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$Q$(CC) $(OPT) $(MAIN) $(OBJECTS) $(LINK) $(LIBS) -o $@

# ---- tests ----
$B/tests/abi/test_abi.c: tests/abi/gen_abi.sh $(wildcard tests/abi/*.csv) tests/abi/not-declared.txt $(wildcard include/winsock/*.h)
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$Qtests/abi/gen_abi.sh $@
$B/tests/abi/test_abi: $B/tests/abi/test_abi.c
	$(call say,TEST,$@)
	$Q$(CC) $(STRICT) -O0 -Iinclude/winsock $< -o $@ $(shell pkg-config --cflags --libs check)
$B/tests/%: tests/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$Q$(CC) $(SIM_FLAGS) -Itests -MMD -MP $< -o $@ $(LIBRARY) $(LINK) $(shell pkg-config --cflags --libs check) $(LIBS)
$B/tests/seam/%.so: tests/seam/%.c
	@mkdir -p $(@D)
	$(call say,SO,$@)
	$Q$(CC) $(PROVIDER_FLAGS) -fPIC -shared -MMD -MP $< -o $@
$(dir $(BIN))layers/%.so: tests/seam/%.c
	@mkdir -p $(@D) $B/tests/seam
	$(call say,SO,$@)
	$Q$(CC) $(PROVIDER_FLAGS) -fPIC -shared -MMD -MP -MF $B/tests/seam/$*.layer.d $< -o $@
unit: $(BIN) $(LAYERS) $(TESTS) $(SECOND)
FUZZ := $(patsubst tests/fuzz/%.c,$B/tests/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
$B/tests/fuzz/%: tests/fuzz/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$Q$(CC) $(SIM_FLAGS) -Itests -fsanitize=fuzzer -MMD -MP $< -o $@ $(LIBRARY) $(LINK) $(shell pkg-config --cflags --libs check) $(LIBS)
fuzz-programs: $(FUZZ)
kills: $B/tests/store/test_killed
	WSPSIM_KILLS=2000 WSPSIM_KILLED_STEPS=20000 $<
fuzz: deps-test
	@tests/fuzz/run.sh $(SECONDS)
test: deps-test
	@CI=$(CI) tests/run.sh
replay: deps-test
	@tests/replay.sh
replay-arch: deps-arch
	@tests/replay_arch.sh
parity: deps-parity
	@tests/parity.sh
golden: all
	@tests/golden.sh --write
clauses:
	@tests/clauses.sh --check
docs:
	@tests/museum.sh --write
	@tests/lessons.sh --write

# ---- the main job ----
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@bin/wspsim run -v scenarios/first-light.json
	@echo "next:      bin/wspsim run scenarios/first-light.json --trace text"
bench: all
	bin/wspsim bench
marks: all
	@tests/marks.sh
pcap: all $B/tests/store/test_pcapng
	@ALL=1 tests/pcap.sh bin/wspsim $B/tests/store/test_pcapng
fidelity: $B/tests/fidelity/point
	@NS3=$(NS3) FAST=$(FAST) tests/fidelity.sh

# ---- what it needs ----
deps:
	@tests/deps.sh run
deps-parity:
	@tests/deps.sh parity
deps-test:
	@tests/deps.sh test
deps-arch:
	@tests/deps.sh arch

# ---- installing ----
MAN = $(DESTDIR)$(PREFIX)/share/man
BASH_COMPLETION = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_COMPLETION = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_COMPLETION = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/wspsim/winsock $(DESTDIR)$(PREFIX)/share/wspsim $(DESTDIR)$(PREFIX)/share/doc/wspsim
	install -m 755 bin/wspsim $(DESTDIR)$(PREFIX)/bin/wspsim
	install -d $(DESTDIR)$(PREFIX)/lib/wspsim
	install -m 755 $(LAYERS) $(DESTDIR)$(PREFIX)/lib/wspsim/
	install -m 644 include/kernel.h $(DESTDIR)$(PREFIX)/include/wspsim/
	install -m 644 include/winsock/*.h $(DESTDIR)$(PREFIX)/include/wspsim/winsock/
	cp -R scenarios $(DESTDIR)$(PREFIX)/share/wspsim/
	install -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/wspsim/
	cp -R docs $(DESTDIR)$(PREFIX)/share/doc/wspsim/
	install -d $(MAN)/man1 $(MAN)/man5 $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)
	bin/wspsim help --man tool >$(MAN)/man1/wspsim.1
	bin/wspsim help --man scenario >$(MAN)/man5/wspsim-scenario.5
	bin/wspsim help --man record >$(MAN)/man5/wspsim-record.5
	bin/wspsim help --completion bash >$(BASH_COMPLETION)/wspsim
	bin/wspsim help --completion zsh >$(ZSH_COMPLETION)/_wspsim
	bin/wspsim help --completion fish >$(FISH_COMPLETION)/wspsim.fish
	install -d $(DESTDIR)$(PREFIX)/share/doc/wspsim/examples
	install -m 644 tests/seam/polite.c tests/seam/small_provider.h tests/seam/polite.json $(DESTDIR)$(PREFIX)/share/doc/wspsim/examples/
uninstall:
	rm -f $(MAN)/man1/wspsim.1 $(MAN)/man5/wspsim-scenario.5 $(MAN)/man5/wspsim-record.5
	rm -f $(BASH_COMPLETION)/wspsim $(ZSH_COMPLETION)/_wspsim $(FISH_COMPLETION)/wspsim.fish
	rm -f $(DESTDIR)$(PREFIX)/bin/wspsim
	rm -rf $(DESTDIR)$(PREFIX)/lib/wspsim $(DESTDIR)$(PREFIX)/include/wspsim $(DESTDIR)$(PREFIX)/share/wspsim $(DESTDIR)$(PREFIX)/share/doc/wspsim

# ---- keeping it in order ----
tidy:
	@tests/tidy.sh
format:
	@tests/format.sh
cover:
	@tests/cover.sh
clean:
	rm -rf build bin

help:
	@echo "make run          build and run a scenario            make test         all tests (under 10 minutes)"
	@echo "make all          bin/wspsim                          make unit         only build the test programs"
	@echo "make replay       determinism: compilers, addresses, locales, environments"
	@echo "make replay-arch  the same digests on aarch64 and big-endian s390x (qemu)"
	@echo "make parity       the provider against the real Windows headers (MinGW)"
	@echo "make fuzz         parsers of packets, and the provider, under libFuzzer (SECONDS=20)"
	@echo "make kills        kill -9 during a recording run, 2000 times (make test: 200)"
	@echo "make bench        the built-in benchmarks             make marks        them beside the yardsticks (BENCH=folder)"
	@echo "make pcap         tshark reads a capture of every scenario"
	@echo "make fidelity     TCP beside its formulas and ns-3 (FAST=1: a look)"
	@echo "make clauses      clauses without a proof             make golden       writes the golden digests anew"
	@echo "make docs         docs/MUSEUM.md and docs/LESSONS.md, from their scenarios"
	@echo "make tidy         who includes whom, sizes, exports   make format       clang-format on what you changed"
	@echo "make cover        line coverage                       make clean        removes build/ and bin/"
	@echo "make install      DESTDIR= PREFIX=                    make uninstall"
	@echo "CONFIG=san|gcc-O0|gcc-O2|clang-O2|clang-san|cover|aarch64|s390x compiles into build/CONFIG"

-include $(OBJECTS:.o=.d) $(MAIN:.o=.d) $(TESTS:=.d) $(FUZZ:=.d) $(SECOND:.so=.d) $(wildcard $B/tests/seam/*.layer.d)
