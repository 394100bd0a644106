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
	const char *purpose;		/* NULL: "*" */
	int64_t time;
	int64_t from, until;
	bool verified, primary;
	bool says[OMNI_CONTACT_VALID + 1];	/* by OMNI_CONTACT_* */
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
	contact->says[OMNI_CONTACT_VERIFIED] = true;
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
	contact->says[OMNI_CONTACT_SUPPRESSED] = true;
	return OMNI_OK;
}

omni_status
omni_contact_set_purpose(omni_contact *contact, const char *purpose)
{
	omni_status status;

	if (contact == NULL)
		return OMNI_MISUSE;
	status = omni__purpose_check(&contact->object.error, "purpose",
	    purpose, true);
	return status == OMNI_OK ? omni__object_text(&contact->object,
	    "purpose", purpose, &contact->purpose) : status;
}

omni_status
omni_contact_set_primary(omni_contact *contact, int32_t primary)
{
	if (contact == NULL)
		return OMNI_MISUSE;
	contact->primary = primary != 0;
	contact->says[OMNI_CONTACT_PRIMARY] = true;
	return OMNI_OK;
}

omni_status
omni_contact_set_valid(omni_contact *contact, int64_t from, int64_t until)
{
	struct omni__error *error;
	omni_status status;

	if (contact == NULL)
		return OMNI_MISUSE;
	error = &contact->object.error;
	status = omni__time_check(error, "from", from);
	if (status == OMNI_OK)
		status = omni__time_check(error, "until", until);
	if (status == OMNI_OK && (from == OMNI_NOW || until == OMNI_NOW))
		status = omni__fail(error, OMNI_INVALID,
		    "from and until are times, and now is none");
	if (status == OMNI_OK && until != OMNI_TIME_UNKNOWN && until < from)
		status = omni__fail(error, OMNI_INVALID,
		    "until lies before from");
	if (status != OMNI_OK)
		return status;
	contact->from = from;
	contact->until = until;
	contact->says[OMNI_CONTACT_VALID] = true;
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
	bool said = false;
	size_t i;

	if (contact == NULL)
		return omni__fail(&db->error, OMNI_MISUSE,
		    "the contact point is NULL");
	if (contact->value == NULL)
		return omni__fail(&db->error, contact->flaw.status,
		    "contact point: %s", contact->flaw.text);
	for (i = 0; i < OMNI__COUNT(contact->says); i++)
		said = said || contact->says[i];
	if (!said)
		return omni__fail(&db->error, OMNI_INVALID,
		    "contact point: nothing is said about it; set verified, "
		    "suppressed, primary or valid");
	if (contact->purpose != NULL &&
	    !contact->says[OMNI_CONTACT_SUPPRESSED])
		return omni__fail(&db->error, OMNI_INVALID,
		    "purpose: it is what a suppression is for, and nothing "
		    "is said of one");
	return OMNI_OK;
}

/* A bound of validity, null when there is none. */
static void
write_bound(struct omni__buf *body, char before, int64_t time)
{
	omni__buf_char(body, before);
	if (time == OMNI_TIME_UNKNOWN)
		omni__buf_str(body, "null");
	else
		omni__buf_printf(body, "%lld", (long long)time);
}

static void
write_body(struct omni__buf *body, const struct omni_contact *contact,
    const unsigned char hash[OMNI__ID])
{
	char hex[2 * OMNI__ID + 1];

	omni__hex(hex, hash, OMNI__ID);
	omni__buf_printf(body, "{\"address\":\"%s\"", hex);
	if (contact->says[OMNI_CONTACT_VERIFIED])
		omni__buf_printf(body, ",\"verified\":%s",
		    contact->verified ? "true" : "false");
	if (contact->says[OMNI_CONTACT_SUPPRESSED]) {
		omni__buf_str(body, ",\"suppressed\":");
		omni__buf_json(body, contact->cause);
	}
	if (contact->purpose != NULL) {
		omni__buf_str(body, ",\"purpose\":");
		omni__buf_json(body, contact->purpose);
	}
	if (contact->says[OMNI_CONTACT_PRIMARY])
		omni__buf_printf(body, ",\"primary\":%s",
		    contact->primary ? "true" : "false");
	if (contact->says[OMNI_CONTACT_VALID]) {
		omni__buf_str(body, ",\"valid\":");
		write_bound(body, '[', contact->from);
		write_bound(body, ',', contact->until);
		omni__buf_char(body, ']');
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
