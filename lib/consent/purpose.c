/*
 * Purposes: why the organisation writes.  A tree of paths, whose root is
 * "*".
 */
#include <string.h>

#include "consent/consent.h"

static const char *const bases[] = {
	"consent", "interest", "contract", "law", "soft"
};
static const char *const results[] = {
	"sent", "delivered", "opened", "clicked", "answered"
};
static const char *const orders[] = { "behaviour", "fixed" };

enum {
	BASIS, CLASS, CHANNELS, CONFIDENTIALITY, VERIFIED, BASES, PRIORITY,
	URGENT, CONFIRM, RENEWAL, HOUSEHOLD, WAIT, UNTIL, ORDER, SALE_KIND,
	SALE_DAYS, FIELDS
};

#define LIST_MAX 256

#define NUMBER(field, least, most) \
	.name = #field, .type = OMNI__FIELD_NUMBER, \
	.offset = offsetof(struct omni_purpose, field), \
	.low = (least), .high = (most)

static const struct omni__field fields[] = {
	[BASIS] = {
		NUMBER(basis, OMNI_BASIS_CONSENT, OMNI_BASIS_SOFT),
		.words = bases,
		/* What asks most of the organisation. */
		.preset = OMNI_BASIS_CONSENT,
	},
	[CLASS] = {
		.name = "class",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_purpose, class_name),
	},
	[CHANNELS] = {
		.name = "channels",
		.type = OMNI__FIELD_NAMES,
		.offset = offsetof(struct omni_purpose, channels),
		.most = LIST_MAX,
	},
	[CONFIDENTIALITY] = { NUMBER(confidentiality, 0, 9) },
	[VERIFIED] = { NUMBER(verified, 0, 1) },
	[BASES] = {
		.name = "bases",
		.type = OMNI__FIELD_NAMES,
		.offset = offsetof(struct omni_purpose, bases),
		.most = LIST_MAX,
		.late = true,
		.inner = true,
	},
	[PRIORITY] = { NUMBER(priority, 0, 9), .late = true },
	[URGENT] = { NUMBER(urgent, 0, 1), .late = true },
	[CONFIRM] = { NUMBER(confirm, 0, INT32_MAX), .late = true },
	[RENEWAL] = { NUMBER(renewal, 0, OMNI__DAYS_MAX), .late = true },
	[HOUSEHOLD] = { NUMBER(household, 0, 1), .late = true },
	[WAIT] = {
		NUMBER(wait, 0, INT32_MAX), .late = true, .preset = 86400
	},
	[UNTIL] = {
		NUMBER(until, OMNI_RESULT_SENT, OMNI_RESULT_ANSWERED),
		.late = true,
		.words = results,
		.preset = OMNI_RESULT_DELIVERED,
	},
	[ORDER] = {
		NUMBER(order, OMNI_ORDER_BEHAVIOUR, OMNI_ORDER_FIXED),
		.late = true,
		.words = orders,
		.preset = OMNI_ORDER_BEHAVIOUR,
	},
	[SALE_KIND] = {
		.name = "sale_kind",
		.type = OMNI__FIELD_TEXT,
		.offset = offsetof(struct omni_purpose, sale_kind),
		.late = true,
		.inner = true,
	},
	[SALE_DAYS] = {
		NUMBER(sale_days, 1, OMNI__DAYS_MAX), .late = true,
		.inner = true
	},
};
_Static_assert(OMNI__COUNT(fields) == FIELDS, "a field without a row");
_Static_assert(OMNI__COUNT(bases) == OMNI_BASIS_SOFT,
    "a basis without a word");
_Static_assert(OMNI__COUNT(results) == OMNI_RESULT_ANSWERED,
    "a result without a word");
_Static_assert(OMNI__COUNT(orders) == OMNI_ORDER_FIXED,
    "an order without a word");

/* ---- the tree ------------------------------------------------------- */

static omni_status
check_parts(struct omni__error *error, const char *field, const char *path)
{
	size_t size = strlen(path);

	if (path[0] != '/' && path[size - 1] != '/' &&
	    strstr(path, "//") == NULL && strchr(path, '*') == NULL)
		return OMNI_OK;
	return omni__fail(error, OMNI_INVALID,
	    "%s is no path such as \"offer/shoes\"", field);
}

static omni_status
check_path(struct omni__error *error, const char *field, char *path)
{
	return check_parts(error, field, path);
}

omni_status
omni__purpose_check(struct omni__error *error, const char *field,
    const char *path, bool star)
{
	omni_status status = omni__text_check(error, field, path);

	if (status != OMNI_OK || (star && strcmp(path, "*") == 0))
		return status;
	return check_parts(error, field, path);
}

omni_status
omni__purpose_tree(struct omni__error *error, const char *field, char *path)
{
	return omni__purpose_check(error, field, path, true);
}

