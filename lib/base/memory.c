/*
 * Arenas, for what is freed as one, and buffers, for what grows.
 */
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define BLOCK_MIN ((size_t)1024)
#define BLOCK_MAX ((size_t)256 * 1024)

struct omni__chunk {
	struct omni__chunk *next;
	size_t used, room;
	alignas(16) unsigned char bytes[];
};

static struct omni__chunk *
block_new(struct omni__arena *arena, size_t size)
{
	struct omni__chunk *block;
	size_t room = arena->blocks == NULL ? BLOCK_MIN :
	    arena->blocks->room * 2;

	if (room > BLOCK_MAX)
		room = BLOCK_MAX;
	if (room < size)
		room = size;
	block = omni__realloc(arena->env, NULL, sizeof(*block) + room);
	if (block == NULL)
		return NULL;
	block->used = 0;
	block->room = room;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *
omni__arena_alloc(struct omni__arena *arena, size_t size)
{
	struct omni__chunk *block = arena->blocks;
	void *memory;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = size == 0 ? 16 : (size + 15) & ~(size_t)15;
	if (arena->given_room - arena->given_used >= size) {
		memory = arena->given + arena->given_used;
		arena->given_used += size;
		return memory;
	}
	if (block == NULL || block->room - block->used < size) {
		block = block_new(arena, size);
		if (block == NULL)
			return NULL;
	}
	memory = block->bytes + block->used;
	block->used += size;
	return memory;
}

void *
omni__arena_zero(struct omni__arena *arena, size_t size)
{
	void *memory = omni__arena_alloc(arena, size);

	if (memory != NULL)
		memset(memory, 0, size);
	return memory;
}

void *
omni__arena_copy(struct omni__arena *arena, const void *bytes, size_t size)
{
	void *memory = omni__arena_alloc(arena, size);

	if (memory != NULL && size > 0)
		memcpy(memory, bytes, size);
	return memory;
}

char *
omni__arena_text(struct omni__arena *arena, const char *text, size_t size)
{
	char *copy = omni__arena_alloc(arena, size + 1);

	if (copy == NULL)
		return NULL;
	if (size > 0)
		memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *
omni__arena_strdup(struct omni__arena *arena, const char *text)
{
	return omni__arena_text(arena, text, strlen(text));
}

bool
omni__same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

const char *
omni__arena_keep(struct omni__arena *arena, const char *text, bool *failed)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = omni__arena_strdup(arena, text);
	*failed |= copy == NULL;
	return copy;
}

char *
omni__arena_printf(struct omni__arena *arena, const char *format, ...)
{
	va_list ap, again;
	char *text = NULL;
	int size;

	va_start(ap, format);
	va_copy(again, ap);
	size = vsnprintf(NULL, 0, format, ap);
	if (size >= 0)
		text = omni__arena_alloc(arena, (size_t)size + 1);
	if (text != NULL)
		(void)vsnprintf(text, (size_t)size + 1, format, again);
	va_end(again);
	va_end(ap);
	return text;
}

void
omni__arena_reset(struct omni__arena *arena)
{
	struct omni__chunk *block = arena->blocks, *next;

	arena->given_used = 0;
	if (block == NULL)
		return;
	/* The newest is the largest of the ordinary ones: keep that. */
	for (next = block->next; next != NULL; next = block->next) {
		block->next = next->next;
		omni__free(arena->env, next);
	}
	if (block->room > BLOCK_MAX) {
		omni__free(arena->env, block);
		arena->blocks = NULL;
		return;
	}
	block->used = 0;
}

struct omni__mark
omni__arena_mark(const struct omni__arena *arena)
{
	struct omni__mark mark = { arena->blocks,
	    arena->blocks != NULL ? arena->blocks->used : 0,
	    arena->given_used };

	return mark;
}

void
omni__arena_release(struct omni__arena *arena, struct omni__mark mark)
{
	struct omni__chunk *block;

	while ((block = arena->blocks) != mark.block) {
		arena->blocks = block->next;
		omni__free(arena->env, block);
	}
	if (arena->blocks != NULL)
		arena->blocks->used = mark.used;
	arena->given_used = mark.given_used;
}

void
omni__arena_free(struct omni__arena *arena)
{
	struct omni__chunk *block, *next;

	for (block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		omni__free(arena->env, block);
	}
	arena->blocks = NULL;
	arena->given_used = 0;
}

/* A few sentences: most of what is written grows no further. */
#define BUF_MIN ((size_t)512)

/* Room for size more bytes and a NUL. */
static bool
buf_reserve(struct omni__buf *buf, size_t size)
{
	size_t need = size > SIZE_MAX / 2 - buf->size ? 0 :
	    buf->size + size + 1;

	if (buf->failed || need == 0 || (need > buf->room &&
	    omni__grow(buf->env, &buf->bytes, &buf->room,
	    need < BUF_MIN ? BUF_MIN : need, 1) != OMNI_OK)) {
		buf->failed = true;
		return false;
	}
	return true;
}

void
omni__buf_add(struct omni__buf *buf, const void *bytes, size_t size)
{
	if (!buf_reserve(buf, size))
		return;
	if (size > 0)
		memcpy(buf->bytes + buf->size, bytes, size);
	buf->size += size;
	buf->bytes[buf->size] = '\0';
}

void
omni__buf_str(struct omni__buf *buf, const char *text)
{
	omni__buf_add(buf, text, strlen(text));
}

void
omni__buf_char(struct omni__buf *buf, char c)
{
	omni__buf_add(buf, &c, 1);
}

void
omni__buf_printf(struct omni__buf *buf, const char *format, ...)
{
	va_list ap, again;
	int size;

	va_start(ap, format);
	va_copy(again, ap);
	size = vsnprintf(NULL, 0, format, ap);
	if (size < 0)
		buf->failed = true;
	else if (buf_reserve(buf, (size_t)size)) {
		(void)vsnprintf(buf->bytes + buf->size, (size_t)size + 1,
		    format, again);
		buf->size += (size_t)size;
	}
	va_end(again);
	va_end(ap);
}

void
omni__buf_json(struct omni__buf *buf, const char *text)
{
	const char *run;

	if (text == NULL) {
		omni__buf_str(buf, "null");
		return;
	}
	omni__buf_char(buf, '"');
	for (run = text; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		omni__buf_add(buf, run, (size_t)(text - run));
		run = text + 1;
		if (c == '"' || c == '\\') {
			omni__buf_char(buf, '\\');
			omni__buf_char(buf, (char)c);
		} else
			omni__buf_printf(buf, "\\u%04x", (unsigned)c);
	}
	omni__buf_add(buf, run, (size_t)(text - run));
	omni__buf_char(buf, '"');
}

void
omni__buf_clear(struct omni__buf *buf)
{
	buf->size = 0;
	buf->failed = false;
	if (buf->bytes != NULL)
		buf->bytes[0] = '\0';
}

void
omni__buf_free(struct omni__buf *buf)
{
	omni__free(buf->env, buf->bytes);
	buf->bytes = NULL;
	buf->size = buf->room = 0;
	buf->failed = false;
}
