/*
 * Contact points: what is known of an address, whoever has it.  The address
 * itself is kept only as a keyed hash, so that what suppresses it outlives
 * an erasure.
 */
#include <string.h>

#include "consent/consent.h"
#include "text/text.h"

struct omni_contact {
	struct omni__object object;
	struct omni__error flaw;	/* of the constructor, for the put */
	const char *kind;
	const char *value;
	const char *cause;
	int64_t time;
	bool verified, says_verified, says_suppressed;
};

/* ---- addresses ------------------------------------------------------ */

static const char *const kinds[] = { "email", "phone", "device", "address" };

bool
omni__contact_kind(const char *kind)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(kinds); i++)
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	return false;
}

/* A postal address is written in many ways: only folded letters and digits
 * tell. */
omni_status
omni__postal_key(struct omni *db, struct omni__buf *out, const char *value)
{
	struct omni__buf folded = { .env = &db->env };
	omni_status status = omni__fold(&folded, value, strlen(value));
	size_t i;

	for (i = 0; i < folded.size && status == OMNI_OK; i++) {
		unsigned char c = (unsigned char)folded.bytes[i];

		if (c >= 0x80 || (c >= 'a' && c <= 'z') ||
		    (c >= '0' && c <= '9'))
			omni__buf_char(out, (char)c);
	}
	if (status == OMNI_NOMEM || folded.failed)
		status = omni__nomem(&db->error);
	omni__buf_free(&folded);
	return status;
}

static omni_status
address_key(struct omni *db, struct omni__buf *out, const char *kind,
    const char *value)
{
	const char *normal = "";
	omni_status status;

	if (strcmp(kind, "address") == 0)
		return omni__postal_key(db, out, value);
	status = omni__kind_normalise(db, kind, value, &normal);
	if (status == OMNI_OK)
		omni__buf_str(out, normal);
	return status;
}

omni_status
omni__contact_hash(struct omni *db, const char *kind, const char *value,
    unsigned char hash[OMNI__ID], bool *usable)
{
	struct omni__buf key = { .env = &db->env };
	omni_status status = address_key(db, &key, kind, value);

	if (status >= 0 && key.failed)
		status = omni__nomem(&db->error);
	if (status >= 0) {
		*usable = key.size > 0;
		status = omni__address_hash(db, kind,
		    key.size > 0 ? key.bytes : "", hash);
	}
	omni__buf_free(&key);
	return status;
}

static bool
given(const char *text)
{
	return text != NULL && *text != '\0';
}

/* However a source writes a name, "Lee, Ann" or "Ann Mary Lee". */
static omni_status
split_name(struct omni *db, const char *full, const char **name)
{
	struct omni__buf first = { .env = &db->env },
	    other = { .env = &db->env }, last = { .env = &db->env };
	omni_status status;

	status = omni__name_split(&first, &other, &last, full, strlen(full));
	if (status != OMNI_NOMEM && (first.size > 0 || last.size > 0)) {
		*name = omni__arena_printf(&db->scratch, "%s %s",
		    first.size > 0 ? first.bytes : "",
		    last.size > 0 ? last.bytes : "");
		if (*name == NULL)
			status = OMNI_NOMEM;
	}
	if (first.failed || other.failed || last.failed)
		status = OMNI_NOMEM;
	omni__buf_free(&first);
	omni__buf_free(&other);
	omni__buf_free(&last);
	return status == OMNI_NOMEM ? omni__nomem(&db->error) : OMNI_OK;
}

omni_status
omni__contact_addressee(struct omni *db, const char *full,
    const char *first, const char *last, const char **name)
{
	*name = NULL;
	if (given(first) && given(last)) {
		*name = omni__arena_printf(&db->scratch, "%s %s", first,
		    last);
		return *name == NULL ? omni__nomem(&db->error) : OMNI_OK;
	}
	return given(full) ? split_name(db, full, name) : OMNI_OK;
}

/* "Street 1, 211 71 Malmo", or NULL when out of memory. */
static const char *
postal_line(struct omni *db, const struct omni__postal *parts)
{
	bool postcode = given(parts->postcode), city = given(parts->city);

	if (given(parts->full))
		return parts->full;
	return omni__arena_printf(&db->scratch, "%s%s%s, %s%s%s",
	    parts->street, given(parts->number) ? " " : "",
	    given(parts->number) ? parts->number : "",
	    postcode ? parts->postcode : "", postcode && city ? " " : "",
	    city ? parts->city : "");
}

omni_status
omni__contact_postal(struct omni *db, const struct omni__postal *parts,
    const char **line)
{
	*line = NULL;
	if (!given(parts->full) && !(given(parts->street) &&
	    (given(parts->postcode) || given(parts->city))))
		return OMNI_OK;
	*line = postal_line(db, parts);
	if (*line != NULL && given(parts->addressee))
		*line = omni__arena_printf(&db->scratch, "%s, %s",
		    parts->addressee, *line);
	return *line == NULL ? omni__nomem(&db->error) : OMNI_OK;
}

