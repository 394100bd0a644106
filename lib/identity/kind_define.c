/*
 * Kinds as hosts define them: objects, and their way into the store.
 */
#include <string.h>

#include "identity/kind.h"

/* ---- fields --------------------------------------------------------- */

/* In the order of kind.c's normalisers and of OMNI__COMPARE_*. */
static const char *const normalisers[] = {
	"fold", "code", "name", "family", "date", "email", "phone", "street",
	"postcode"
};
static const char *const comparators[] = {
	[OMNI__COMPARE_EXACT] = "exact",
	[OMNI__COMPARE_CODE] = "code",
	[OMNI__COMPARE_WORDS] = "words",
	[OMNI__COMPARE_NAME] = "name",
	[OMNI__COMPARE_DATE] = "date",
	[OMNI__COMPARE_EMAIL] = "email",
	[OMNI__COMPARE_STREET] = "street",
	[OMNI__COMPARE_POSTCODE] = "postcode",
};
_Static_assert(OMNI__COUNT(comparators) == OMNI__COMPARATORS,
    "a comparator without a name");
static const char *const rules[] = {
	"usual", "recent", "frequent", "verified", "source"
};
_Static_assert(OMNI__COUNT(rules) == OMNI_RULE_SOURCE + 1,
    "a rule without a word");

enum {
	NORMALISER, COMPARATOR, IDENTIFIER, EXCLUSIVE, SINGLE, STABLE, SHARED,
	VETO, RULE, SOURCES, FIELDS
};

#define NUMBER(field, least, most) { \
	.name = #field, .type = OMNI__FIELD_NUMBER, \
	.offset = offsetof(struct omni_kind, field), \
	.low = (least), .high = (most) }

