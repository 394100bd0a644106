/*
 * The table of kinds: which normaliser a feature has and which column of
 * evidence it feeds.  A new kind is a new row.
 */
#include <string.h>

#include "identity/kind.h"
#include "text/text.h"

static omni_status
email(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__email_normalise(out, value, size);
}

static omni_status
phone(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	return omni__phone_normalise(out, value, size, region);
}

static omni_status
code(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__code_normalise(out, value, size);
}

static omni_status
date(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__date_normalise(out, value, size);
}

static omni_status
name(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__name_normalise(out, value, size);
}

static omni_status
given(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__name_given(out, value, size);
}

static omni_status
family(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	struct omni__buf tokens = { .env = out->env };
	omni_status status;

	(void)region;
	status = omni__name_normalise(&tokens, value, size);
	if (status == OMNI_OK && tokens.size > 0)
		status = omni__name_core(out, tokens.bytes, tokens.size);
	if (tokens.failed)
		status = OMNI_NOMEM;
	omni__buf_free(&tokens);
	return status;
}

static omni_status
street(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__street_normalise(out, value, size);
}

static omni_status
gender(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__gender_normalise(out, value, size);
}

static omni_status
org(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__org_normalise(out, value, size);
}

static omni_status
fold(struct omni__buf *out, const char *value, size_t size,
    const char *region)
{
	(void)region;
	return omni__fold(out, value, size);
}

/* "name.full" is split by person.c before its normaliser would be asked. */
static const struct omni__kind kinds[] = {
	{ "name.full", name, OMNI__OTHER, OMNI_RULE_FREQUENT },
	{ "name.given", given, OMNI__GIVEN, OMNI_RULE_FREQUENT },
	{ "name.family", family, OMNI__FAMILY, OMNI_RULE_FREQUENT },
	{ "birth_date", date, OMNI__BIRTH, OMNI_RULE_FREQUENT },
	{ "gender", gender, OMNI__GENDER, OMNI_RULE_FREQUENT },
	{ "email", email, OMNI__EMAIL, OMNI_RULE_VERIFIED },
	{ "phone", phone, OMNI__PHONE, OMNI_RULE_VERIFIED },
	{ "loyalty", code, OMNI__LOYALTY, OMNI_RULE_RECENT },
	{ "account", code, OMNI__ACCOUNT, OMNI_RULE_RECENT },
	{ "national_id", code, OMNI__NATIONAL_ID, OMNI_RULE_FREQUENT },
	{ "device", code, -1, OMNI_RULE_RECENT },
	{ "name.org", org, OMNI__ORG, OMNI_RULE_RECENT },
	{ "address.full", street, OMNI__STREET, OMNI_RULE_RECENT },
	{ "address.street", street, OMNI__STREET, OMNI_RULE_RECENT },
	{ "address.number", fold, OMNI__NUMBER, OMNI_RULE_RECENT },
	{ "address.extra", fold, OMNI__EXTRA, OMNI_RULE_RECENT },
	{ "address.postcode", omni__postcode_normalise, OMNI__POSTCODE,
	    OMNI_RULE_RECENT },
	{ "address.city", fold, OMNI__CITY, OMNI_RULE_RECENT },
	{ "address.region", fold, OMNI__REGION, OMNI_RULE_RECENT },
	{ "address.country", fold, -1, OMNI_RULE_RECENT },
	{ "attr", fold, OMNI__ATTR, OMNI_RULE_RECENT },
};

const uint8_t omni__behaviour[OMNI__COLUMNS] = {
	[OMNI__EMAIL] = OMNI__IDENTIFIER,
	[OMNI__PHONE] = OMNI__IDENTIFIER,
	[OMNI__LOYALTY] = OMNI__IDENTIFIER,
	[OMNI__ACCOUNT] = OMNI__IDENTIFIER,
	[OMNI__NATIONAL_ID] = OMNI__IDENTIFIER,
	[OMNI__STREET] = OMNI__ADDRESS,
	[OMNI__NUMBER] = OMNI__ADDRESS,
	[OMNI__POSTCODE] = OMNI__ADDRESS,
	[OMNI__CITY] = OMNI__ADDRESS,
	[OMNI__EXTRA] = OMNI__ADDRESS,
};

