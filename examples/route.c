/*
 * A mailer: before it sends, it asks where the message may go, and why not
 * elsewhere.
 *
 * usage: route STORE EMAIL PURPOSE
 */
#include <stdio.h>

#include "omni.h"

static void
print(const omni_route *route)
{
	int32_t i;

	for (i = 0; i < omni_route_step_count(route); i++)
		printf("%s %s: %s\n", i == 0 ? "send by" : "or else by",
		    omni_route_step_channel(route, i),
		    omni_route_step_text(route, i));
	for (i = 0; i < omni_route_rejected_count(route); i++)
		printf("not by %s: %s\n",
		    omni_route_rejected_channel(route, i),
		    omni_route_rejected_text(route, i));
}

static omni_status
decide(omni *db, const char *email, const char *purpose)
{
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;
	omni_route *route = NULL;
	omni_status status = OMNI_NOMEM;

	if (who != NULL)
		status = omni_record_add(who, "email", email);
	if (status == OMNI_OK)
		status = omni_customer_find(db, who, &customer);
	/* Nobody, or several: a message must not go to a guess. */
	if (status == OMNI_OK)
		status = omni_route_decide(db, omni_customer_id(customer),
		    purpose, OMNI_NOW, &route);
	if (status == OMNI_OK)
		print(route);
	omni_route_free(route);
	omni_customer_free(customer);
	omni_record_free(who);
	return status;
}

int
main(int argc, char **argv)
{
	omni *db = NULL;
	omni_status status = OMNI_INVALID;

	if (argc == 4)
		status = omni_open(NULL, argv[1], &db);
	if (status == OMNI_OK)
		status = decide(db, argv[2], argv[3]);
	if (status != OMNI_OK)
		fprintf(stderr, "route: %s: %s\n", omni_status_text(status),
		    db == NULL ? "usage: route STORE EMAIL PURPOSE" :
		    omni_errmsg(db));
	omni_close(db);
	return status != OMNI_OK;
}