/* ---- the object ----------------------------------------------------- */

omni_contact *
omni_contact_new(const char *kind, const char *value)
{
	struct omni_contact *contact = omni__object_new(NULL,
	    sizeof(*contact));
	struct omni__object *object;
	omni_status status;

	if (contact == NULL)
		return NULL;
	object = &contact->object;
	contact->time = OMNI_NOW;
	status = omni__object_text(object, "kind", kind, &contact->kind);
	if (status == OMNI_OK && !omni__contact_kind(kind))
		status = omni__fail(&object->error, OMNI_INVALID,
		    "kind is no address: it is email, phone, device or "
		    "address");
	if (status == OMNI_OK)
		status = omni__object_text(object, "value", value,
		    &contact->value);
	if (status == OMNI_NOMEM) {
		omni__object_free(contact);
		return NULL;
	}
	contact->flaw = object->error;
	return contact;
}

void
omni_contact_free(omni_contact *contact)
{
	omni__object_free(contact);
}

omni_status
omni_contact_set_verified(omni_contact *contact, int32_t verified)
{
	if (contact == NULL)
		return OMNI_MISUSE;
	contact->verified = verified != 0;
	contact->says_verified = true;
	return OMNI_OK;
}

omni_status
omni_contact_set_suppressed(omni_contact *contact, const char *cause)
{
	const char *copy = NULL;
	omni_status status = OMNI_OK;

	if (contact == NULL)
		return OMNI_MISUSE;
	if (cause != NULL)
		status = omni__object_text(&contact->object, "cause", cause,
		    &copy);
	if (status != OMNI_OK)
		return status;
	contact->cause = copy;
	contact->says_suppressed = true;
	return OMNI_OK;
}

omni_status
omni_contact_set_time(omni_contact *contact, int64_t time)
{
	omni_status status;

	if (contact == NULL)
		return OMNI_MISUSE;
	status = omni__time_check(&contact->object.error, "time", time);
	if (status == OMNI_OK)
		contact->time = time;
	return status;
}

const char *
omni_contact_errmsg(const omni_contact *contact)
{
	if (contact == NULL)
		return "the contact point is NULL";
	return contact->object.error.text[0] != '\0' ?
	    contact->object.error.text : "no error";
}

/* ---- put ------------------------------------------------------------ */

static omni_status
check(struct omni *db, const struct omni_contact *contact)
{
	if (contact == NULL)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "the contact point is NULL");
	if (contact->value == NULL)
		return omni__fail(&db->error, contact->flaw.status,
		    "contact point: %s", contact->flaw.text);
	if (!contact->says_verified && !contact->says_suppressed)
		return omni__fail(&db->error, OMNI_INVALID,
		    "contact point: nothing is said about it; set verified "
		    "or suppressed");
	return OMNI_OK;
}

static void
write_body(struct omni__buf *body, const struct omni_contact *contact,
    const unsigned char hash[OMNI__ID])
{
	char hex[2 * OMNI__ID + 1];

	omni__hex(hex, hash, OMNI__ID);
	omni__buf_printf(body, "{\"address\":\"%s\"", hex);
	if (contact->says_verified)
		omni__buf_printf(body, ",\"verified\":%s",
		    contact->verified ? "true" : "false");
	if (contact->says_suppressed) {
		omni__buf_str(body, ",\"suppressed\":");
		omni__buf_json(body, contact->cause);
	}
	omni__buf_char(body, '}');
}

static omni_status
put_contact(struct omni *db, const struct omni_contact *contact,
    int64_t *id)
{
	struct omni__buf body = { .env = &db->env };
	struct omni__fact fact = {
		.noun = OMNI__FACT_CONTACT,
		.kind = contact->kind,
		.timed = contact->time != OMNI_NOW &&
		    contact->time != OMNI_TIME_UNKNOWN,
	};
	unsigned char hash[OMNI__ID];
	bool usable = false;
	omni_status status;

	status = omni__contact_hash(db, contact->kind, contact->value, hash,
	    &usable);
	if (status != OMNI_OK)
		return status;
	if (!usable)
		return omni__fail(&db->error, OMNI_INVALID,
		    "value is no %s that a message could go to",
		    contact->kind);
	write_body(&body, contact, hash);
	fact.body = body.bytes;
	fact.happened = fact.timed ? contact->time : omni__clock(&db->env);
	status = body.failed ? omni__nomem(&db->error) :
	    omni__fact_put(db, &fact, omni__consent_apply, id);
	omni__buf_free(&body);
	return status;
}

omni_status
omni_contact_put(omni *db, const omni_contact *contact, int64_t *fact)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	status = check(db, contact);
	if (status == OMNI_OK)
		status = put_contact(db, contact, fact);
	return omni__leave(db, status);
}
