/*
 * A till: a card is swiped, an order handed over, and the till asks what the
 * customer last talked about with anybody, on any channel.
 *
 * usage: till STORE CARD ORDER        try: till till.db 6330607 T9001
 */
#include <stdio.h>

#include "omni.h"

/* The order is collected; the same receipt twice is one. */
static omni_status
hand_over(omni *db, const omni_record *who, const char *order)
{
	omni_interaction *sale = omni_interaction_new("store", "pickup");
	omni_status status;

	if (sale == NULL)
		return OMNI_NOMEM;
	status = omni_interaction_set_key(sale, "pos/till-1", order);
	if (status == OMNI_OK)
		status = omni_interaction_set_who(sale, who);
	if (status == OMNI_OK)
		status = omni_interaction_set_status(sale, "order", order,
		    "collected");
	if (status == OMNI_OK)
		status = omni_interaction_put(db, sale, NULL);
	omni_interaction_free(sale);
	return status;
}

static omni_status
look_back(omni *db, const omni_record *who)
{
	omni_customer *customer = NULL;
	omni_timeline *past = NULL;
	const omni_interaction *item;
	omni_status status = omni_customer_find(db, who, &customer);

	if (status == OMNI_OK)
		status = omni_timeline_open(db, omni_customer_id(customer),
		    NULL, &past);
	while (status == OMNI_OK &&
	    (status = omni_timeline_next(past, &item)) == OMNI_OK)
		printf("%s on %s\n", omni_interaction_kind(item),
		    omni_interaction_channel(item));
	omni_timeline_free(past);
	omni_customer_free(customer);
	return status;
}

int
main(int argc, char **argv)
{
	omni_record *who = omni_record_new();
	omni *db = NULL;
	omni_status status = OMNI_INVALID;

	if (argc == 4 && who != NULL)
		status = omni_open(NULL, argv[1], &db);
	if (status == OMNI_OK)
		status = omni_record_add(who, "loyalty", argv[2]);
	if (status == OMNI_OK)
		status = hand_over(db, who, argv[3]);
	if (status >= 0)
		status = look_back(db, who);
	if (status < 0)
		fprintf(stderr, "till: %s: %s\n", omni_status_text(status),
		    db == NULL ? "usage: till STORE CARD ORDER" :
		    omni_errmsg(db));
	omni_record_free(who);
	omni_close(db);
	return status < 0;
}
