/*
 * Commands about the store as a whole: making, checking, copying, keeping
 * house, and what changed.
 */
#include "omni_command.h"

static omni_status
config_fill(omni_config *config, const struct request *request)
{
	const char *region = request->options[OPTION_REGION];
	const char *zone = request->options[OPTION_ZONE];
	omni_status status = omni_config_set_mode(config, OMNI_MODE_CREATE);

	if (status == OMNI_OK && region != NULL)
		status = omni_config_set_region(config, region);
	if (status == OMNI_OK && zone != NULL)
		status = omni_config_set_zone(config, zone);
	return status;
}

static const char *
or_none(const char *text)
{
	return text == NULL || *text == '\0' ? "none" : text;
}

int
command_init(struct request *request)
{
	omni_config *config = omni_config_new();
	omni_status status = OMNI_NOMEM;
	int result = DONE_WELL;

	if (config != NULL)
		status = config_fill(config, request);
	if (status == OMNI_OK)
		status = omni_open(config, request->url, &request->db);
	if (status == OMNI_OK)
		printf("store ready: default phone region %s, time zone %s\n",
		    or_none(omni_region(request->db)),
		    or_none(omni_zone(request->db)));
	else {
		complain("%s", config == NULL ? "out of memory" :
		    omni_config_errmsg(config));
		result = exit_of(status);
	}
	omni_config_free(config);
	return result;
}

int
command_check(struct request *request)
{
	omni_report *report = NULL;
	omni_status status = omni_check(request->db, &report);
	int32_t i;

	for (i = 0; i < omni_report_count(report); i++)
		printf("%s\n", omni_report_line(report, i));
	omni_report_free(report);
	if (status != OMNI_OK)
		return complain_failure(request, status);
	printf("sound: every projection equals what the facts say\n");
	return DONE_WELL;
}

int
command_rebuild(struct request *request)
{
	omni_status status = omni_rebuild(request->db);

	if (status != OMNI_OK)
		return complain_failure(request, status);
	printf("rebuilt from the facts\n");
	return DONE_WELL;
}

int
command_backup(struct request *request)
{
	omni_status status = omni_backup(request->db, request->words[0]);

	if (status != OMNI_OK)
		return complain_failure(request, status);
	printf("copied to %s\n", request->words[0]);
	return DONE_WELL;
}

/* A reader may pin old pages for ever; a minute of trying is enough. */
int
command_maintain(struct request *request)
{
	omni_status status = OMNI_OK;
	int rounds;

	for (rounds = 0; status == OMNI_OK && rounds < 60; rounds++)
		status = omni_maintain(request->db, 1000);
	if (status < 0)
		return complain_failure(request, status);
	puts(status == OMNI_OK ? "there is more to do" :
	    "nothing is left to do");
	return DONE_WELL;
}

/* ---- the change feed ------------------------------------------------ */

const char *
change_name(int32_t change)
{
	static const char *const names[] = {
		[OMNI_CHANGE_CREATED] = "created",
		[OMNI_CHANGE_MERGED] = "merged",
		[OMNI_CHANGE_SPLIT] = "split",
		[OMNI_CHANGE_ERASED] = "erased",
	};

	return change >= OMNI_CHANGE_CREATED && change <= OMNI_CHANGE_ERASED ?
	    names[change] : "changed";
}

static void
change_print(omni_feed *feed, bool json)
{
	const char *change = change_name(omni_feed_change(feed));

	if (json) {
		json_member("{", "change", change);
		json_member(",", "customer", omni_feed_customer(feed));
		json_member(",", "other", omni_feed_other(feed));
		json_time(",", "time", omni_feed_time(feed));
		json_member(",", "position", omni_feed_position(feed));
		printf("}\n");
		return;
	}
	print_time(omni_feed_time(feed));
	printf("  ");
	print_column(change, 7);
	printf("%s", omni_feed_customer(feed));
	if (omni_feed_other(feed) != NULL)
		printf("  %s", omni_feed_other(feed));
	printf("\n");
}

int
command_feed(struct request *request)
{
	bool json = request->options[OPTION_JSON] != NULL;
	omni_feed *feed = NULL;
	omni_status status = omni_feed_open(request->db,
	    request->options[OPTION_SINCE], &feed);

	while (status == OMNI_OK &&
	    (status = omni_feed_next(feed)) == OMNI_OK)
		change_print(feed, json);
	if (status == OMNI_DONE && !json)
		fprintf(stderr, "go on with --since %s\n",
		    omni_feed_position(feed));
	omni_feed_free(feed);
	return status < 0 ? complain_failure(request, status) : DONE_WELL;
}
