# libomni: build, check, install.  GNU make; `make help` lists what it makes.

PREFIX	 ?= /usr/local
BINDIR	 ?= $(PREFIX)/bin
LIBDIR	 ?= $(PREFIX)/lib
INCDIR	 ?= $(PREFIX)/include
MANDIR	 ?= $(PREFIX)/share/man
DESTDIR	 ?=
BUILD	 ?= build
SANITIZE ?=
INSTALL	 ?= install
PKG_CONFIG ?= pkg-config
PYTHON	 ?= python3

# How long `make fuzz` spends on each target, and `make check` on a program.
FUZZ_SECONDS	?= 30
TEST_SECONDS	?= 900

comma	:= ,
# A sanitized build lives beside the plain one, never inside it.
O	:= $(BUILD)$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))

version = $(shell awk '$$2 == "OMNI_VERSION_$1" { print $$3 }' include/omni.h)
MAJOR	:= $(call version,MAJOR)
VERSION	:= $(MAJOR).$(call version,MINOR).$(call version,PATCH)

# ---- everything this needs -----------------------------------------------

build_deps := gcc g++ libc6-dev pkg-config libsqlite3-dev libutf8proc-dev \
	libjansson-dev libsodium-dev libcsv-dev libpq-dev
check_deps := libcmocka-dev postgresql postgresql-client sqlite3 python3 \
	tzdata libicu-dev libidn2-dev libphonenumber-dev
gate_deps := clang libclang-rt-dev clang-tidy cppcheck mandoc valgrind \
	abigail-tools binutils git
deps:
	@sh tests/deps.sh $(build_deps) $(check_deps) $(gate_deps)
.PHONY: deps
.DEFAULT_GOAL := all

# What is installed is asked while this file is read, so goals beside `deps`
# have it read again when that is done.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
goals	:= $(filter-out deps,$(MAKECMDGOALS))
$(goals): again
	@:
again: deps
	@$(MAKE) --no-print-directory $(goals)
.PHONY: $(goals) again
else

# ---- flags ---------------------------------------------------------------

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion
CFLAGS	?= -O2 -g
CXXFLAGS ?= -O2 -g
sanitize := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	-fno-sanitize-recover=all)

# Nothing is thrown through C; the tables for it would be a tenth of the
# library.  Debuggers find theirs in the debug information.
cflags	 = -std=c11 $(WARNINGS) -fvisibility=hidden -fPIC -Iinclude -Ilib \
	-fno-asynchronous-unwind-tables $(CFLAGS) $(sanitize) $(core_cflags) \
	$(CPPFLAGS) $(small_cflags)
cxxflags = -std=c++17 -Wall -Wextra -Iinclude -Ilib $(CXXFLAGS) $(sanitize) \
	$(CPPFLAGS)
ldflags	 = -Wl,-z,relro,-z,now -Wl,--as-needed $(sanitize) $(LDFLAGS)
# clang leaves a sanitizer's run time to the program, so that a shared object
# cannot be complete there.
soflags	 = $(ldflags) $(relr) -shared $(if $(SANITIZE),,-Wl,--no-undefined)
# Where the tables of a shared object point, packed to a tenth (DT_RELR): glibc
# reads that since 2.36.
relr	:= $(shell echo '__GLIBC__ __GLIBC_MINOR__' | \
	$(CC) -E -P -include features.h - 2>/dev/null | \
	awk '$$1 * 100 + $$2 >= 236 { print "-Wl,-z,pack-relative-relocs" }')

packages := sqlite3 libutf8proc jansson libsodium
pkg	= $(shell $(PKG_CONFIG) $1 2>/dev/null)
core_cflags := $(call pkg,--cflags $(packages))
core_libs := $(call pkg,--libs $(packages)) -lcsv -lm -ldl -lpthread
pq_cflags := $(call pkg,--cflags libpq)
pq_libs	:= $(call pkg,--libs libpq)

# ---- sources -------------------------------------------------------------