static const struct omni__field fields[] = {
	[NORMALISER] = {
		.name = "normaliser",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_kind, normaliser),
		.high = (int32_t)OMNI__COUNT(normalisers) - 1,
		.words = normalisers,
	},
	[COMPARATOR] = {
		.name = "comparator",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_kind, comparator),
		.high = OMNI__COMPARATORS - 1,
		.words = comparators,
	},
	[IDENTIFIER] = NUMBER(identifier, 0, 1),
	[EXCLUSIVE] = NUMBER(exclusive, 0, 1),
	[SINGLE] = NUMBER(single, 0, 1),
	[STABLE] = NUMBER(stable, 0, 1),
	[SHARED] = NUMBER(shared, 0, 100),
	[VETO] = NUMBER(veto, 0, 1),
	[RULE] = {
		.name = "rule",
		.type = OMNI__FIELD_NUMBER,
		.offset = offsetof(struct omni_kind, rule),
		.low = 0,
		.high = OMNI_RULE_SOURCE,
		.words = rules,
	},
	[SOURCES] = {
		.name = "sources",
		.type = OMNI__FIELD_NAMES,
		.offset = offsetof(struct omni_kind, sources),
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");

static omni_status
check_name(struct omni__error *error, const char *field, char *name)
{
	if (omni__kind_named(name) && strlen(name) < OMNI__KIND_SIZE)
		return OMNI_OK;
	return omni__fail(error, OMNI_INVALID,
	    "%s is no kind's: small letters, digits, '.', '_' and '-' after "
	    "a letter, at most %d", field, OMNI__KIND_SIZE - 1);
}

const struct omni__sort omni__kind_sort = {
	.name = "kind",
	.noun = OMNI__FACT_KIND,
	.size = sizeof(struct omni_kind),
	.fields = fields,
	.count = FIELDS,
	.check = check_name,
};

/* ---- making --------------------------------------------------------- */

omni_kind *
omni_kind_new(const char *name)
{
	return omni__definition_new(&omni__kind_sort, name);
}

void
omni_kind_free(omni_kind *kind)
{
	omni__object_free(kind);
}

static omni_status
set_number(struct omni_kind *kind, int field, int32_t value)
{
	if (kind == NULL)
		return OMNI_MISUSE;
	return omni__definition_number(&kind->head, &fields[field], value);
}

static omni_status
set_word(struct omni_kind *kind, int field, const char *word)
{
	return omni__definition_word(kind != NULL ? &kind->head : NULL,
	    &fields[field], word);
}

omni_status
omni_kind_set_normaliser(omni_kind *kind, const char *normaliser)
{
	return set_word(kind, NORMALISER, normaliser);
}

omni_status
omni_kind_set_comparator(omni_kind *kind, const char *comparator)
{
	return set_word(kind, COMPARATOR, comparator);
}

omni_status
omni_kind_set_identifier(omni_kind *kind, int32_t identifier)
{
	return set_number(kind, IDENTIFIER, identifier);
}

omni_status
omni_kind_set_exclusive(omni_kind *kind, int32_t exclusive)
{
	return set_number(kind, EXCLUSIVE, exclusive);
}

omni_status
omni_kind_set_single(omni_kind *kind, int32_t single)
{
	return set_number(kind, SINGLE, single);
}

omni_status
omni_kind_set_stable(omni_kind *kind, int32_t stable)
{
	return set_number(kind, STABLE, stable);
}

omni_status
omni_kind_set_shared(omni_kind *kind, int32_t percent)
{
	return set_number(kind, SHARED, percent);
}

omni_status
omni_kind_set_veto(omni_kind *kind, int32_t veto)
{
	return set_number(kind, VETO, veto);
}

omni_status
omni_kind_set_rule(omni_kind *kind, int32_t rule)
{
	if (kind != NULL && rule == 0)
		return omni__fail(&kind->head.object.error, OMNI_INVALID,
		    "rule is 0: it is from %d to %d", OMNI_RULE_RECENT,
		    OMNI_RULE_SOURCE);
	return set_number(kind, RULE, rule);
}

omni_status
omni_kind_add_source(omni_kind *kind, const char *source)
{
	const char *copy;
	omni_status status;

	if (kind == NULL)
		return OMNI_MISUSE;
	status = omni__object_text(&kind->head.object, "source", source,
	    &copy);
	if (status == OMNI_OK && !omni__names_insert(&kind->head.object.arena,
	    &kind->sources, kind->sources.count, copy))
		status = omni__nomem(&kind->head.object.error);
	return status;
}

omni_status
omni_kind_set_key(omni_kind *kind, const char *source, const char *key)
{
	return omni__definition_key(kind != NULL ? &kind->head : NULL,
	    source, key);
}

omni_status
omni_kind_set_time(omni_kind *kind, int64_t time)
{
	return omni__definition_time(kind != NULL ? &kind->head : NULL,
	    time);
}

const char *
omni_kind_errmsg(const omni_kind *kind)
{
	return omni__definition_errmsg(kind != NULL ? &kind->head : NULL,
	    "the kind is NULL");
}

/* ---- put ------------------------------------------------------------ */

/* What a built-in kind is like, the library knows. */
static omni_status
check(struct omni *db, const struct omni_kind *kind)
{
	static const char *const address = "address.";

	if (kind == NULL || kind->head.name == NULL)
		return OMNI_OK;		/* the put tells */
	if (kind->rule == OMNI_RULE_SOURCE && kind->sources.count == 0)
		return omni__fail(&db->error, OMNI_INVALID,
		    "kind %s: the rule \"source\" needs a source",
		    kind->head.name);
	if (omni__kind_index(kind->head.name) < 0)
		return OMNI_OK;
	if (kind->normaliser != 0 || kind->comparator != 0 ||
	    kind->identifier || kind->exclusive || kind->single ||
	    kind->stable || kind->shared != 0)
		return omni__fail(&db->error, OMNI_INVALID,
		    "kind %s is built-in: its veto, rule and sources can be "
		    "set, nothing else", kind->head.name);
	if (kind->rule != 0 && strcmp(kind->head.name, "address.full") != 0 &&
	    strncmp(kind->head.name, address, strlen(address)) == 0)
		return omni__fail(&db->error, OMNI_INVALID,
		    "kind %s: an address survives whole; set the rule of "
		    "address.full", kind->head.name);
	return OMNI_OK;
}

/* As all facts of kinds, but a host is told of one too many. */
static omni_status
apply_put(struct omni *db, const struct omni__fact *facts, size_t count)
{
	struct omni_kind **kinds;
	size_t i, n, hosts = 0;
	omni_status status = omni__definitions_apply(db, facts, count);

	if (status == OMNI_OK)
		status = omni__kinds_defined(db, &kinds, &n);
	if (status != OMNI_OK)
		return status;
	for (i = 0; i < n; i++)
		hosts += omni__kind_index(kinds[i]->head.name) < 0;
	if (hosts > OMNI__HOSTS)
		return omni__fail(&db->error, OMNI_INVALID,
		    "there are %d kinds of the host already",
		    OMNI__HOSTS);
	return omni__kinds_apply(db, facts, count);
}

omni_status
omni_kind_put(omni *db, const omni_kind *kind, int64_t *fact)
{
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	status = check(db, kind);
	if (omni__leave(db, status) != OMNI_OK)
		return status;
	return omni__definition_put(db, kind != NULL ? &kind->head : NULL,
	    &omni__kind_sort, apply_put, fact);
}

/* ---- get ------------------------------------------------------------ */

/* How the built-in kinds would be defined: what compares them, what they are
 * like. */
static void
describe(struct omni_kind *kind)
{
	const struct omni__kind *built_in =
	    omni__kind_find(kind->head.name);

	if (built_in == NULL || omni__kind_index(kind->head.name) < 0)
		return;
	if (kind->rule == 0)
		kind->rule = built_in->rule;
	kind->identifier = built_in->column >= 0 &&
	    omni__behaviour[built_in->column] & OMNI__IDENTIFIER;
}

struct get {
	const char *name;
	struct omni_kind *kind;
};

static omni_status
copy_names(struct omni_kind *to, const struct omni__names *names)
{
	omni_status status = OMNI_OK;
	size_t i;

	memset(&to->sources, 0, sizeof(to->sources));
	for (i = 0; i < names->count && status == OMNI_OK; i++)
		status = omni_kind_add_source(to, names->items[i]);
	return status;
}

/* The kind of that name as it holds, defined or not; NULL when there is
 * none. */
static omni_status
copy_kind(struct omni *db, const char *name, const struct omni_kind *defined,
    struct omni_kind **out)
{
	struct omni_kind *kind = omni_kind_new(name);
	omni_status status = OMNI_OK;

	*out = NULL;
	if (kind == NULL)
		return omni__nomem(&db->error);
	if (defined != NULL) {
		struct omni__definition head = kind->head;

		*kind = *defined;
		kind->head = head;
		kind->head.time = defined->head.time;
		status = copy_names(kind, &defined->sources);
	}
	describe(kind);
	if (kind->rule == 0)
		kind->rule = OMNI_RULE_RECENT;
	if (status != OMNI_OK) {
		omni_kind_free(kind);
		return omni__nomem(&db->error);
	}
	*out = kind;
	return OMNI_OK;
}

static const struct omni_kind *
find_defined(struct omni_kind *const *defined, size_t count,
    const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(defined[i]->head.name, name) == 0)
			return defined[i];
	return NULL;
}

