/*
 * The ground floor: memory, buffers, errors, ids, hashes, times.  Knows
 * nothing of the domain.  Everything that is not deterministic (clock,
 * random, allocator, log) is in one struct omni__env, given by the host.
 */
#ifndef OMNI_BASE_H
#define OMNI_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "omni.h"

#define OMNI__COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__GNUC__)
#define OMNI__PRINTF(text, first) \
	__attribute__((format(printf, text, first)))
#else
#define OMNI__PRINTF(text, first)
#endif

/* ---- what the host may replace (env.c) ------------------------------ */

struct omni__env {
	omni_allocate_fn allocate;
	void *allocate_user;
	omni_clock_fn clock;
	void *clock_user;
	omni_random_fn random;
	void *random_user;
	omni_log_fn log;
	void *log_user;
};

/* libc's allocator, the system's clock, libsodium's random, no log.
 * Objects that are made without a handle (records, filters) use it. */
extern const struct omni__env omni__env_default;

/* size > 0; NULL when out of memory (memory then stays valid). */
void *omni__realloc(const struct omni__env *, void *memory, size_t size);
void omni__free(const struct omni__env *, void *memory);
int64_t omni__clock(const struct omni__env *);
omni_status omni__random(const struct omni__env *, void *out, size_t size);
void omni__log(const struct omni__env *, int32_t level, const char *format,
    ...) OMNI__PRINTF(3, 4);

/* Makes room for `need` elements; keeps *items and *room on failure. */
omni_status omni__grow(const struct omni__env *, void *items_pointer,
    size_t *room, size_t need, size_t element);

/* ---- errors (error.c) ----------------------------------------------- */

struct omni__error {
	omni_status status;
	char text[400];
};

/* Sets status and text and returns the status.  Never fails; cuts a long
 * text at a UTF-8 boundary. */
omni_status omni__fail(struct omni__error *, omni_status, const char *format,
    ...) OMNI__PRINTF(3, 4);
/* The same, unless a more specific error is there already. */
omni_status omni__fail_once(struct omni__error *, omni_status,
    const char *format, ...) OMNI__PRINTF(3, 4);
omni_status omni__nomem(struct omni__error *);
void omni__error_clear(struct omni__error *);

/* ---- arenas and buffers (memory.c) ---------------------------------- */

/* Memory that is freed as one.  Zero-initialise, then set env (NULL means
 * omni__env_default). */
struct omni__arena {
	const struct omni__env *env;
	struct omni__chunk *blocks;
	/* Room that is not the arena's own and is used up first; NULL for
	 * none. */
	unsigned char *given;
	size_t given_room, given_used;
};

/* 16-byte aligned, not cleared; NULL when out of memory. */
void *omni__arena_alloc(struct omni__arena *, size_t size);
void *omni__arena_zero(struct omni__arena *, size_t size);
void *omni__arena_copy(struct omni__arena *, const void *, size_t size);
/* Copies size bytes and ends them with a NUL. */
char *omni__arena_text(struct omni__arena *, const char *, size_t size);
char *omni__arena_strdup(struct omni__arena *, const char *);
/* Texts that may be NULL: the same, or both none ... */
bool omni__same(const char *, const char *);
/* ... and a copy, NULL of NULL; *failed becomes true when out of memory. */
const char *omni__arena_keep(struct omni__arena *, const char *,
    bool *failed);
char *omni__arena_printf(struct omni__arena *, const char *format, ...)
    OMNI__PRINTF(2, 3);
/* Forgets everything but keeps one block for the next round. */
void omni__arena_reset(struct omni__arena *);
void omni__arena_free(struct omni__arena *);

/* Gives back what was allocated since, in the reverse order of marks. */
struct omni__mark {
	struct omni__chunk *block;
	size_t used, given_used;
};
struct omni__mark omni__arena_mark(const struct omni__arena *);
void omni__arena_release(struct omni__arena *, struct omni__mark);

/* A growing run of bytes, always followed by a NUL once something was
 * added.  Errors stick: after out of memory `failed` is true and additions
 * do nothing.  Zero-initialise, then set env (NULL means the default). */
struct omni__buf {
	const struct omni__env *env;
	char *bytes;
	size_t size, room;
	bool failed;
};

void omni__buf_add(struct omni__buf *, const void *, size_t size);
void omni__buf_str(struct omni__buf *, const char *);
void omni__buf_char(struct omni__buf *, char);
void omni__buf_printf(struct omni__buf *, const char *format, ...)
    OMNI__PRINTF(2, 3);
/* Adds a JSON string with its quotes; NULL adds null. */
void omni__buf_json(struct omni__buf *, const char *);
void omni__buf_clear(struct omni__buf *);
void omni__buf_free(struct omni__buf *);

/* ---- maps (map.c) --------------------------------------------------- */

/* Byte strings to a number the caller chose; keys are borrowed and must
 * outlive the map.  Open addressing; in an arena, so nothing to free. */
struct omni__map {
	struct omni__arena *arena;
	struct omni__slot *slots;
	size_t room, count;
};

/* Finds the key or adds it with `value`: *found tells which, and the result
 * points to the value.  NULL when out of memory. */
size_t *omni__map_put(struct omni__map *, const void *key, size_t size,
    size_t value, bool *found);
/* NULL when absent. */
size_t *omni__map_get(const struct omni__map *, const void *key,
    size_t size);

/* ---- sorting (sort.c) ----------------------------------------------- */

/* Less than, equal to or greater than 0, as a comparison for qsort is. */
static inline int
omni__order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Sorts items of 8 or 16 bytes, stable, by the uint64_t with which each
 * begins; temporary has room for as many. */
void omni__radix_sort(void *items, void *temporary, size_t count,
    size_t size);

/* ---- numbers as bytes (bytes.c) ------------------------------------- */

/* Eight bytes, the highest first, whatever the processor. */
void omni__bytes_put(unsigned char out[8], int64_t number);
int64_t omni__bytes_get(const unsigned char in[8]);

/* ---- ids and hashes (hash.c) ---------------------------------------- */

#define OMNI__ID 16		/* bytes of a record's or customer's id */

/* 64 bits of SipHash-2-4 under the first 16 bytes of key. */
uint64_t omni__hash64(const unsigned char key[32], const void *, size_t);
/* OMNI__ID bytes of BLAKE2b under key. */
void omni__hash_id(const unsigned char key[32], unsigned char out[OMNI__ID],
    const void *, size_t);
/* Hexadecimal; out takes 2 * size + 1 bytes. */
void omni__hex(char *out, const unsigned char *bytes, size_t size);
/* Exactly 2 * size digits, upper or lower case; false otherwise. */
bool omni__unhex(unsigned char *out, size_t size, const char *hex);
/* Wipes secrets in a way that is not optimised away. */
void omni__wipe(void *, size_t);

/* ---- fixed point (fixed.c) ------------------------------------------ */

/* log2(numerator / denominator) in 1/1024 bits, rounded down, by integers
 * alone so that every processor agrees; both > 0. */
int32_t omni__log2_ratio(uint64_t numerator, uint64_t denominator);
#define OMNI__BIT 1024

/* ---- times (time.c) ------------------------------------------------- */

#define OMNI__SECOND INT64_C(1000000)
#define OMNI__DAY (86400 * OMNI__SECOND)

/* Days since 1970-01-01 of a proleptic Gregorian date. */
int64_t omni__days_from_civil(int64_t year, int month, int day);
void omni__civil_from_days(int64_t days, int64_t *year, int *month,
    int *day);

#endif
