/*
 * Commands about who is who: listing and showing customers, taking records out,
 * exporting and erasing a person.
 */
#include "omni_command.h"

#include <string.h>

/* ---- customers ------------------------------------------------------ */

static void
csv_field(const char *text)
{
	const char *at;

	if (text == NULL)
		return;
	if (strpbrk(text, ",\"\r\n") == NULL && *text != ' ' &&
	    *text != '\t') {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	for (at = text; *at != '\0'; at++) {
		if (*at == '"')
			putchar('"');
		putchar(*at);
	}
	putchar('"');
}

static void
member_print(const struct request *request, const omni_members *members)
{
	const char *source = omni_members_source(members);
	const char *key = omni_members_key(members);
	const char *customer = omni_members_customer(members);

	if (request->options[OPTION_JSON] != NULL) {
		json_member("{", "source", source);
		json_member(",", "key", key);
		json_member(",", "customer", customer);
		printf("}\n");
	} else if (request->options[OPTION_CSV] != NULL) {
		csv_field(source);
		putchar(',');
		csv_field(key);
		printf(",%s\n", customer == NULL ? "" : customer);
	} else {
		print_column(source, 10);
		print_column(key, 16);
		printf("%s\n", customer == NULL ? "-" : customer);
	}
}

int
command_customers(struct request *request)
{
	omni_members *members = NULL;
	omni_status status = omni_members_open(request->db,
	    request->options[OPTION_ALL] != NULL, &members);

	if (status == OMNI_OK && request->options[OPTION_CSV] != NULL)
		printf("source,key,customer\n");
	while (status == OMNI_OK &&
	    (status = omni_members_next(members)) == OMNI_OK)
		member_print(request, members);
	omni_members_free(members);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

/* ---- show ----------------------------------------------------------- */

/* Who says a value, newest first; at most so many. */
static void
said_json(const omni_customer *customer, int32_t feature, int32_t most)
{
	int32_t n, r;

	printf(",\"said\":[");
	for (n = 0; n < most && (r = omni_customer_feature_record(customer,
	    feature, n)) >= 0; n++) {
		json_member(n == 0 ? "{" : ",{", "source",
		    omni_customer_record_source(customer, r));
		json_member(",", "key",
		    omni_customer_record_key(customer, r));
		json_member(",", "record",
		    omni_customer_record_id(customer, r));
		json_time(",", "time",
		    omni_customer_record_time(customer, r));
		putchar('}');
	}
	putchar(']');
}

static void
feature_json(const omni_customer *customer, int32_t i, const char *before)
{
	json_member(before, "kind", omni_customer_feature_kind(customer, i));
	json_member(",", "value", omni_customer_feature_value(customer, i));
	printf(",\"records\":%d",
	    (int)omni_customer_feature_records(customer, i));
	json_time(",", "time", omni_customer_feature_time(customer, i));
	printf(",\"verified\":%s",
	    omni_customer_feature_verified(customer, i) ? "true" : "false");
}

static void
records_json(const omni_customer *customer)
{
	int32_t i;

	printf(",\"records\":[");
	for (i = 0; i < omni_customer_record_count(customer); i++) {
		json_member(i == 0 ? "{" : ",{", "id",
		    omni_customer_record_id(customer, i));
		json_member(",", "source",
		    omni_customer_record_source(customer, i));
		json_member(",", "key",
		    omni_customer_record_key(customer, i));
		json_time(",", "time",
		    omni_customer_record_time(customer, i));
		putchar('}');
	}
	putchar(']');
}

static void
customer_json(const omni_customer *customer)
{
	int32_t i;

	json_member("{", "customer", omni_customer_id(customer));
	printf(",\"profile\":[");
	for (i = 0; i < omni_customer_attribute_count(customer); i++) {
		int32_t f = omni_customer_attribute(customer, i);

		feature_json(customer, f, i == 0 ? "{" : ",{");
		said_json(customer, f, 1);
		putchar('}');
	}
	putchar(']');
	records_json(customer);
	printf(",\"features\":[");
	for (i = 0; i < omni_customer_feature_count(customer); i++) {
		feature_json(customer, i, i == 0 ? "{" : ",{");
		said_json(customer, i, INT32_MAX);
		putchar('}');
	}
	printf("]}\n");
}

static int
features_width(const omni_customer *customer)
{
	int32_t i;
	int width = 8;

	for (i = 0; i < omni_customer_feature_count(customer); i++) {
		int w = text_width(omni_customer_feature_value(customer, i));

		if (w > width)
			width = w;
	}
	return width < 48 ? width : 48;
}

/* "crm:4711", or what an inline record is called. */
static void
record_print(const omni_customer *customer, int32_t r)
{
	const char *source = omni_customer_record_source(customer, r);

	if (source == NULL) {
		fputs("(inline)", stdout);
		return;
	}
	print_text(source);
	putchar(':');
	print_text(omni_customer_record_key(customer, r));
}

/* What survives of what is known. */
static void
profile_print(const omni_customer *customer, int width)
{
	int32_t i;

	printf("\nprofile\n");
	for (i = 0; i < omni_customer_attribute_count(customer); i++) {
		int32_t f = omni_customer_attribute(customer, i);

		printf("  ");
		print_column(omni_customer_feature_kind(customer, f), 16);
		print_column(omni_customer_feature_value(customer, f),
		    width);
		record_print(customer, omni_customer_feature_record(customer,
		    f, 0));
		printf("%s\n", omni_customer_feature_verified(customer, f) ?
		    ", verified" : "");
	}
}

static void
records_print(const omni_customer *customer)
{
	int32_t i, inlines = 0;

	printf("\nrecords\n");
	for (i = 0; i < omni_customer_record_count(customer); i++) {
		const char *source = omni_customer_record_source(customer, i);

		if (source == NULL) {
			inlines++;
			continue;
		}
		printf("  ");
		print_column(source, 16);
		printf("%s\n", omni_customer_record_key(customer, i));
	}
	if (inlines > 0)
		printf("  and %d met without a record of a source\n",
		    (int)inlines);
}

/* So many who say a value are named, the others counted. */
#define NAMED 3

static void
said_print(const omni_customer *customer, int32_t feature)
{
	int32_t count = omni_customer_feature_records(customer, feature), n;

	for (n = 0; n < count && n < NAMED; n++) {
		fputs(n == 0 ? "  " : ", ", stdout);
		record_print(customer, omni_customer_feature_record(customer,
		    feature, n));
	}
	if (count > NAMED)
		printf(" and %d more", (int)(count - NAMED));
}

static void
features_print(const omni_customer *customer, int width)
{
	int32_t i;

	printf("\nfeatures%*slast said             said by\n", width + 14,
	    "");
	for (i = 0; i < omni_customer_feature_count(customer); i++) {
		printf("  ");
		print_column(omni_customer_feature_kind(customer, i), 16);
		print_column(omni_customer_feature_value(customer, i),
		    width);
		print_time(omni_customer_feature_time(customer, i));
		said_print(customer, i);
		putchar('\n');
	}
}

int
command_show(struct request *request)
{
	omni_customer *customer = NULL;
	int result = customer_resolve(request, request->words[0], &customer);
	int width;

	if (result != DONE_WELL)
		return result;
	if (request->options[OPTION_JSON] != NULL)
		customer_json(customer);
	else {
		width = features_width(customer);
		printf("customer %s\n", omni_customer_id(customer));
		profile_print(customer, width);
		records_print(customer);
		features_print(customer, width);
	}
	omni_customer_free(customer);
	return DONE_WELL;
}

/* ---- related -------------------------------------------------------- */

static void
reasons_print(const omni_related *related, int32_t i, bool json)
{
	int32_t n;

	for (n = 0; n < omni_related_reason_count(related, i); n++) {
		fputs(n == 0 ? "" : json ? "," : ", ", stdout);
		if (json)
			json_text(omni_related_reason(related, i, n));
		else
			print_text(omni_related_reason(related, i, n));
	}
}

static int
related_print(struct request *request, const omni_related *related,
    int32_t i)
{
	const char *id = omni_related_customer(related, i);
	omni_customer *customer = NULL;
	omni_status status;

	if (request->options[OPTION_JSON] != NULL) {
		json_member("{", "customer", id);
		printf(",\"reasons\":[");
		reasons_print(related, i, true);
		printf("]}\n");
		return DONE_WELL;
	}
	status = omni_customer_get(request->db, id, &customer);
	if (status < 0)
		return complain_failure(request, status);
	printf("%s  ", id);
	reasons_print(related, i, false);
	if (customer != NULL)
		customer_brief(customer);
	putchar('\n');
	omni_customer_free(customer);
	return DONE_WELL;
}

int
command_related(struct request *request)
{
	omni_customer *customer = NULL;
	omni_related *related = NULL;
	omni_status status;
	int result = customer_resolve(request, request->words[0], &customer);
	int32_t i;

	if (result != DONE_WELL)
		return result;
	status = omni_related_open(request->db, omni_customer_id(customer),
	    &related);
	omni_customer_free(customer);
	if (status < 0)
		return complain_failure(request, status);
	if (omni_related_count(related) == 0) {
		complain("nobody is related");
		result = DONE_NONE;
	}
	for (i = 0; i < omni_related_count(related) && result == DONE_WELL;
	    i++)
		result = related_print(request, related, i);
	omni_related_free(related);
	return result;
}

/* ---- remove, export, erase ------------------------------------------ */

int
command_remove(struct request *request)
{
	omni_status status = omni_record_remove(request->db,
	    request->words[0], request->words[1]);

	if (status == OMNI_NONE) {
		complain("there is no record %s of %s", request->words[1],
		    request->words[0]);
		return DONE_NONE;
	}
	if (status < 0)
		return complain_failure(request, status);
	printf("removed\n");
	return DONE_WELL;
}

static int32_t
write_out(void *user, const char *text, size_t size)
{
	return fwrite(text, 1, size, user) == size ? 0 : -1;
}

int
command_export(struct request *request)
{
	omni_customer *customer = NULL;
	omni_status status;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	status = omni_customer_export(request->db, omni_customer_id(customer),
	    write_out, stdout);
	omni_customer_free(customer);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}

/* What would go. */
static int
erase_foresee(struct request *request, const char *id)
{
	omni_erasure *erasure = NULL;
	omni_status status = omni_customer_erase_preview(request->db, id,
	    &erasure);
	const struct {
		const char *name;
		int32_t count;
	} rows[] = {
		{ "records", omni_erasure_records(erasure) },
		{ "versions", omni_erasure_versions(erasure) },
		{ "interactions", omni_erasure_interactions(erasure) },
		{ "settings", omni_erasure_settings(erasure) },
		{ "statements", omni_erasure_statements(erasure) },
		{ "contacts", omni_erasure_contacts(erasure) },
		{ "verdicts", omni_erasure_verdicts(erasure) },
	};
	size_t i, count = sizeof(rows) / sizeof(rows[0]);

	if (status != OMNI_OK)
		return complain_failure(request, status);
	if (request->options[OPTION_JSON] != NULL)
		json_member("{", "customer", id);
	for (i = 0; i < count; i++)
		if (request->options[OPTION_JSON] != NULL)
			printf(",\"%s\":%d", rows[i].name,
			    (int)rows[i].count);
		else
			printf("%9d %s\n", (int)rows[i].count,
			    rows[i].name);
	puts(request->options[OPTION_JSON] != NULL ? "}" :
	    "would be erased");
	omni_erasure_free(erasure);
	return DONE_WELL;
}

int
command_erase(struct request *request)
{
	omni_customer *customer = NULL;
	omni_status status;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	if (request->options[OPTION_DRY_RUN] != NULL) {
		result = erase_foresee(request, omni_customer_id(customer));
		omni_customer_free(customer);
		return result;
	}
	status = omni_customer_erase(request->db, omni_customer_id(customer));
	omni_customer_free(customer);
	if (status < 0)
		return complain_failure(request, status);
	puts(status == OMNI_PENDING ? "erased; a reader still holds old "
	    "pages, maintain finishes later" : "erased");
	return DONE_WELL;
}
