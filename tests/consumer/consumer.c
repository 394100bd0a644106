/*
 * A program outside the tree, as somebody would write it who installed the
 * library: one customer on two channels.  With an argument it prints the
 * version.  Any surprise is a non-zero exit status.
 */
#include <omni.h>

#include <stdio.h>
#include <string.h>

static int
put(omni *db, const char *channel, const char *key, const char *kind,
    const char *value)
{
	omni_record *who = omni_record_new();
	omni_interaction *seen = omni_interaction_new(channel, "visit");
	int ok = 0;

	if (who != NULL && seen != NULL &&
	    omni_record_add(who, "email", "ann@example.com") == OMNI_OK &&
	    omni_record_add(who, kind, value) == OMNI_OK &&
	    omni_interaction_set_key(seen, "consumer", key) == OMNI_OK &&
	    omni_interaction_set_who(seen, who) == OMNI_OK)
		ok = omni_interaction_put(db, seen, NULL) == OMNI_OK;
	omni_interaction_free(seen);
	omni_record_free(who);
	return ok;
}

static int
define(omni *db, const char *name)
{
	omni_channel *channel = omni_channel_new(name);
	int ok = channel != NULL &&
	    omni_channel_put(db, channel, NULL) == OMNI_OK;

	omni_channel_free(channel);
	return ok;
}

static int
count(omni *db)
{
	omni_record *who = omni_record_new();
	omni_customer *customer = NULL;
	omni_timeline *past = NULL;
	const omni_interaction *item;
	int n = 0;

	if (who != NULL &&
	    omni_record_add(who, "email", "ann@example.com") == OMNI_OK &&
	    omni_customer_find(db, who, &customer) == OMNI_OK &&
	    omni_timeline_open(db, omni_customer_id(customer), NULL, &past) ==
	    OMNI_OK)
		while (omni_timeline_next(past, &item) == OMNI_OK)
			n++;
	omni_timeline_free(past);
	omni_customer_free(customer);
	omni_record_free(who);
	return n;
}

int
main(int argc, char **argv)
{
	omni *db = NULL;
	int n = -1;

	if (argc > 1 && strcmp(argv[1], "version") == 0) {
		puts(omni_version());
		return 0;
	}
	if (omni_version_number() != (OMNI_VERSION_MAJOR << 16 |
	    OMNI_VERSION_MINOR << 8 | OMNI_VERSION_PATCH))
		return 1;
	if (omni_open(NULL, "consumer.db", &db) != OMNI_OK)
		return 1;
	if (define(db, "store") && define(db, "web") &&
	    put(db, "store", "1", "loyalty", "7001") &&
	    put(db, "web", "2", "account", "ann"))
		n = count(db);
	if (n != 2)
		fprintf(stderr, "consumer: %d of 2: %s\n", n, omni_errmsg(db));
	omni_close(db);
	return n == 2 ? 0 : 1;
}
