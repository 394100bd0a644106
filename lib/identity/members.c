/*
 * The list of all records with their customers.  It is read page by page by
 * record id, then sorted by source and key, which no index holds.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/identity.h"

#define PAGE 2000

static const struct omni__sql members_page = {
	.name = "members_page",
	.in = "after:b limit:i sure:i",
	.out = "bbiit",
	.sql = "SELECT r.id, CASE $sure WHEN 0 THEN r.customer"
	    " ELSE coalesce(r.sure, r.customer) END,\n"
	    "  r.flags, f.source, f.key\n"
	    "FROM omni_record r JOIN omni_fact f ON f.id = r.fact\n"
	    "WHERE r.id > $after ORDER BY r.id LIMIT $limit",
};

struct member {
	const char *source;	/* NULL: inline */
	const char *key;
	char customer[OMNI_ID_SIZE];
};

struct omni_members {
	struct omni__object object;
	struct member *list;
	size_t count, room;
	size_t next;		/* the one handed out is next - 1 */
	bool inlines;
	unsigned char after[OMNI__ID];
	/* What a page adds counts when it was read to its end: it may have to
	 * be read again. */
	unsigned char last[OMNI__ID];
	size_t kept;
	bool ended;
};

/* Of sources there are few: each is kept once. */
static omni_status
source_text(struct omni *db, struct omni_members *m, int64_t term,
    const char **text)
{
	const char *word;
	omni_status status = omni__term_text(db, term, &word);
	size_t i;

	*text = NULL;
	if (status != OMNI_OK || word == NULL)
		return status;
	for (i = m->count; i > 0 && m->count - i < 8; i--)
		if (m->list[i - 1].source != NULL &&
		    strcmp(m->list[i - 1].source, word) == 0) {
			*text = m->list[i - 1].source;
			return OMNI_OK;
		}
	*text = omni__arena_strdup(&m->object.arena, word);
	return *text != NULL ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
take(struct omni *db, struct omni_members *m, const struct omni__value *v)
{
	bool is_inline = v[3].type != OMNI__INT;
	struct member member;
	omni_status status = OMNI_OK;

	memcpy(m->last, v[0].bytes, OMNI__ID);
	if (is_inline && !m->inlines)
		return OMNI_OK;
	memset(&member, 0, sizeof(member));
	omni__hex(member.customer, v[1].bytes, OMNI__ID);
	if (is_inline) {
		char hex[OMNI_ID_SIZE];

		omni__hex(hex, v[0].bytes, OMNI__ID);
		member.key = omni__arena_strdup(&m->object.arena, hex);
	} else {
		status = source_text(db, m, v[3].number, &member.source);
		if (status == OMNI_OK && v[4].type == OMNI__TEXT)
			member.key = omni__arena_text(&m->object.arena,
			    v[4].bytes, v[4].size);
	}
	if (status != OMNI_OK)
		return status;
	if (member.key == NULL || omni__grow(&m->object.env, &m->list,
	    &m->room, m->count + 1, sizeof(*m->list)) != OMNI_OK)
		return omni__nomem(&db->error);
	m->list[m->count++] = member;
	return OMNI_OK;
}

static omni_status
read_page(struct omni *db, void *context)
{
	struct omni_members *m = context;
	struct omni__value in[3] = {
		omni__blob(m->after, OMNI__ID), omni__int(PAGE),
		omni__int(db->sure)
	};
	struct omni__result page;
	omni_status status;
	size_t i;

	m->count = m->kept;
	status = omni__query(db, &members_page, in, 1, &page);
	for (i = 0; status == OMNI_OK && i < page.count; i++)
		status = take(db, m, OMNI__AT(&page, i, 0));
	m->ended = status == OMNI_OK && page.count < PAGE;
	return status;
}

static int
compare(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order;

	if ((a->source == NULL) != (b->source == NULL))
		return a->source == NULL ? 1 : -1;
	order = a->source != NULL && a->source != b->source ?
	    strcmp(a->source, b->source) : 0;
	return order != 0 ? order : strcmp(a->key, b->key);
}

omni_status
omni_members_open(omni *db, int32_t inlines, omni_members **out)
{
	omni_status status = omni__enter(db);
	struct omni_members *m;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "members is NULL"));
	*out = NULL;
	m = omni__object_of(db, sizeof(*m));
	if (m == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	m->inlines = inlines != 0;
	while (status == OMNI_OK && !m->ended) {
		status = omni__transact(db, false, read_page, m);
		memcpy(m->after, m->last, OMNI__ID);
		m->kept = m->count;
	}
	if (status != OMNI_OK) {
		omni_members_free(m);
		return omni__leave(db, status);
	}
	if (m->count > 0)
		qsort(m->list, m->count, sizeof(*m->list), compare);
	*out = m;
	return omni__leave(db, OMNI_OK);
}

omni_status
omni_members_next(omni_members *members)
{
	if (members == NULL)
		return OMNI_MISUSE;
	if (members->next >= members->count) {
		members->next = members->count + 1;
		return OMNI_DONE;
	}
	members->next++;
	return OMNI_OK;
}

static const struct member *
current(const omni_members *m)
{
	if (m == NULL || m->next == 0 || m->next > m->count)
		return NULL;
	return &m->list[m->next - 1];
}

const char *
omni_members_source(const omni_members *members)
{
	const struct member *member = current(members);

	return member != NULL ? member->source : NULL;
}

const char *
omni_members_key(const omni_members *members)
{
	const struct member *member = current(members);

	return member != NULL ? member->key : NULL;
}

const char *
omni_members_customer(const omni_members *members)
{
	const struct member *member = current(members);

	return member != NULL ? member->customer : NULL;
}

void
omni_members_free(omni_members *members)
{
	if (members == NULL)
		return;
	omni__free(&members->object.env, members->list);
	omni__object_free(members);
}
