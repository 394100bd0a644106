/*
 * Definitions as objects: channels, purposes, kinds, windows, calendars, caps
 * and wordings are a checked name, a table of fields, and the way into a
 * fact's body and back.
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

/* May change the text in place (a region becomes capitals). */
typedef omni_status (*omni__check_fn)(struct omni__error *,
    const char *field, char *text);

/* The members of a definition's body, and where they are in the struct. */
enum {
	OMNI__FIELD_TEXT,
	OMNI__FIELD_NUMBER,		/* int32_t; from 0 to 1: a flag */
	OMNI__FIELD_TIME,		/* int64_t; else OMNI_TIME_UNKNOWN */
	OMNI__FIELD_NAMES
};
struct omni__field {
	const char *name;
	size_t offset;
	const char *const *words;	/* of low, low + 1 ..., or NULL */
	const char *text;		/* what holds where none is told */
	omni__check_fn check;		/* of a text, or of each name */
	int32_t type;
	int32_t low, high;		/* of a number */
	int32_t preset;			/* ... what holds where none is told */
	int32_t most;			/* of names; 0: any number */
	/* Younger than the first release: left out of the body where nothing
	 * is told, so that what was told before has the body it had. */
	bool late;
	bool inner;			/* no member of a line that imports */
	bool sorted;			/* names */
	bool lines;			/* a text may have several */
};

/* A sort of definitions. */
struct omni__sort {
	const char *name;		/* "channel" */
	const char *called;		/* what its name is; NULL: "name" */
	const struct omni__field *fields;
	size_t count, size;
	int32_t noun;
	omni__check_fn check;		/* of the name, or NULL */
	/* Called on what was read; false when out of memory.  Or NULL. */
	bool (*ready)(struct omni__arena *, void *object);
};

/* An object of that sort; NULL when out of memory.  A bad name becomes a
 * flaw. */
void *omni__definition_new(const struct omni__sort *, const char *name);
/* Setters: the value of a field, checked.  All but errmsg are MISUSE for
 * NULL. */
omni_status omni__definition_number(struct omni__definition *,
    const struct omni__field *, int32_t value);
/* ... by its word. */
omni_status omni__definition_word(struct omni__definition *,
    const struct omni__field *, const char *word);
/* NULL: as if nothing were told. */
omni_status omni__definition_text(struct omni__definition *,
    const struct omni__field *, const char *value);
/* OMNI_TIME_UNKNOWN: none. */
omni_status omni__definition_instant(struct omni__definition *,
    const struct omni__field *, int64_t time);
/* One more, once. */
omni_status omni__definition_add(struct omni__definition *,
    const struct omni__field *, const char *name);
omni_status omni__definition_key(struct omni__definition *,
    const char *source, const char *key);
omni_status omni__definition_time(struct omni__definition *, int64_t time);
const char *omni__definition_errmsg(const struct omni__definition *,
    const char *null);
const char *omni__sort_called(const struct omni__sort *);
/* Makes room for a name more at i, and puts it there; false when out of
 * memory. */
bool omni__names_insert(struct omni__arena *, struct omni__names *, size_t i,
    const char *name);

/* The whole public calls _put and _get. */
omni_status omni__definition_put(struct omni *db,
    const struct omni__definition *, const struct omni__sort *,
    omni__apply_fn, int64_t *fact);
omni_status omni__definition_get(struct omni *db, const struct omni__sort *,
    const char *name, void *object);
/* An object of a fact of that sort; in the arena, not to be freed. */
omni_status omni__definition_read(struct omni *db, struct omni__arena *,
    const struct omni__fact *, const struct omni__sort *, void **object);
/* Those of these names inside a transaction, NULL for one that is not
 * defined; in the scratch arena, not to be freed. */
omni_status omni__definitions_load(struct omni *db,
    const struct omni__sort *, const char *const *names, size_t count,
    void **objects);

/* The public calls that all nouns of definitions have alike. */
#define OMNI__DEFINITION_CALLS(noun, sort) \
void \
omni_##noun##_free(omni_##noun *x) \
{ \
	omni__object_free(x); \
} \
omni_status \
omni_##noun##_set_key(omni_##noun *x, const char *source, const char *key) \
{ \
	return omni__definition_key(OMNI__HEAD(x), source, key); \
} \
omni_status \
omni_##noun##_set_time(omni_##noun *x, int64_t time) \
{ \
	return omni__definition_time(OMNI__HEAD(x), time); \
} \
const char * \
omni_##noun##_errmsg(const omni_##noun *x) \
{ \
	return omni__definition_errmsg(OMNI__HEAD(x), \
	    "the " #noun " is NULL"); \
} \
omni_status \
omni_##noun##_put(omni *db, const omni_##noun *x, int64_t *fact) \
{ \
	return omni__definition_put(db, OMNI__HEAD(x), &(sort), \
	    omni__definitions_apply, fact); \
} \
omni_status \
omni_##noun##_get(omni *db, const char *name, omni_##noun **x) \
{ \
	return omni__definition_get(db, &(sort), name, x); \
}
#define OMNI__HEAD(x) ((x) != NULL ? &(x)->head : NULL)

#endif