bool
omni__purpose_within(const char *purpose, const char *tree)
{
	size_t size = strlen(tree);

	if (strcmp(tree, "*") == 0)
		return true;
	return strncmp(purpose, tree, size) == 0 &&
	    (purpose[size] == '\0' || purpose[size] == '/');
}

/* ---- the basis ------------------------------------------------------ */

/* "soft:SE:email": the basis' word, a region or nothing, a channel or
 * nothing. */
static bool
take_apart(struct omni__arena *arena, const char *text,
    struct omni__basis_on *on)
{
	size_t word = strcspn(text, ":"), region;
	int32_t i;

	for (i = 0; i < OMNI_BASIS_SOFT; i++)
		if (strlen(bases[i]) == word &&
		    strncmp(bases[i], text, word) == 0)
			on->basis = i + 1;
	text += word + (text[word] != '\0');
	region = strcspn(text, ":");
	if (region > 0 && (on->region = omni__arena_text(arena, text,
	    region)) == NULL)
		return false;
	text += region + (text[region] != '\0');
	on->channel = *text != '\0' ? text : NULL;
	return true;
}

static bool
ready(struct omni__arena *arena, void *object)
{
	struct omni_purpose *purpose = object;
	size_t i, count = purpose->bases.count;
	struct omni__basis_on *on = omni__arena_zero(arena,
	    (count + 1) * sizeof(*on));

	if (on == NULL)
		return false;
	for (i = 0; i < count; i++)
		if (!take_apart(arena, purpose->bases.items[i], &on[i]))
			return false;
	purpose->basis_on = on;
	purpose->basis_count = count;
	return true;
}

const struct omni__sort omni__purposes = {
	.name = "purpose",
	.noun = OMNI__FACT_PURPOSE,
	.size = sizeof(struct omni_purpose),
	.fields = fields,
	.count = FIELDS,
	.check = check_path,
	.ready = ready,
};

/* Does what is asked lie in what is told?  Told NULL is all. */
static bool
lies_in(const char *told, const char *asked)
{
	return told == NULL || (asked != NULL && strcmp(told, asked) == 0);
}

static int
strength(const struct omni__basis_on *on)
{
	return 2 * (on->channel != NULL) + (on->region != NULL);
}

int32_t
omni__purpose_basis(const struct omni_purpose *purpose, const char *channel,
    const char *region)
{
	const struct omni__basis_on *best = NULL;
	size_t i;

	for (i = 0; i < purpose->basis_count; i++) {
		const struct omni__basis_on *on = &purpose->basis_on[i];

		if (on->basis != 0 && lies_in(on->channel, channel) &&
		    lies_in(on->region, region) &&
		    (best == NULL || strength(on) > strength(best)))
			best = on;
	}
	return best != NULL ? best->basis : purpose->basis;
}

int32_t
omni_purpose_basis_on(const omni_purpose *purpose, const char *channel,
    const char *region)
{
	struct omni__error ignored;
	char code[3] = "";

	if (purpose == NULL)
		return 0;
	if (region != NULL && strlen(region) == 2)
		memcpy(code, region, sizeof(code));
	return omni__purpose_basis(purpose, channel,
	    omni__region_check(&ignored, "region", code) == OMNI_OK ? code :
	    NULL);
}

/* ---- making --------------------------------------------------------- */

omni_purpose *
omni_purpose_new(const char *name)
{
	return omni__definition_new(&omni__purposes, name);
}

OMNI__DEFINITION_CALLS(purpose, omni__purposes)

static omni_status
set_number(struct omni_purpose *purpose, int field, int32_t value)
{
	return omni__definition_number(OMNI__HEAD(purpose), &fields[field],
	    value);
}

omni_status
omni_purpose_set_basis(omni_purpose *purpose, int32_t basis)
{
	return set_number(purpose, BASIS, basis);
}

omni_status
omni_purpose_set_confidentiality(omni_purpose *purpose, int32_t level)
{
	return set_number(purpose, CONFIDENTIALITY, level);
}

omni_status
omni_purpose_set_verified(omni_purpose *purpose, int32_t verified)
{
	return set_number(purpose, VERIFIED, verified);
}

omni_status
omni_purpose_set_priority(omni_purpose *purpose, int32_t priority)
{
	return set_number(purpose, PRIORITY, priority);
}

omni_status
omni_purpose_set_urgent(omni_purpose *purpose, int32_t urgent)
{
	return set_number(purpose, URGENT, urgent);
}

omni_status
omni_purpose_set_confirm(omni_purpose *purpose, int32_t seconds)
{
	return set_number(purpose, CONFIRM, seconds);
}

omni_status
omni_purpose_set_renewal(omni_purpose *purpose, int32_t days)
{
	return set_number(purpose, RENEWAL, days);
}

omni_status
omni_purpose_set_household(omni_purpose *purpose, int32_t household)
{
	return set_number(purpose, HOUSEHOLD, household);
}

