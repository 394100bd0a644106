/*
 * Segment-spec calls: identify, group and alias say who somebody is; track,
 * page and screen are what they did.
 */
#include "ingest/lines.h"

#include <stdio.h>
#include <string.h>

/* ---- traits --------------------------------------------------------- */

struct trait {
	const char *name, *kind;
};

static const struct trait traits_known[] = {
	{ "email", "email" },
	{ "phone", "phone" },
	{ "name", "name.full" },
	{ "firstName", "name.given" },
	{ "first_name", "name.given" },
	{ "lastName", "name.family" },
	{ "last_name", "name.family" },
	{ "birthday", "birth_date" },
	{ "gender", "gender" },
	{ NULL, NULL },
};

static const struct trait address_parts[] = {
	{ "street", "address.street" },
	{ "city", "address.city" },
	{ "postalCode", "address.postcode" },
	{ "postal_code", "address.postcode" },
	{ "state", "address.region" },
	{ "country", "address.country" },
	{ NULL, NULL },
};

static const char *
trait_kind(const struct trait *known, const char *name)
{
	for (; known->name != NULL; known++)
		if (strcmp(known->name, name) == 0)
			return known->kind;
	return NULL;
}

static omni_status
address_add(struct omni__line *line, omni_record *record,
    const json_t *address)
{
	omni_status status = OMNI_OK;
	const struct trait *part;

	if (!json_is_object(address))
		return omni__line_feature(line, record, "address.full",
		    address, "traits.", "address");
	for (part = address_parts; part->name != NULL; part++) {
		status = omni__line_feature(line, record, part->kind,
		    json_object_get(address, part->name), "traits.address.",
		    part->name);
		if (status != OMNI_OK)
			break;
	}
	return status;
}

/* "1980-02-01T00:00:00Z" is a day to everybody but a clock. */
static omni_status
birthday_add(struct omni__line *line, omni_record *record,
    const json_t *value)
{
	const char *text = json_string_value(value);
	char day[11];
	omni_status status;

	if (text == NULL || strlen(text) < 11 || text[10] != 'T')
		return omni__line_feature(line, record, "birth_date", value,
		    "traits.", "birthday");
	memcpy(day, text, 10);
	day[10] = '\0';
	status = omni_record_add(record, "birth_date", day);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_record_errmsg(record));
	return OMNI_OK;
}

/* A trait of no known name is an attribute when it is a plain value; what
 * is nested says nothing about who somebody is. */
static omni_status
trait_other(struct omni__line *line, omni_record *record, const char *name,
    const json_t *value)
{
	char scratch[OMNI__SCALAR], kind[128];
	int size;

	if (omni__scalar_text(value, scratch) == NULL)
		return OMNI_OK;
	size = snprintf(kind, sizeof(kind), "attr.%s", name);
	if (size < 0 || (size_t)size >= sizeof(kind))
		return omni__fail(&line->error, OMNI_INVALID,
		    "traits has a member with a name that is too long");
	return omni__line_feature(line, record, kind, value, "traits.", name);
}

static omni_status
trait_add(struct omni__line *line, omni_record *record, const char *name,
    const json_t *value)
{
	const char *kind = trait_kind(traits_known, name);

	if (strcmp(name, "address") == 0)
		return address_add(line, record, value);
	if (strcmp(name, "birthday") == 0)
		return birthday_add(line, record, value);
	if (kind != NULL)
		return omni__line_feature(line, record, kind, value,
		    "traits.", name);
	return trait_other(line, record, name, value);
}

static omni_status
traits_add(struct omni__line *line, omni_record *record,
    const json_t *object, const char *within)
{
	const json_t *traits;
	const char *name;
	json_t *value;
	omni_status status = omni__line_object(line, object, within, "traits",
	    OMNI__OPTIONAL, &traits);

	if (status != OMNI_OK)
		return status;
	json_object_foreach((json_t *)(uintptr_t)traits, name, value) {
		status = trait_add(line, record, name, value);
		if (status != OMNI_OK)
			return status;
	}
	return OMNI_OK;
}

/* ---- who ------------------------------------------------------------ */

struct call {
	const char *type, *channel;
	const json_t *context;
	int64_t time;
	omni_record *who;
};

/* The ids of the head, and the traits that come with every call. */
static omni_status
who_add(struct omni__line *line, struct call *call)
{
	const json_t *root = line->root, *device = NULL;
	omni_status status;

	status = omni__line_feature(line, call->who, "device",
	    json_object_get(root, "anonymousId"), "", "anonymousId");
	if (status == OMNI_OK)
		status = omni__line_object(line, call->context, "context.",
		    "device", OMNI__OPTIONAL, &device);
	if (status == OMNI_OK)
		status = omni__line_feature(line, call->who, "device",
		    json_object_get(device, "id"), "context.device.", "id");
	if (status == OMNI_OK)
		status = omni__line_feature(line, call->who, "account",
		    json_object_get(root, "userId"), "", "userId");
	if (status == OMNI_OK)
		status = traits_add(line, call->who, call->context,
		    "context.");
	return status;
}