static omni_status
get_kind(struct omni *db, void *context)
{
	struct get *get = context;
	const struct omni_kind *found;
	struct omni_kind **defined;
	size_t count;
	omni_status status = omni__kinds_defined(db, &defined, &count);

	omni_kind_free(get->kind);
	get->kind = NULL;
	if (status != OMNI_OK)
		return status;
	found = find_defined(defined, count, get->name);
	if (found == NULL && omni__kind_index(get->name) < 0)
		return OMNI_NONE;
	return copy_kind(db, get->name, found, &get->kind);
}

omni_status
omni_kind_get(omni *db, const char *name, omni_kind **kind)
{
	struct get get = { name, NULL };
	omni_status status = omni__enter(db);

	if (status != OMNI_OK)
		return status;
	if (kind == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "kind is NULL"));
	*kind = NULL;
	status = omni__text_check(&db->error, "name", name);
	if (status == OMNI_OK)
		status = omni__transact(db, false, get_kind, &get);
	if (status == OMNI_OK)
		*kind = get.kind;
	else
		omni_kind_free(get.kind);
	return omni__leave(db, status);
}

const char *
omni_kind_of_name(const omni_kind *kind)
{
	return kind != NULL ? kind->head.name : NULL;
}

const char *
omni_kind_normaliser(const omni_kind *kind)
{
	return kind != NULL ? normalisers[kind->normaliser] : NULL;
}

const char *
omni_kind_comparator(const omni_kind *kind)
{
	return kind != NULL ? comparators[kind->comparator] : NULL;
}

