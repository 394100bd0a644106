/*
 * The library's own lines: which there are, and those about people: records,
 * removals and statements.
 */
#include "ingest/lines.h"

#include <string.h>

/* ---- omni.record, omni.remove --------------------------------------- */

static omni_status
record_fill(struct omni__line *line, const struct omni__event *event,
    omni_record *record, const char *key)
{
	omni_status status = omni_record_set_source(record, event->source,
	    key);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_record_set_time(record, event->time);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_record_errmsg(record));
	return OMNI_OK;
}

static omni_status
own_record(struct omni__line *line, const struct omni__event *event)
{
	const char *key;
	omni_record *record = NULL;
	omni_status status = omni__line_string(line, event->data, "data.",
	    "key", OMNI__REQUIRED, &key);

	if (status == OMNI_OK)
		status = omni__line_who(line, event->data, &record);
	if (status == OMNI_OK && record == NULL &&
	    (record = omni_record_new()) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = record_fill(line, event, record, key);
	if (status == OMNI_OK)
		status = omni__import_record(line->import, line->number,
		    record);
	omni_record_free(record);
	return status;
}

static omni_status
own_remove(struct omni__line *line, const struct omni__event *event)
{
	const char *key;
	omni_status status = omni__line_string(line, event->data, "data.",
	    "key", OMNI__REQUIRED, &key);

	if (status == OMNI_OK)
		status = omni__import_flush(line->import);
	if (status != OMNI_OK)
		return status;
	return omni__import_outcome(line->import, line->number,
	    omni_record_remove(line->import->object.db, event->source, key));
}

/* ---- omni.statement ------------------------------------------------- */

static const struct omni__word saids[] = {
	{ "grant", OMNI_SAID_GRANT },
	{ "withdraw", OMNI_SAID_WITHDRAW },
	{ "prefer", OMNI_SAID_PREFER },
	{ "confirm", OMNI_SAID_CONFIRM },
	{ "quiet", OMNI_SAID_QUIET },
	{ "language", OMNI_SAID_LANGUAGE },
	{ "zone", OMNI_SAID_ZONE },
	{ "told", OMNI_SAID_TOLD },
	{ NULL, 0 },
};

static const struct omni__word media[] = {
	{ "digital", OMNI_MEDIUM_DIGITAL },
	{ "physical", OMNI_MEDIUM_PHYSICAL },
	{ NULL, 0 },
};

struct statement {
	int32_t said, rank, medium;
	const char *purpose, *on, *brand, *wording, *customer, *value;
	const char *evidence, *kind, *address;
	int64_t expiry;
	omni_record *who;
};

/* "address": {"kind": ..., "value": ...} */
static omni_status
statement_address(struct omni__line *line, const json_t *data,
    struct statement *read)
{
	const json_t *address = NULL;
	omni_status status = omni__line_object(line, data, "data.",
	    "address", OMNI__OPTIONAL, &address);
	const struct omni__line_member members[] = {
		{ "kind", OMNI__REQUIRED, .text = &read->kind },
		{ "value", OMNI__REQUIRED, .text = &read->address },
	};

	if (status != OMNI_OK || address == NULL)
		return status;
	return omni__line_members(line, address, "data.address.", members,
	    OMNI__COUNT(members));
}

static omni_status
statement_read(struct omni__line *line, const json_t *data,
    struct statement *read)
{
	const struct omni__line_member members[] = {
		{ "statement", OMNI__REQUIRED, .number = &read->said,
		    .words = saids },
		{ "purpose", OMNI__REQUIRED, .text = &read->purpose },
		{ "on", OMNI__OPTIONAL, .text = &read->on },
		{ "rank", OMNI__OPTIONAL, .number = &read->rank },
		{ "medium", OMNI__OPTIONAL, .number = &read->medium,
		    .words = media },
		{ "brand", OMNI__OPTIONAL, .text = &read->brand },
		{ "value", OMNI__OPTIONAL, .text = &read->value },
		{ "wording", OMNI__OPTIONAL, .text = &read->wording },
		{ "evidence", OMNI__OPTIONAL, .text = &read->evidence },
		{ "customer", OMNI__OPTIONAL, .text = &read->customer },
		{ "expiry", OMNI__OPTIONAL, .time = &read->expiry },
	};
	omni_status status = omni__line_members(line, data, "data.", members,
	    OMNI__COUNT(members));

	if (status == OMNI_OK)
		status = statement_address(line, data, read);
	if (status == OMNI_OK)
		status = omni__line_who(line, data, &read->who);
	if (status == OMNI_OK && read->who == NULL &&
	    read->customer == NULL && read->address == NULL)
		return omni__fail(&line->error, OMNI_INVALID,
		    "data.who is missing or empty");
	return status;
}

/* Texts that are set as they are. */
static omni_status
statement_texts(omni_statement *statement, const struct statement *read)
{
	const struct {
		omni_status (*set)(omni_statement *, const char *);
		const char *text;
	} texts[] = {
		{ omni_statement_set_customer, read->customer },
		{ omni_statement_set_channel, read->on },
		{ omni_statement_set_brand, read->brand },
		{ omni_statement_set_value, read->value },
		{ omni_statement_set_wording, read->wording },
		{ omni_statement_set_evidence, read->evidence },
	};
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts) && status >= 0; i++)
		if (texts[i].text != NULL)
			status = texts[i].set(statement, texts[i].text);
	return status;
}

