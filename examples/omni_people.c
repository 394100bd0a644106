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

static void
customer_json(const omni_customer *customer)
{
	int32_t i;

	json_member("{", "customer", omni_customer_id(customer));
	printf(",\"records\":[");
	for (i = 0; i < omni_customer_record_count(customer); i++) {
		json_member(i == 0 ? "{" : ",{", "id",
		    omni_customer_record_id(customer, i));
		json_member(",", "source",
		    omni_customer_record_source(customer, i));
		json_member(",", "key",
		    omni_customer_record_key(customer, i));
		putchar('}');
	}
	printf("],\"features\":[");
	for (i = 0; i < omni_customer_feature_count(customer); i++) {
		json_member(i == 0 ? "{" : ",{", "kind",
		    omni_customer_feature_kind(customer, i));
		json_member(",", "value",
		    omni_customer_feature_value(customer, i));
		printf(",\"records\":%d",
		    (int)omni_customer_feature_records(customer, i));
		json_time(",", "time",
		    omni_customer_feature_time(customer, i));
		putchar('}');
	}
	printf("]}\n");
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

static void
features_print(const omni_customer *customer)
{
	int32_t i, count = omni_customer_feature_count(customer);
	int width = 8;

	for (i = 0; i < count; i++) {
		const char *value = omni_customer_feature_value(customer, i);

		if (text_width(value) > width)
			width = text_width(value);
	}
	printf("\nfeatures%*slast said             records\n", width + 14,
	    "");
	for (i = 0; i < count; i++) {
		printf("  ");
		print_column(omni_customer_feature_kind(customer, i), 16);
		print_column(omni_customer_feature_value(customer, i),
		    width);
		print_time(omni_customer_feature_time(customer, i));
		printf("%9d\n",
		    (int)omni_customer_feature_records(customer, i));
	}
}

int
command_show(struct request *request)
{
	omni_customer *customer = NULL;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	if (request->options[OPTION_JSON] != NULL)
		customer_json(customer);
	else {
		printf("customer %s\n", omni_customer_id(customer));
		records_print(customer);
		features_print(customer);
	}
	omni_customer_free(customer);
	return DONE_WELL;
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

int
command_erase(struct request *request)
{
	omni_customer *customer = NULL;
	omni_status status;
	int result = customer_resolve(request, request->words[0], &customer);

	if (result != DONE_WELL)
		return result;
	status = omni_customer_erase(request->db, omni_customer_id(customer));
	omni_customer_free(customer);
	if (status < 0)
		return complain_failure(request, status);
	puts(status == OMNI_PENDING ? "erased; a reader still holds old "
	    "pages, maintain finishes later" : "erased");
	return DONE_WELL;
}
