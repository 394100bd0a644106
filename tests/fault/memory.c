/*
 * Memory that runs out: the process' own malloc, which counts what is held
 * and refuses when told to.  It stands in the program, so that libomni, SQLite,
 * jansson, libcsv and the C library all come here.
 */
#include <errno.h>
#include <stdatomic.h>

#include "fault.h"

/* What is below: the sanitizers bring an allocator of their own. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BELOW(name) __interceptor_##name
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BELOW(name) __interceptor_##name
#endif
#ifndef BELOW
#define BELOW(name) __libc_##name
#endif

extern void *BELOW(malloc)(size_t);
extern void *BELOW(calloc)(size_t, size_t);
extern void *BELOW(realloc)(void *, size_t);
extern void BELOW(free)(void *);

static atomic_llong held;

/* Only the thread that armed it runs out. */
static _Thread_local struct {
	bool armed, for_good, fired;
	uint64_t at, count;
} fault;

static bool
refuses(void)
{
	if (!fault.armed)
		return false;
	fault.count++;
	if (fault.count != fault.at &&
	    !(fault.for_good && fault.count > fault.at))
		return false;
	fault.fired = true;
	errno = ENOMEM;
	return true;
}

/* What the libraries shall find, too. */
#define SEEN __attribute__((visibility("default")))

static void *
counted(void *memory)
{
	if (memory != NULL)
		atomic_fetch_add(&held, 1);
	return memory;
}

SEEN void *
malloc(size_t size)
{
	return refuses() ? NULL : counted(BELOW(malloc)(size));
}

SEEN void *
calloc(size_t count, size_t size)
{
	return refuses() ? NULL : counted(BELOW(calloc)(count, size));
}

SEEN void *
realloc(void *memory, size_t size)
{
	if (memory == NULL)
		return malloc(size);
	if (size == 0) {
		free(memory);
		return NULL;
	}
	return refuses() ? NULL : BELOW(realloc)(memory, size);
}

SEEN void
free(void *memory)
{
	if (memory == NULL)
		return;
	atomic_fetch_sub(&held, 1);
	BELOW(free)(memory);
}

int64_t
fault_memory_held(void)
{
	return (int64_t)atomic_load(&held);
}

static void
arm(uint64_t n, bool for_good)
{
	fault.at = n;
	fault.count = 0;
	fault.for_good = for_good;
	fault.fired = false;
	fault.armed = true;
}

static void
arm_once(uint64_t n)
{
	arm(n, false);
}

static void
arm_gone(uint64_t n)
{
	arm(n, true);
}

static bool
disarm(void)
{
	fault.armed = false;
	return fault.fired;
}

static bool
fits(omni_status status)
{
	return status == OMNI_NOMEM;
}

const struct fault fault_memory_once = {
	.name = "one allocation fails",
	.arm = arm_once, .disarm = disarm, .fits = fits,
	.held = fault_memory_held,
};

const struct fault fault_memory_gone = {
	.name = "all allocations fail from one on",
	.arm = arm_gone, .disarm = disarm, .fits = fits,
	.held = fault_memory_held,
};