static omni_status
statement_said(omni_statement *statement, const struct statement *read)
{
	omni_status status = statement_texts(statement, read);

	if (status >= 0 && read->who != NULL)
		status = omni_statement_set_who(statement, read->who);
	if (status >= 0 && read->medium != OMNI__NO_NUMBER)
		status = omni_statement_set_medium(statement, read->medium);
	if (status >= 0 && read->address != NULL)
		status = omni_statement_set_address(statement, read->kind,
		    read->address);
	if (status >= 0 && read->rank != OMNI__NO_NUMBER)
		status = omni_statement_set_rank(statement, read->rank);
	if (status >= 0 && read->expiry != OMNI_TIME_UNKNOWN)
		status = omni_statement_set_expiry(statement, read->expiry);
	return status;
}

static omni_status
statement_fill(struct omni__line *line, const struct omni__event *event,
    omni_statement *statement, const struct statement *read)
{
	omni_status status = omni_statement_set_key(statement, event->source,
	    event->id);

	if (status >= 0 && event->time != OMNI_TIME_UNKNOWN)
		status = omni_statement_set_time(statement, event->time);
	if (status >= 0 && event->channel != NULL)
		status = omni_statement_set_via(statement, event->channel);
	if (status >= 0)
		status = statement_said(statement, read);
	if (status < 0)
		return omni__line_blame(line, status,
		    omni_statement_errmsg(statement));
	return OMNI_OK;
}

static omni_status
own_statement(struct omni__line *line, const struct omni__event *event)
{
	struct statement read = { .who = NULL };
	omni_statement *statement = NULL;
	omni_status status = statement_read(line, event->data, &read);

	if (status == OMNI_OK && (statement = omni_statement_new(read.said,
	    read.purpose)) == NULL)
		status = omni__line_nomem(line);
	if (status == OMNI_OK)
		status = statement_fill(line, event, statement, &read);
	if (status == OMNI_OK)
		status = omni__import_statement(line->import, line->number,
		    statement);
	omni_statement_free(statement);
	omni_record_free(read.who);
	return status;
}

/* ---- choosing ------------------------------------------------------- */

static const struct {
	const char *type;
	omni_status (*read)(struct omni__line *, const struct omni__event *);
} own_types[] = {
	{ "omni.record", own_record },
	{ "omni.remove", own_remove },
	{ "omni.statement", own_statement },
	{ "omni.channel", omni__own_definition },
	{ "omni.purpose", omni__own_definition },
	{ "omni.kind", omni__own_definition },
	{ "omni.window", omni__own_definition },
	{ "omni.calendar", omni__own_definition },
	{ "omni.cap", omni__own_definition },
	{ "omni.wording", omni__own_definition },
	{ "omni.contact", omni__own_contact },
	{ "omni.setting", omni__own_setting },
};

omni_status
omni__line_own(struct omni__line *line, const struct omni__event *event)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(own_types); i++) {
		if (strcmp(event->type, own_types[i].type) != 0)
			continue;
		if (event->data == NULL)
			return omni__fail(&line->error, OMNI_INVALID,
			    "data is missing");
		return own_types[i].read(line, event);
	}
	return omni__fail(&line->error, OMNI_INVALID,
	    "type is none of the omni types");
}