# What speaks to a server is a module of its own: a kiosk must not load libpq
# and what it brings along.
pq_src	:= $(wildcard lib/store/store_postgres.c lib/store/postgres_*.c)
lib_src	:= $(filter-out $(pq_src),$(sort $(wildcard lib/*/*.c)))
# What the module needs of the core; the two never share a symbol.
pq_base	:= $(wildcard lib/base/*.c lib/store/statement.c)

cli_src	:= $(wildcard examples/omni.c examples/omni_*.c)
example_src := $(filter-out $(cli_src),$(wildcard examples/*.c))
harness_src := $(wildcard tests/harness*.c)
test_src := $(wildcard tests/test_*.c)
bench_src := $(wildcard tests/bench/bench_*.c)
bench_help := $(filter-out $(bench_src),$(wildcard tests/bench/*.c))
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)

obj	= $(patsubst %.c,$(O)/obj/%.o,$1)

# What is done once a call, and not for every record, row or candidate, is
# made small: it is a third of the library, and nobody waits for it.
small	:= $(filter $(addprefix lib/,$(addsuffix .c, \
	base/zone_file consent/ca% consent/ch% consent/cons% \
	consent/contacts consent/delivery consent/purpose \
	consent/statement% consent/token consent/view consent/w% \
	identity/customer identity/find identity/joins identity/kind% \
	identity/model_% identity/preview identity/profile \
	identity/proof identity/related identity/review identity/ruling \
	identity/search identity/verdict% identity/why ingest/export \
	ingest/forget ingest/lines% ingest/owned ingest/whole \
	routing/affinity_% routing/audience routing/ke% routing/matrix \
	routing/message routing/moments routing/next routing/redeem \
	routing/replay routing/statements store/config store/define \
	store/definition store/json store/schema store/sqlite_backup \
	store/sqlite_error store/sqlite_log store/sqlite_wipe \
	timeline/case timeline/erase timeline/interaction% \
	timeline/setting)),$(lib_src))
$(call obj,$(small)): private small_cflags := $(if $(filter -O2,$(CFLAGS)),-Os)
lib_obj	:= $(call obj,$(lib_src))
pq_obj	:= $(call obj,$(pq_src))
harness	:= $(call obj,$(harness_src))
fault	:= $(call obj,$(wildcard tests/fault/*.c))

so	:= $(O)/libomni.so.$(MAJOR)
module	:= $(if $(pq_src),$(O)/libomni-postgres.so)
module_a := $(if $(pq_src),$(O)/libomni-postgres.a)
shared_files := $(so) $(O)/libomni.so $(module)
static_files := $(O)/libomni.a $(module_a)
cli	:= $(if $(cli_src),$(O)/omni)
examples := $(patsubst examples/%.c,$(O)/examples/%,$(example_src))
tests	:= $(patsubst tests/%.c,$(O)/tests/%,$(test_src))
benches	:= $(patsubst tests/bench/%.c,$(O)/bench/%,$(bench_src))
fuzzers	:= $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(fuzz_src))

# The oracle compares with libraries that are too big to depend on; it is
# built where they are installed.
oracle_packages := icu-uc icu-i18n libidn2
oracle	:= $(shell $(PKG_CONFIG) --exists $(oracle_packages) 2>/dev/null && \
	test -f /usr/include/phonenumbers/phonenumberutil.h && \
	test -f tests/text_oracle.cc && echo $(O)/tests/text_oracle)

# ---- what there is to make -----------------------------------------------

.PHONY: all lib static shared examples tests benches fuzzers check gates \
	bench fuzz demo install uninstall dist clean help \
	refresh-phone-table refresh-nickname-table refresh-baselines FORCE
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

all: lib examples
lib: static shared $(O)/omni.pc
static: $(static_files)
shared: $(shared_files)
examples: $(cli) $(examples)
tests: $(tests) $(oracle)
benches: $(benches)
fuzzers: $(fuzzers)

help:
	@echo "all lib static shared examples   build into $(O)/"
	@echo "check      run every test, on SQLite and on PostgreSQL"
	@echo "gates      what must hold beside the tests"
	@echo "demo       one customer, met on four channels"
	@echo "bench      figures beside raw SQLite, quality; BENCH=\"quality live\""
	@echo "fuzz       each target for $(FUZZ_SECONDS) s"
	@echo "elsewhere  the same bits on other machines (tests/elsewhere.sh)"
	@echo "deps       install what all this needs (Debian, Ubuntu)"
	@echo "install uninstall dist clean refresh-phone-table"
	@echo "refresh-nickname-table  after a change of nicknames.txt"
	@echo "refresh-baselines   accept the ABI and constants as they are"
	@echo "variables: CC BUILD SANITIZE=address,undefined|thread PREFIX DESTDIR"

# `make V=1` shows the commands.
q	= $(if $(V),,@echo '  $1	$(@:$(O)/%=%)' &&)

# Objects depend on the command that made them: another compiler or other
# flags rebuild what they touch.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags) $(soflags) $(core_libs) $(small)' | cmp -s - $@ || \
	    echo '$(CC) $(cflags) $(soflags) $(core_libs) $(small)' > $@

$(O)/obj/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call q,CC)$(CC) $(cflags) -MMD -MP -c -o $@ $<

$(pq_obj): core_cflags += $(pq_cflags)

$(O)/libomni.a: $(lib_obj)
	@rm -f $@
	$(call q,AR)$(AR) rcs $@ $^

# Goes with libomni.a, which has the rest.
$(O)/libomni-postgres.a: $(pq_obj)
	@rm -f $@
	$(call q,AR)$(AR) rcs $@ $^

$(so): $(lib_obj) lib/libomni.map
	$(call q,LD)$(CC) $(soflags) -Wl,-soname,$(@F) \
	    -Wl,--version-script=lib/libomni.map -o $@ $(lib_obj) $(core_libs)

$(O)/libomni.so: $(so)
	@ln -sf $(<F) $@

$(O)/libomni-postgres.so: $(pq_obj) $(call obj,$(pq_base)) \
    lib/libomni-postgres.map
	$(call q,LD)$(CC) $(soflags) -Wl,--version-script=lib/libomni-postgres.map -o $@ \
	    $(filter %.o,$^) $(pq_libs) $(call pkg,--libs libsodium) -lm

# Made each time: PREFIX may be another one than when it was built.
$(O)/omni.pc: omni.pc.in include/omni.h FORCE
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@INCDIR@|$(INCDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	    omni.pc.in > $@

# ---- programs ------------------------------------------------------------

# The command line and the examples see the public ABI and nothing else; they
# find the library beside them, in the tree as when installed.
rpath	= -Wl,-rpath,'$$ORIGIN:$$ORIGIN/$1'

$(O)/omni: $(call obj,$(cli_src)) $(O)/libomni.so $(module)
	$(call q,LD)$(CC) $(ldflags) $(call rpath,../lib) -o $@ $(filter %.o,$^) \
	    -L$(O) -lomni $(CLI_LIBS) -lm
$(O)/examples/%: $(O)/obj/examples/%.o $(O)/libomni.so $(module)
	@mkdir -p $(@D)
	$(call q,LD)$(CC) $(ldflags) $(call rpath,..) -o $@ $< -L$(O) -lomni -lm

# Tests may call what is inside, so they link the archive; the module lies
# beside each program because that is where it is looked for.
beside	= $(if $(module),ln -sf ../libomni-postgres.so $(@D)/)

$(O)/tests/test_%: $(O)/obj/tests/test_%.o $(harness) $(O)/libomni.a $(module)
	@mkdir -p $(@D)
	$(call q,LD)$(CC) $(ldflags) -o $@ $(filter %.o,$^) $(O)/libomni.a -lcmocka $(core_libs)
	@$(beside)
# The generator of the benchmarks makes people to try, too.
people	:= $(call obj,$(wildcard tests/bench/people*.c) tests/bench/common.c)
$(O)/tests/test_orders: $(people)
$(O)/tests/test_oracle: $(call obj,$(wildcard tests/oracle/*.c))
# These bring a malloc and a disk of their own, which fail when told to.
$(filter $(O)/tests/test_fault%,$(tests)): $(fault)

$(O)/bench/bench_%: $(O)/obj/tests/bench/bench_%.o $(call obj,$(bench_help)) \
    $(O)/libomni.a $(module)
	@mkdir -p $(@D)
	$(call q,LD)$(CC) $(ldflags) -o $@ $(filter %.o,$^) $(O)/libomni.a $(core_libs) \
	    $(pq_libs)
	@$(beside)
$(call obj,$(bench_src) $(bench_help)): core_cflags += $(pq_cflags)

$(O)/fuzz/fuzz_%: $(O)/obj/tests/fuzz/fuzz_%.o $(O)/libomni.a
	@mkdir -p $(@D)
	$(call q,LD)$(CC) $(ldflags) -fsanitize=fuzzer -o $@ $< $(O)/libomni.a $(core_libs)

$(O)/tests/text_oracle: tests/text_oracle.cc $(O)/libomni.a
	@mkdir -p $(@D)
	$(call q,CXX)$(CXX) $(cxxflags) $(call pkg,--cflags $(oracle_packages)) \
	    -MMD -MP -MF $@.d -o $@ $< $(O)/libomni.a \
	    $(call pkg,--libs $(oracle_packages)) -lphonenumber -lprotobuf -lcmocka \
	    $(core_libs)

-include $(shell test -d $(O) && find $(O) -name '*.d')

# ---- checking ------------------------------------------------------------

server	:= $(if $(wildcard tests/postgres.sh),tests/postgres.sh)

check: all tests
	@env OMNI_BUILD='$(abspath $(O))' TEST_SECONDS='$(TEST_SECONDS)' \
	    PYTHONDONTWRITEBYTECODE=1 PYTHON='$(PYTHON)' $(server) \
	    tests/run.sh $(tests) $(oracle) $(wildcard tests/python/*.py)

gates: all
	@env OMNI_BUILD='$(abspath $(O))' CC='$(CC)' MAKE='$(MAKE)' \
	    PYTHON='$(PYTHON)' tests/gates/run $(GATES)

# `make bench BENCH="quality bulk"` runs only these.
chosen	= $(if $(BENCH),$(BENCH:%=$(O)/bench/bench_%),$(benches))
bench: benches shared
	@set -e; for b in $(chosen); do \
	    echo "== $$(basename $$b)"; \
	    $(if $(server),$(server) --durable --tcp) $$b; done

fuzz:
	$(MAKE) CC=clang SANITIZE=address,undefined,fuzzer-no-link fuzz-run
fuzz-run: fuzzers
	@set -e; for f in $(fuzzers); do n=$$(basename $$f); \
	    seeds=tests/fuzz/corpus/$$n; grown=$(O)/corpus/$$n; \
	    mkdir -p $$grown; test -d $$seeds || seeds=; \
	    echo "== $$n"; $$f -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=1024 \
	    -print_final_stats=1 -artifact_prefix=$(O)/fuzz/ $$grown $$seeds \
	    >$(O)/fuzz/$$n.log 2>&1 || { tail -n 60 $(O)/fuzz/$$n.log; exit 1; }; \
	    tail -n 8 $(O)/fuzz/$$n.log; done
.PHONY: fuzz-run

# The same bits on other machines, where compilers and qemu are there.
elsewhere: $(O)/bench/bench_people
	@sh tests/elsewhere.sh '$(abspath $(O))'
.PHONY: elsewhere

demo: all
	@OMNI='$(abspath $(O))/omni' OMNI_BUILD='$(abspath $(O))' \
	    sh examples/demo.sh

# Needs the Python package phonenumbers (pip, or python3-phonenumbers).
refresh-phone-table:
	@mkdir -p $(O)
	$(PYTHON) tools/phone_table.py $(O)/phone_table.h
	mv $(O)/phone_table.h lib/text/phone_table.h

refresh-nickname-table:
	@mkdir -p $(O)
	$(PYTHON) tools/nickname_table.py lib/text/nicknames.txt \
	    >$(O)/nickname_table.h
	mv $(O)/nickname_table.h lib/text/nickname_table.h

refresh-baselines: all
	@OMNI_BUILD='$(abspath $(O))' CC='$(CC)' tests/gates/abi/refresh

# ---- install -------------------------------------------------------------

headers	:= $(wildcard include/*.h)
man_pages := $(wildcard man/*.[13])
# Every call has its page: the names that a page's NAME section lists.
man_names = sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([^ ]*\).*/\1/p'

# Programs find the library at once; a packager's tree is not the system's.
known	= test -n '$(DESTDIR)' || test "$$(id -u)" -ne 0 || ldconfig

install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig \
	    $(DESTDIR)$(INCDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3
	$(INSTALL) -m 644 $(headers) $(DESTDIR)$(INCDIR)/
	$(INSTALL) -m 644 $(static_files) $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 755 $(so) $(module) $(DESTDIR)$(LIBDIR)/
	ln -sf $(notdir $(so)) $(DESTDIR)$(LIBDIR)/libomni.so
	$(INSTALL) -m 644 $(O)/omni.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	$(if $(cli),$(INSTALL) -m 755 $(cli) $(DESTDIR)$(BINDIR)/)
	@set -e; for p in $(man_pages); do s=$${p##*.}; n=$$(basename $$p); \
	    d=$(DESTDIR)$(MANDIR)/man$$s; $(INSTALL) -m 644 $$p $$d/; \
	    for f in $$($(man_names) $$p); do \
	    test $$f.$$s = $$n || ln -sf $$n $$d/$$f.$$s; done; done
	@$(known)

uninstall:
	rm -f $(headers:include/%=$(DESTDIR)$(INCDIR)/%) $(DESTDIR)$(BINDIR)/omni
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libomni.a libomni-postgres.a \
	    libomni.so libomni.so.$(MAJOR) libomni-postgres.so pkgconfig/omni.pc)
	@for p in $(man_pages); do s=$${p##*.}; d=$(DESTDIR)$(MANDIR)/man$$s; \
	    for f in $$($(man_names) $$p); do rm -f $$d/$$f.$$s; done; \
	    rm -f $$d/$$(basename $$p); done
	@$(known)

dist:
	@mkdir -p $(O)
	git archive --format=tar.gz --prefix=libomni-$(VERSION)/ \
	    -o $(O)/libomni-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)

endif
