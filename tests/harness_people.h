/*
 * People whose rows nobody takes for somebody else's, what they do, and a
 * model that keeps all of it in one array.
 */
#ifndef HARNESS_PEOPLE_H
#define HARNESS_PEOPLE_H

#include "harness.h"

/* ---- people --------------------------------------------------------- */

/* The key of a person's row; its source is "crm". */
void record_key(char out[32], int person, int row);
/* Makes so many rows of a person. */
void people_put(struct harness *, int person, int rows);
void people_customer(struct harness *, int person, char id[OMNI_ID_SIZE]);
/* Names a row; person < 0: nobody known. */
omni_record *people_who(int person, int row);

/* ---- what they do --------------------------------------------------- */

struct event {
	int person, row;
	const char *channel, *kind;
	int64_t time;
	const char *key;	/* of an "order", or NULL */
	const char *status;
};

/* Puts it on that handle and returns its fact. */
int64_t event_put(struct harness *, omni *db, const struct event *);
int64_t event_put_at(struct harness *, int person, const char *channel,
    const char *kind, int64_t time);

void people_channel(struct harness *, const char *name, int32_t direction);
/* A row of person 1 sets its language; NULL removes it. */
void people_set(struct harness *, int row, const char *value, int64_t time);

/* ---- a model -------------------------------------------------------- */

#define ITEMS 2000

struct item {
	struct event event;
	int64_t fact;
	int seen;
};

struct model {
	struct item items[ITEMS];
	size_t count;
	char keys[8][8];
};

extern const char *const model_channels[4];
extern const char *const model_kinds[3];

struct model *model_new(void);
/* Within ten minutes, so that many happen at once. */
int64_t model_time(struct harness *);
/* Puts something random of the first so many persons, and remembers it. */
void model_put(struct harness *, omni *db, struct model *, int persons,
    int rows);
struct item *model_find(struct model *, int64_t fact);
/* Of two items: by time, then by fact. */
int model_order(const void *, const void *);

#endif