omni_status
omni_purpose_set_wait(omni_purpose *purpose, int32_t seconds)
{
	return set_number(purpose, WAIT, seconds);
}

omni_status
omni_purpose_set_until(omni_purpose *purpose, int32_t result)
{
	return set_number(purpose, UNTIL, result);
}

omni_status
omni_purpose_set_order(omni_purpose *purpose, int32_t order)
{
	return set_number(purpose, ORDER, order);
}

omni_status
omni_purpose_set_class(omni_purpose *purpose, const char *name)
{
	return omni__definition_text(OMNI__HEAD(purpose), &fields[CLASS],
	    name != NULL ? name : "");
}

omni_status
omni_purpose_add_channel(omni_purpose *purpose, const char *channel)
{
	return omni__definition_add(OMNI__HEAD(purpose), &fields[CHANNELS],
	    channel);
}

omni_status
omni_purpose_set_sale(omni_purpose *purpose, const char *kind, int32_t days)
{
	omni_status status = set_number(purpose, SALE_DAYS, days);

	return status == OMNI_OK ?
	    omni__definition_text(&purpose->head, &fields[SALE_KIND],
	    kind != NULL ? kind : "") : status;
}

/* What was told of the same place before goes. */
static void
forget_basis(struct omni_purpose *purpose, const char *place)
{
	struct omni__names *names = &purpose->bases;
	size_t i;

	for (i = 0; i < names->count; i++)
		if (strcmp(strchr(names->items[i], ':'), place) == 0)
			break;
	if (i == names->count)
		return;
	names->count--;
	memmove(names->items + i, names->items + i + 1,
	    (names->count - i) * sizeof(*names->items));
}

static omni_status
add_basis(struct omni_purpose *purpose, const char *channel,
    const char *region, int32_t basis)
{
	struct omni__object *object = &purpose->head.object;
	const char *text = omni__arena_printf(&object->arena, "%s:%s:%s",
	    bases[basis - 1], region, channel);
	omni_status status;

	if (text == NULL)
		return omni__nomem(&object->error);
	forget_basis(purpose, strchr(text, ':'));
	status = omni__definition_add(&purpose->head, &fields[BASES], text);
	if (!ready(&object->arena, purpose) && status == OMNI_OK)
		status = omni__nomem(&object->error);
	return status;
}

omni_status
omni_purpose_set_basis_on(omni_purpose *purpose, const char *channel,
    const char *region, int32_t basis)
{
	char code[3] = "";
	struct omni__error *error;
	omni_status status = OMNI_OK;

	if (purpose == NULL)
		return OMNI_MISUSE;
	error = &purpose->head.object.error;
	if (basis < OMNI_BASIS_CONSENT || basis > OMNI_BASIS_SOFT ||
	    (channel == NULL && region == NULL))
		return omni_purpose_set_basis(purpose, basis);
	if (channel != NULL)
		status = omni__text_check(error, "channel", channel);
	if (status == OMNI_OK && region != NULL) {
		if (strlen(region) == 2)
			memcpy(code, region, sizeof(code));
		status = omni__region_check(error, "region", code);
	}
	return status == OMNI_OK ? add_basis(purpose,
	    channel != NULL ? channel : "", code, basis) : status;
}

/* ---- getters -------------------------------------------------------- */

const char *
omni_purpose_name(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->head.name : NULL;
}

int32_t
omni_purpose_basis(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->basis : 0;
}

const char *
omni_purpose_class(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->class_name : NULL;
}

int32_t
omni_purpose_channel_count(const omni_purpose *purpose)
{
	return purpose != NULL ? (int32_t)purpose->channels.count : 0;
}

const char *
omni_purpose_channel(const omni_purpose *purpose, int32_t i)
{
	if (purpose == NULL || i < 0 || (size_t)i >= purpose->channels.count)
		return NULL;
	return purpose->channels.items[i];
}

const char *
omni_purpose_sale_kind(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->sale_kind : NULL;
}

int32_t
omni_purpose_confidentiality(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->confidentiality : 0;
}

int32_t
omni_purpose_verified(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->verified : 0;
}

int32_t
omni_purpose_priority(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->priority : 0;
}

int32_t
omni_purpose_urgent(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->urgent : 0;
}

int32_t
omni_purpose_confirm(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->confirm : 0;
}

int32_t
omni_purpose_renewal(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->renewal : 0;
}

int32_t
omni_purpose_household(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->household : 0;
}

int32_t
omni_purpose_wait(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->wait : 0;
}

int32_t
omni_purpose_until(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->until : 0;
}

int32_t
omni_purpose_order(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->order : 0;
}

int32_t
omni_purpose_sale_days(const omni_purpose *purpose)
{
	return purpose != NULL ? purpose->sale_days : 0;
}
