/*
 * The list of all that is known of an address.
 */
#include <string.h>

#include "consent/consent.h"

struct omni_contacts {
	struct omni__object object;
	struct omni__contact_row *rows;
	size_t count, next;	/* the one behind what is shown */
};

struct asked {
	const char *kind, *value;
	struct omni_contacts *list;
};

static omni_status
copy_row(struct omni__arena *arena, struct omni__contact_row *row)
{
	const char *const texts[] = { row->purpose, row->cause };
	const char **const places[] = { &row->purpose, &row->cause };
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts); i++)
		if (texts[i] != NULL && (*places[i] =
		    omni__arena_strdup(arena, texts[i])) == NULL)
			return OMNI_NOMEM;
	return OMNI_OK;
}

static omni_status
read_history(struct omni *db, void *context)
{
	const struct asked *asked = context;
	struct omni_contacts *list = asked->list;
	struct omni__contact_row *rows;
	unsigned char hash[1][OMNI__ID];
	bool usable;
	omni_status status;
	size_t i, count = 0;

	status = omni__contact_hash(db, asked->kind, asked->value, hash[0],
	    &usable);
	if (status == OMNI_OK && !usable)
		return omni__fail(&db->error, OMNI_INVALID,
		    "value is no %s that a message could go to",
		    asked->kind);
	if (status == OMNI_OK)
		status = omni__contact_history(db, NULL,
		    (const unsigned char (*)[OMNI__ID])hash, 1, &rows,
		    &count);
	if (status != OMNI_OK || count == 0)
		return status;
	list->rows = omni__arena_copy(&list->object.arena, rows,
	    count * sizeof(*rows));
	if (list->rows == NULL)
		return omni__nomem(&db->error);
	for (i = 0; i < count && status == OMNI_OK; i++)
		status = copy_row(&list->object.arena, &list->rows[i]);
	list->count = count;
	return status == OMNI_OK ? OMNI_OK : omni__nomem(&db->error);
}

static omni_status
check(struct omni *db, const struct asked *asked)
{
	omni_status status = omni__text_check(&db->error, "kind",
	    asked->kind);

	if (status == OMNI_OK && !omni__contact_kind(asked->kind))
		status = omni__fail(&db->error, OMNI_INVALID,
		    "kind is no address: it is email, phone, device or "
		    "address");
	return status == OMNI_OK ? omni__text_check(&db->error, "value",
	    asked->value) : status;
}

omni_status
omni_contacts_open(omni *db, const char *kind, const char *value,
    omni_contacts **contacts)
{
	struct asked asked = { kind, value, NULL };
	omni_status status = omni__enter(db);

	if (contacts != NULL)
		*contacts = NULL;
	if (status != OMNI_OK)
		return status;
	if (contacts == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "contacts is NULL"));
	status = check(db, &asked);
	if (status == OMNI_OK) {
		asked.list = omni__object_new(&db->env,
		    sizeof(*asked.list));
		status = asked.list == NULL ? omni__nomem(&db->error) :
		    omni__transact(db, false, read_history, &asked);
	}
	if (status == OMNI_OK)
		*contacts = asked.list;
	else
		omni__object_free(asked.list);
	return omni__leave(db, status);
}

omni_status
omni_contacts_next(omni_contacts *contacts)
{
	if (contacts == NULL)
		return OMNI_MISUSE;
	if (contacts->next > contacts->count)
		return OMNI_DONE;
	return contacts->next++ < contacts->count ? OMNI_OK : OMNI_DONE;
}

/* What is shown, or NULL. */
static const struct omni__contact_row *
shown(const omni_contacts *contacts)
{
	return contacts != NULL && contacts->next > 0 &&
	    contacts->next <= contacts->count ?
	    &contacts->rows[contacts->next - 1] : NULL;
}

int32_t
omni_contacts_what(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->what : 0;
}

int64_t
omni_contacts_fact(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->fact : 0;
}

int64_t
omni_contacts_time(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->happened : OMNI_TIME_UNKNOWN;
}

int32_t
omni_contacts_flag(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->flag : 0;
}

const char *
omni_contacts_cause(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->cause : NULL;
}

const char *
omni_contacts_purpose(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	if (row == NULL || row->what != OMNI_CONTACT_SUPPRESSED)
		return NULL;
	return row->purpose != NULL ? row->purpose : "*";
}

int64_t
omni_contacts_from(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->since : OMNI_TIME_UNKNOWN;
}

int64_t
omni_contacts_until(const omni_contacts *contacts)
{
	const struct omni__contact_row *row = shown(contacts);

	return row != NULL ? row->until : OMNI_TIME_UNKNOWN;
}

void
omni_contacts_free(omni_contacts *contacts)
{
	omni__object_free(contacts);
}
