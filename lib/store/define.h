/*
 * Definitions as objects: channels, purposes and kinds are a checked name, a
 * table of fields, and the way into a fact's body and back.
 */
#ifndef OMNI_DEFINE_H
#define OMNI_DEFINE_H

#include "store/db.h"

/* What they share: a name, a host key, a time. */
struct omni__definition {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor, for the put */
	const char *name;
	const char *source;
	const char *key;
	int64_t time;
};

struct omni__names {
	const char **items;
	size_t count, room;
};

/* The members of a definition's body, and where they are in the struct. */
enum { OMNI__FIELD_TEXT, OMNI__FIELD_NUMBER, OMNI__FIELD_NAMES };
struct omni__field {
	const char *name;
	size_t offset;
	int32_t type;
	int32_t low, high;		/* of a number */
	const char *const *words;	/* of low, low + 1 ..., or NULL */
};

/* A sort of definitions. */
struct omni__sort {
	const char *name;		/* "channel" */
	const struct omni__field *fields;
	size_t count, size;
	int32_t noun;
	/* Of the name, beside being a text; or NULL. */
	omni_status (*check)(struct omni__error *, const char *field,
	    const char *name);
};

/* An object of that sort; NULL when out of memory.  A bad name becomes a
 * flaw. */
void *omni__definition_new(const struct omni__sort *, const char *name);
/* Setters: the value of a field, checked. */
omni_status omni__definition_number(struct omni__definition *,
    const struct omni__field *, int32_t value);
omni_status omni__definition_key(struct omni__definition *,
    const char *source, const char *key);
omni_status omni__definition_time(struct omni__definition *, int64_t time);
const char *omni__definition_errmsg(const struct omni__definition *,
    const char *null);
/* The whole public calls _put and _get. */
omni_status omni__definition_put(struct omni *db,
    const struct omni__definition *, const struct omni__sort *,
    omni__apply_fn, int64_t *fact);
omni_status omni__definition_get(struct omni *db, const struct omni__sort *,
    const char *name, void *object);
/* Those of these names inside a transaction, NULL for one that is not
 * defined; in the scratch arena, not to be freed. */
omni_status omni__definitions_load(struct omni *db,
    const struct omni__sort *, const char *const *names, size_t count,
    void **objects);

#endif