const char *const omni__column_name[OMNI__COLUMNS] = {
	[OMNI__GIVEN] = "name.given",
	[OMNI__FAMILY] = "name.family",
	[OMNI__OTHER] = "name.other",
	[OMNI__BIRTH] = "birth_date",
	[OMNI__GENDER] = "gender",
	[OMNI__EMAIL] = "email",
	[OMNI__PHONE] = "phone",
	[OMNI__LOYALTY] = "loyalty",
	[OMNI__ACCOUNT] = "account",
	[OMNI__NATIONAL_ID] = "national_id",
	[OMNI__STREET] = "address.street",
	[OMNI__NUMBER] = "address.number",
	[OMNI__POSTCODE] = "address.postcode",
	[OMNI__CITY] = "address.city",
	[OMNI__EXTRA] = "address.extra",
	[OMNI__REGION] = "address.region",
	[OMNI__ORG] = "name.org",
	[OMNI__ATTR] = "attr",
	[OMNI__SOURCE] = "source",
};

const struct omni__kind *
omni__kind_find(const char *wanted)
{
	size_t i;

	if (strncmp(wanted, "attr.", 5) == 0 && wanted[5] != '\0')
		return &kinds[OMNI__COUNT(kinds) - 1];
	/* The last row is reached by its prefix only. */
	for (i = 0; i + 1 < OMNI__COUNT(kinds); i++)
		if (strcmp(kinds[i].name, wanted) == 0)
			return &kinds[i];
	return NULL;
}

bool
omni__kind_named(const char *name)
{
	size_t size = strlen(name);

	if (omni__kind_find(name) != NULL)
		return true;
	return size < OMNI__KIND_SIZE && *name >= 'a' && *name <= 'z' &&
	    strcmp(name, "attr") != 0 && name[size - 1] != '.' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

int32_t
omni__kind_index(const char *name)
{
	size_t i;

	for (i = 0; i + 1 < OMNI__COUNT(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (int32_t)i;
	return -1;
}

const char *
omni_kind_name(int32_t i)
{
	if (i < 0 || (size_t)i >= OMNI__COUNT(kinds))
		return NULL;
	if ((size_t)i == OMNI__COUNT(kinds) - 1)
		return "attr.*";
	return kinds[i].name;
}

/* ---- by name, for hosts --------------------------------------------- */

static const struct {
	const char *name;
	omni__normalise_fn normalise;
} normalisers[] = {
	{ "fold", fold }, { "code", code }, { "name", name },
	{ "family", family }, { "date", date }, { "email", email },
	{ "phone", phone }, { "street", street },
	{ "postcode", omni__postcode_normalise },
};

const char *
omni__normaliser_name(int32_t i)
{
	return i >= 0 && (size_t)i < OMNI__COUNT(normalisers) ?
	    normalisers[i].name : NULL;
}

omni__normalise_fn
omni__normaliser(int32_t i)
{
	return i >= 0 && (size_t)i < OMNI__COUNT(normalisers) ?
	    normalisers[i].normalise : fold;
}

omni_status
omni__kind_normalise(struct omni *db, const char *kind_name,
    const char *value, const char **normal)
{
	const struct omni__kinds *store_kinds;
	const struct omni__kind *kind;
	struct omni__buf buf = { .env = &db->env };
	omni_status status = omni__kinds(db, &store_kinds);

	*normal = "";
	if (status != OMNI_OK)
		return status;
	status = OMNI_NONE;
	kind = omni__kind_of(store_kinds, kind_name);
	if (kind != NULL)
		status = kind->normalise(&buf, value, strlen(value),
		    db->region);
	if (status == OMNI_OK && !buf.failed && buf.size > 0)
		*normal = omni__arena_text(&db->scratch, buf.bytes,
		    buf.size);
	if (buf.failed || status == OMNI_NOMEM || *normal == NULL) {
		omni__buf_free(&buf);
		return omni__nomem(&db->error);
	}
	omni__buf_free(&buf);
	return OMNI_OK;
}
