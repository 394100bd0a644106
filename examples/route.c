/*
 * A mailer: before it sends, it asks where the message may go, and why not
 * elsewhere.  The route is kept, so that the message is sent once, what
 * becomes of it is known, and the next step follows when this one fails.
 *
 * usage: route STORE EMAIL PURPOSE MESSAGE
 */
#include <stdio.h>

#include "omni.h"

static void
print(const omni_route *route)
{
	char time[OMNI_TIME_SIZE];
	int32_t i;

	printf("route %lld\n", (long long)omni_route_fact(route));
	for (i = 0; i < omni_route_step_count(route); i++) {
		if (omni_time_format(omni_route_step_time(route, i), time,
		    sizeof(time)) != OMNI_OK)
			continue;
		printf("%s %s at %s: %s\n", i == 0 ? "send by" : "or else by",
		    omni_route_step_channel(route, i), time,
		    omni_route_step_text(route, i));
	}
	for (i = 0; i < omni_route_rejected_count(route); i++)
		printf("not by %s: %s\n",
		    omni_route_rejected_channel(route, i),
		    omni_route_rejected_text(route, i));
}

/* OMNI_DUPLICATE: it was routed before, and that is the route. */
static omni_status
send(omni *db, const char *customer, const char *purpose, const char *id)
{
	omni_message *message = omni_message_new(purpose);
	omni_route *route = NULL;
	omni_status status = OMNI_NOMEM;

	if (message != NULL)
		status = omni_message_set_id(message, id);
	if (status == OMNI_OK)
		status = omni_route_put(db, customer, message, &route);
	if (status >= 0 && route != NULL)
		print(route);
	omni_route_free(route);
	omni_message_free(message);
	return status;
}

/* Nobody, or several: a message must not go to a guess. */
static omni_status
send_to(omni *db, const char *email, const char *purpose, const char *id)
{
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;
	omni_status status = OMNI_NOMEM;

	if (who != NULL)
		status = omni_record_add(who, "email", email);
	if (status == OMNI_OK)
		status = omni_customer_find(db, who, &customer);
	if (status == OMNI_OK)
		status = send(db, omni_customer_id(customer), purpose, id);
	omni_customer_free(customer);
	omni_record_free(who);
	return status;
}

int
main(int argc, char **argv)
{
	omni *db = NULL;
	omni_status status = OMNI_INVALID;

	if (argc == 5)
		status = omni_open(NULL, argv[1], &db);
	if (status == OMNI_OK)
		status = send_to(db, argv[2], argv[3], argv[4]);
	if (status != OMNI_OK)
		fprintf(stderr, "route: %s: %s\n", omni_status_text(status),
		    db == NULL ? "usage: route STORE EMAIL PURPOSE MESSAGE" :
		    omni_errmsg(db));
	omni_close(db);
	return status != OMNI_OK && status != OMNI_DUPLICATE;
}
