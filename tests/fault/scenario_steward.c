/*
 * Scenarios of stewards: what to look at, why customers are one, what was
 * decided and what a decision would do.
 */
#include <string.h>

#include "scenario.h"

static omni_status
ann_of(struct harness *h, omni_customer **ann)
{
	return scenario_want(omni_customer_of(h->db, "crm", "1", ann),
	    OMNI_OK);
}

static omni_status
review_list(struct harness *h, int32_t which)
{
	omni_review *review = NULL;
	omni_status status = omni_review_open(h->db, which, &review);

	while (status == OMNI_OK &&
	    (status = omni_review_next(review)) == OMNI_OK)
		if (omni_review_customer(review) == NULL ||
		    omni_review_other(review) == NULL)
			status = OMNI_INTERNAL;
	status = scenario_want(status, OMNI_DONE);
	omni_review_free(review);
	return status;
}

static omni_status
review(struct harness *h, int64_t serial)
{
	omni_status status = review_list(h, OMNI_REVIEW_POSSIBLE);

	(void)serial;
	return status == OMNI_OK ? review_list(h, OMNI_REVIEW_UNSURE) :
	    status;
}

static omni_status
verdicts(struct harness *h, int64_t serial)
{
	omni_verdicts *list = NULL;
	omni_status status = omni_verdicts_open(h->db, &list);
	int32_t i;

	(void)serial;
	while (status == OMNI_OK &&
	    (status = omni_verdicts_next(list)) == OMNI_OK)
		for (i = 0; i < omni_verdicts_count(list); i++)
			if (omni_verdicts_record_id(list, i) == NULL ||
			    omni_verdicts_state(list) == 0)
				status = OMNI_INTERNAL;
	status = scenario_want(status, OMNI_DONE);
	omni_verdicts_free(list);
	return status;
}

static omni_status
joins(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_joins *list = NULL;
	omni_status status = ann_of(h, &ann);

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_why_customer(h->db,
		    omni_customer_id(ann), &list), OMNI_OK);
	if (status == OMNI_OK && omni_joins_count(list) !=
	    omni_customer_record_count(ann) - 1)
		status = OMNI_INTERNAL;
	omni_joins_free(list);
	omni_customer_free(ann);
	return status;
}

static omni_status
why_customers(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_explanation *why = NULL;
	omni_status status = ann_of(h, &ann);

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_why_customers(h->db,
		    omni_customer_id(ann), omni_customer_id(ann), &why),
		    OMNI_OK);
	if (status == OMNI_OK && !omni_explanation_same(why))
		status = OMNI_INTERNAL;
	omni_explanation_free(why);
	omni_customer_free(ann);
	return status;
}

/* Tells a change, and leaves none: the next one tells the same. */
static omni_status
preview(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_verdict *v = omni_verdict_new(OMNI_VERDICT_DIFFERENT);
	omni_preview *seen = NULL;
	omni_status status = scenario_got(v);

	(void)serial;
	if (status == OMNI_OK)
		status = ann_of(h, &ann);
	if (status == OMNI_OK)
		status = scenario_want(omni_verdict_add_customer(h->db, v, 0,
		    omni_customer_id(ann)), OMNI_OK);
	if (status == OMNI_OK)
		status = omni_verdict_add(v, 1, "crm", "nobody");
	if (status == OMNI_OK)
		status = scenario_want(omni_verdict_preview(h->db, v, &seen),
		    OMNI_OK);
	if (status == OMNI_OK && omni_preview_count(seen) != 0)
		status = OMNI_INTERNAL;
	omni_preview_free(seen);
	omni_verdict_free(v);
	omni_customer_free(ann);
	return status;
}

static omni_status
surely(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = omni_set_sure(h->db, 1);

	(void)serial;
	if (status == OMNI_OK)
		status = ann_of(h, &ann);
	omni_customer_free(ann);
	(void)omni_set_sure(h->db, 0);
	return status;
}

const struct scenario scenarios_steward[] = {
	{ .name = "what to look at", .run = review },
	{ .name = "verdicts", .run = verdicts },
	{ .name = "the joins of a customer", .run = joins },
	{ .name = "why customers are one", .run = why_customers },
	{ .name = "a verdict tried out", .run = preview },
	{ .name = "what is surely one", .run = surely },
};
const size_t scenarios_steward_count = OMNI__COUNT(scenarios_steward);