int32_t
omni_kind_identifier(const omni_kind *kind)
{
	return kind != NULL ? kind->identifier : 0;
}

int32_t
omni_kind_exclusive(const omni_kind *kind)
{
	return kind != NULL ? kind->exclusive : 0;
}

int32_t
omni_kind_single(const omni_kind *kind)
{
	return kind != NULL ? kind->single : 0;
}

int32_t
omni_kind_stable(const omni_kind *kind)
{
	return kind != NULL ? kind->stable : 0;
}

int32_t
omni_kind_shared(const omni_kind *kind)
{
	return kind != NULL ? kind->shared : 0;
}

int32_t
omni_kind_veto(const omni_kind *kind)
{
	return kind != NULL ? kind->veto : 0;
}

int32_t
omni_kind_rule(const omni_kind *kind)
{
	return kind != NULL ? kind->rule : 0;
}

int32_t
omni_kind_source_count(const omni_kind *kind)
{
	return kind != NULL ? (int32_t)kind->sources.count : 0;
}

const char *
omni_kind_source(const omni_kind *kind, int32_t i)
{
	if (kind == NULL || i < 0 || (size_t)i >= kind->sources.count)
		return NULL;
	return kind->sources.items[i];
}

/* ---- all ------------------------------------------------------------ */

struct omni_kinds {
	struct omni__object object;
	struct omni_kind **list;
	size_t count, room;
};

static void
forget(struct omni_kinds *kinds)
{
	size_t i;

	for (i = 0; i < kinds->count; i++)
		omni_kind_free(kinds->list[i]);
	kinds->count = 0;
}

static omni_status
list_kind(struct omni *db, struct omni_kinds *kinds, const char *name,
    const struct omni_kind *defined)
{
	omni_status status;

	if (omni__grow(&kinds->object.env, &kinds->list, &kinds->room,
	    kinds->count + 1, sizeof(*kinds->list)) != OMNI_OK)
		return omni__nomem(&db->error);
	status = copy_kind(db, name, defined, &kinds->list[kinds->count]);
	if (status == OMNI_OK)
		kinds->count++;
	return status;
}

static omni_status
list_kinds(struct omni *db, void *context)
{
	struct omni_kinds *kinds = context;
	struct omni_kind **defined;
	const char *name;
	size_t count, i;
	int32_t k;
	omni_status status = omni__kinds_defined(db, &defined, &count);

	forget(kinds);
	/* "attr.*" is no kind but a family of them. */
	for (k = 0; status == OMNI_OK && (name = omni_kind_name(k)) != NULL &&
	    omni__kind_index(name) >= 0; k++)
		status = list_kind(db, kinds, name,
		    find_defined(defined, count, name));
	for (i = 0; i < count && status == OMNI_OK; i++)
		if (omni__kind_index(defined[i]->head.name) < 0)
			status = list_kind(db, kinds, defined[i]->head.name,
			    defined[i]);
	return status;
}

omni_status
omni_kinds_open(omni *db, omni_kinds **out)
{
	omni_status status = omni__enter(db);
	struct omni_kinds *kinds;

	if (status != OMNI_OK)
		return status;
	if (out == NULL)
		return omni__leave(db, omni__fail(&db->error, OMNI_MISUSE,
		    "kinds is NULL"));
	*out = NULL;
	kinds = omni__object_new(&db->env, sizeof(*kinds));
	if (kinds == NULL)
		return omni__leave(db, omni__nomem(&db->error));
	status = omni__transact(db, false, list_kinds, kinds);
	if (status == OMNI_OK)
		*out = kinds;
	else
		omni_kinds_free(kinds);
	return omni__leave(db, status);
}

int32_t
omni_kinds_count(const omni_kinds *kinds)
{
	return kinds != NULL ? (int32_t)kinds->count : 0;
}

const omni_kind *
omni_kinds_at(const omni_kinds *kinds, int32_t i)
{
	if (kinds == NULL || i < 0 || (size_t)i >= kinds->count)
		return NULL;
	return kinds->list[i];
}

void
omni_kinds_free(omni_kinds *kinds)
{
	if (kinds == NULL)
		return;
	forget(kinds);
	omni__free(&kinds->object.env, kinds->list);
	omni__object_free(kinds);
}
