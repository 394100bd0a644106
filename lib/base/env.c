/*
 * What the host may replace: allocator, clock, random source, log sink.
 * The one place where the library meets the machine's own.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "base/base.h"

static void *
system_allocate(void *user, void *memory, size_t size)
{
	(void)user;
	if (size == 0) {
		free(memory);
		return NULL;
	}
	return realloc(memory, size);
}

static int64_t
system_clock(void *user)
{
	struct timespec now;

	(void)user;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * OMNI__SECOND + now.tv_nsec / 1000;
}

static int32_t
system_random(void *user, void *out, size_t size)
{
	(void)user;
	randombytes_buf(out, size);
	return 0;
}

const struct omni__env omni__env_default = {
	.allocate = system_allocate,
	.clock = system_clock,
	.random = system_random,
};

static const struct omni__env *
or_default(const struct omni__env *env)
{
	return env != NULL ? env : &omni__env_default;
}

void *
omni__realloc(const struct omni__env *env, void *memory, size_t size)
{
	env = or_default(env);
	return env->allocate(env->allocate_user, memory, size);
}

void
omni__free(const struct omni__env *env, void *memory)
{
	if (memory == NULL)
		return;
	env = or_default(env);
	(void)env->allocate(env->allocate_user, memory, 0);
}

int64_t
omni__clock(const struct omni__env *env)
{
	env = or_default(env);
	return env->clock(env->clock_user);
}

omni_status
omni__random(const struct omni__env *env, void *out, size_t size)
{
	env = or_default(env);
	return env->random(env->random_user, out, size) == 0 ? OMNI_OK :
	    OMNI_IO;
}

void
omni__log(const struct omni__env *env, int32_t level, const char *format,
    ...)
{
	char text[512];
	va_list ap;

	env = or_default(env);
	if (env->log == NULL)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	env->log(env->log_user, level, text);
}

omni_status
omni__grow(const struct omni__env *env, void *items_pointer, size_t *room,
    size_t need, size_t element)
{
	size_t wanted = *room < 8 ? 8 : *room;
	void *items, *grown;

	if (need <= *room)
		return OMNI_OK;
	while (wanted < need) {
		if (wanted > SIZE_MAX / 2 / element)
			return OMNI_NOMEM;
		wanted *= 2;
	}
	memcpy(&items, items_pointer, sizeof(items));
	grown = omni__realloc(env, items, wanted * element);
	if (grown == NULL)
		return OMNI_NOMEM;
	memcpy(items_pointer, &grown, sizeof(grown));
	*room = wanted;
	return OMNI_OK;
}
