/*
 * Inside the timeline room: what an interaction is made of, and the text in
 * which its fact keeps the references.
 */
#ifndef OMNI_INTERACTION_H
#define OMNI_INTERACTION_H

#include "timeline/timeline.h"

/* The most bytes of a name that stands in an index: servers take no longer
 * key than a third of a page. */
#define OMNI__NAME_MAX 1024
#define OMNI__REFERENCES_MAX 256
#define OMNI__BODY_MAX ((size_t)1 << 20)

/* ---- the object (interaction.c, interaction_get.c) ------------------- */

struct omni__reference {
	const char *type;
	const char *key;
	const char *status;	/* NULL: none given */
};

struct omni_interaction {
	struct omni__object object;
	const char *channel;
	const char *kind;
	const char *source;
	const char *key;
	const char *body;
	struct omni_record *who;
	struct omni__reference *references;
	size_t count, room;
	int64_t time;		/* OMNI_NOW: not given */
	uint32_t bad;		/* fields that were given a bad value */
	bool borrowed;		/* of a timeline: not to be changed or freed */

	/* Of one that was read. */
	int64_t fact;
	int64_t recorded;
	int64_t placed;		/* where it stands in time */
};

/* Fills a zeroed interaction from a fact; everything goes to the arena. */
omni_status omni__interaction_read(struct omni__error *,
    struct omni__arena *, const struct omni__fact *,
    struct omni_interaction *);

/* ---- what all setters of this room share (interaction.c) ------------- */

/* A setter's outcome: a bad value sticks to its field until a good one is
 * set, so that the put or the open reports what nobody looked at. */
omni_status omni__field_set(struct omni__object *, uint32_t *bad,
    uint32_t field, omni_status);
/* omni__text_check for what stands in an index. */
omni_status omni__name_check(struct omni__error *, const char *field,
    const char *value);
omni_status omni__object_name(struct omni__object *, const char *field,
    const char *value, const char **copy);

/* ---- texts of facts (reference.c) ------------------------------------ */

/* A piece of text without a NUL. */
struct omni__slice {
	const char *bytes;	/* NULL: none */
	size_t size;
};

/* One reference as a fact has it. */
struct omni__mention {
	struct omni__slice type, key, status;
};

struct omni__value omni__slice_value(const struct omni__slice *);

/* [["order","W1","paid"],["product","X"]]; NULL when out of memory. */
const char *omni__references_write(struct omni__arena *,
    const struct omni__reference *, size_t count);
/* No fewer than there are. */
size_t omni__references_bound(const char *text);
/*
 * Takes the next one off *at, which begins as the whole text: OMNI_OK,
 * OMNI_DONE, CORRUPT or NOMEM.  Slices lie in the text, or in the arena where
 * something was escaped.  Reads what omni__references_write wrote and no
 * other JSON.
 */
omni_status omni__reference_next(struct omni__arena *, const char **at,
    struct omni__mention *);
/* A JSON string as omni__buf_json writes it, taken off *at. */
omni_status omni__string_next(struct omni__arena *, const char **at,
    struct omni__slice *);

#endif