static omni_status
call_identity(struct omni__line *line, struct call *call)
{
	omni_status status;

	if (omni_record_count(call->who) == 0)
		return omni__fail(&line->error, OMNI_INVALID,
		    "userId, anonymousId and traits are missing");
	if (call->time != OMNI_TIME_UNKNOWN) {
		status = omni_record_set_time(call->who, call->time);
		if (status < 0)
			return omni__line_blame(line, status,
			    omni_record_errmsg(call->who));
	}
	return omni__import_record(line->import, line->number, call->who);
}

static omni_status
call_identify(struct omni__line *line, struct call *call)
{
	omni_status status = traits_add(line, call->who, line->root, "");

	return status == OMNI_OK ? call_identity(line, call) : status;
}

/* The traits of a group are the group's. */
static omni_status
call_group(struct omni__line *line, struct call *call)
{
	const json_t *group = json_object_get(line->root, "groupId");
	omni_status status;

	if (group == NULL || json_is_null(group))
		return omni__fail(&line->error, OMNI_INVALID,
		    "groupId is missing");
	status = omni__line_feature(line, call->who, "attr.group", group, "",
	    "groupId");
	return status == OMNI_OK ? call_identity(line, call) : status;
}

static omni_status
call_alias(struct omni__line *line, struct call *call)
{
	const json_t *previous = json_object_get(line->root, "previousId");
	omni_status status;

	if (previous == NULL || json_is_null(previous))
		return omni__fail(&line->error, OMNI_INVALID,
		    "previousId is missing");
	status = omni__line_feature(line, call->who, "device", previous, "",
	    "previousId");
	return status == OMNI_OK ? call_identity(line, call) : status;
}

/* ---- what they did -------------------------------------------------- */

static const struct trait reference_types[] = {
	{ "product", "product" },
	{ "product_id", "product" },
	{ "category", "category" },
	{ "order_id", "order" },
	{ NULL, NULL },
};

/* An interaction is about a thing once, however often it is named. */
static bool
has_reference(const omni_interaction *interaction, const char *type,
    const char *key)
{
	int32_t i, count = omni_interaction_reference_count(interaction);

	for (i = 0; i < count; i++)
		if (strcmp(omni_interaction_reference_type(interaction, i),
		    type) == 0 &&
		    strcmp(omni_interaction_reference_key(interaction, i),
		    key) == 0)
			return true;
	return false;
}

static omni_status
references_add(struct omni__line *line, omni_interaction *interaction,
    const json_t *properties)
{
	const struct trait *type;
	char scratch[OMNI__SCALAR];
	omni_status status;

	for (type = reference_types; type->name != NULL; type++) {
		const char *key = omni__scalar_text(
		    json_object_get(properties, type->name), scratch);

		if (key == NULL || *key == '\0' ||
		    has_reference(interaction, type->kind, key))
			continue;
		status = omni_interaction_add_reference(interaction,
		    type->kind, key);
		if (status < 0)
			return omni__line_blame(line, status,
			    omni_interaction_errmsg(interaction));
	}
	return OMNI_OK;
}

/* The spec's e-commerce calls list what an order holds. */
static omni_status
products_add(struct omni__line *line, omni_interaction *interaction,
    const json_t *properties)
{
	const json_t *products = json_object_get(properties, "products");
	omni_status status = references_add(line, interaction, properties);
	size_t i;

	for (i = 0; i < json_array_size(products) && status == OMNI_OK; i++)
		status = references_add(line, interaction,
		    json_array_get(products, i));
	return status;
}

/* A page's or screen's own name, in front of its properties. */
static omni_status
body_write(struct omni__line *line, const json_t *properties,
    const char *name)
{
	static const char *const path[] = { "properties", NULL };
	struct omni__buf *body = line->body;
	size_t at;
	omni_status status;

	omni__buf_clear(body);
	if (name == NULL || json_object_get(properties, "name") != NULL)
		return properties == NULL ? OMNI_OK :
		    omni__line_raw(line, path, properties);
	omni__buf_str(body, "{\"name\":");
	omni__buf_json(body, name);
	if (json_object_size(properties) == 0) {
		omni__buf_char(body, '}');
		return body->failed ? omni__line_nomem(line) : OMNI_OK;
	}
	at = body->size;
	status = omni__line_raw(line, path, properties);
	if (status == OMNI_OK)
		body->bytes[at] = ',';	/* was its brace */
	return status;
}

static omni_status
interaction_fill(struct omni__line *line, const struct call *call,
    omni_interaction *interaction, const char *source, const char *name)
{
	const json_t *properties;
	const char *id;
	omni_status status;

	status = omni__line_string(line, line->root, "", "messageId",
	    OMNI__REQUIRED, &id);
	if (status == OMNI_OK)
		status = omni__line_object(line, line->root, "", "properties",
		    OMNI__OPTIONAL, &properties);
	if (status == OMNI_OK)
		status = products_add(line, interaction, properties);
	if (status == OMNI_OK)
		status = body_write(line, properties, name);
	if (status != OMNI_OK)
		return status;
	status = omni_interaction_set_key(interaction, source, id);
	if (status >= 0 && call->time != OMNI_TIME_UNKNOWN)
		status = omni_interaction_set_time(interaction, call->time);
	if (status >= 0 && omni_record_count(call->who) > 0)
		status = omni_interaction_set_who(interaction, call->who);
	if (status >= 0 && line->body->size > 0)
		status = omni_interaction_set_body(interaction,
		    line->body->bytes);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_interaction_errmsg(interaction));
	return OMNI_OK;
}

/* The source: what the context calls the channel, else the spec itself. */
static omni_status
interaction_store(struct omni__line *line, const struct call *call,
    const char *fallback, const char *kind, const char *name)
{
	const char *channel = call->channel == NULL ? fallback :
	    call->channel;
	struct omni__buf source = { .env = line->body->env };
	omni_interaction *interaction = NULL;
	omni_status status;

	if (channel == NULL)
		return omni__fail(&line->error, OMNI_INVALID,
		    "context.channel is missing");
	omni__buf_printf(&source, "/%s",
	    call->channel == NULL ? "segment" : call->channel);
	interaction = omni_interaction_new(channel, kind);
	if (source.failed || interaction == NULL)
		status = omni__line_nomem(line);
	else
		status = interaction_fill(line, call, interaction,
		    source.bytes, name);
	if (status == OMNI_OK)
		status = omni__import_interaction(line->import, line->number,
		    interaction);
	omni_interaction_free(interaction);
	omni__buf_free(&source);
	return status;
}

static omni_status
call_track(struct omni__line *line, struct call *call)
{
	const char *event;
	omni_status status = omni__line_string(line, line->root, "", "event",
	    OMNI__REQUIRED, &event);

	if (status != OMNI_OK)
		return status;
	return interaction_store(line, call, NULL, event, NULL);
}

static omni_status
call_page(struct omni__line *line, struct call *call)
{
	const char *name;
	omni_status status = omni__line_string(line, line->root, "", "name",
	    OMNI__OPTIONAL, &name);

	if (status != OMNI_OK)
		return status;
	return interaction_store(line, call, "web", "page.viewed", name);
}

static omni_status
call_screen(struct omni__line *line, struct call *call)
{
	const char *name;
	omni_status status = omni__line_string(line, line->root, "", "name",
	    OMNI__OPTIONAL, &name);

	if (status != OMNI_OK)
		return status;
	return interaction_store(line, call, "app", "screen.viewed", name);
}

/* ---- choosing ------------------------------------------------------- */

struct call_type {
	const char *type;
	omni_status (*read)(struct omni__line *, struct call *);
};

static const struct call_type call_types[] = {
	{ "identify", call_identify },
	{ "track", call_track },
	{ "page", call_page },
	{ "screen", call_screen },
	{ "group", call_group },
	{ "alias", call_alias },
	{ NULL, NULL },
};

static const struct call_type *
call_type_find(const char *type)
{
	const struct call_type *found;

	for (found = call_types; found->type != NULL; found++)
		if (strcmp(found->type, type) == 0)
			return found;
	return NULL;
}

bool
omni__segment_knows(const char *type)
{
	return call_type_find(type) != NULL;
}

/* The time it happened; a library that was offline corrects `timestamp`
 * and leaves its own word in the other. */
static omni_status
call_time(struct omni__line *line, int64_t *time)
{
	omni_status status = omni__line_time(line, line->root, "",
	    "timestamp", time);

	if (status == OMNI_OK && *time == OMNI_TIME_UNKNOWN)
		status = omni__line_time(line, line->root, "",
		    "originalTimestamp", time);
	return status;
}

omni_status
omni__line_segment(struct omni__line *line)
{
	struct call call = { .time = OMNI_TIME_UNKNOWN };
	omni_status status;

	status = omni__line_string(line, line->root, "", "type",
	    OMNI__REQUIRED, &call.type);
	if (status == OMNI_OK)
		status = call_time(line, &call.time);
	if (status == OMNI_OK)
		status = omni__line_object(line, line->root, "", "context",
		    OMNI__OPTIONAL, &call.context);
	if (status == OMNI_OK)
		status = omni__line_string(line, call.context, "context.",
		    "channel", OMNI__OPTIONAL, &call.channel);
	if (status == OMNI_OK && (call.who = omni_record_new()) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = who_add(line, &call);
	if (status == OMNI_OK)
		status = call_type_find(call.type)->read(line, &call);
	omni_record_free(call.who);
	return status;
}
