/*
 * Scenarios that look something up, page, explain or decide: what they find
 * is all there or they fail; they never find less.
 */
#include <stdio.h>
#include <string.h>

#include "scenario.h"

/* ---- customers ------------------------------------------------------ */

static omni_status
look_at(const omni_customer *c)
{
	bool sound = omni_customer_id(c) != NULL &&
	    omni_customer_record_count(c) >= 3 &&
	    omni_customer_record_id(c, 0) != NULL &&
	    omni_customer_feature_count(c) >= 3 &&
	    omni_customer_feature_kind(c, 0) != NULL &&
	    omni_customer_feature_value(c, 0) != NULL &&
	    omni_customer_feature_records(c, 0) > 0 &&
	    omni_customer_feature_record(c, 0, 0) >= 0 &&
	    omni_customer_attribute_count(c) > 0 &&
	    omni_customer_value(c, omni_customer_feature_kind(c,
	    omni_customer_attribute(c, 0))) != NULL;

	(void)omni_customer_record_source(c, 0);
	(void)omni_customer_record_key(c, 0);
	(void)omni_customer_feature_time(c, 0);
	return sound ? OMNI_OK : OMNI_INTERNAL;
}

static omni_status
find_ann(struct harness *h, omni_customer **ann)
{
	omni_record *who = NULL;
	omni_status status = scenario_who(&who, "email",
	    "ANN@shop.example");

	if (status == OMNI_OK)
		status = scenario_want(omni_customer_find(h->db, who, ann),
		    OMNI_OK);
	if (status == OMNI_OK)
		status = look_at(*ann);
	omni_record_free(who);
	return status;
}

static omni_status
find(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);

	(void)serial;
	omni_customer_free(ann);
	return status;
}

static omni_status
get(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL, *same = NULL;
	omni_status status = scenario_want(omni_customer_of(h->db, "web",
	    "1", &ann), OMNI_OK);

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_get(h->db,
		    omni_customer_id(ann), &same), OMNI_OK);
	if (status == OMNI_OK)
		status = look_at(same);
	omni_customer_free(same);
	omni_customer_free(ann);
	return status;
}

static omni_status
model(struct harness *h, int64_t serial)
{
	omni_model *model = NULL;
	char *text = NULL;
	omni_status status = scenario_want(omni_model_get(h->db, &model),
	    OMNI_OK);

	(void)serial;
	if (status == OMNI_OK && omni_model_join(model) >
	    omni_model_sure(model))
		status = OMNI_INTERNAL;
	if (status == OMNI_OK)
		status = scenario_want(omni_model_export(h->db, &text),
		    OMNI_OK);
	omni_model_free(model);
	omni_text_free(text);
	return status;
}

/* Why the first of them may be meant: its reasons add up. */
static omni_status
match_why(const omni_matches *matches)
{
	omni_explanation *why = NULL;
	omni_status status = omni_matches_why(matches, 0, &why);
	double strangers = 0.0, relatives = 0.0;
	int32_t i;

	for (i = 0; i < omni_explanation_count(why); i++) {
		strangers += omni_explanation_strangers(why, i);
		relatives += omni_explanation_relatives(why, i);
	}
	if (status == OMNI_OK && (i < 2 ||
	    omni_matches_weight(matches, 0) != (strangers < relatives ?
	    strangers : relatives)))
		status = OMNI_INTERNAL;
	(void)omni_matches_certain(matches, 0);
	omni_explanation_free(why);
	return status;
}

static omni_status
search(struct harness *h, int64_t serial)
{
	const char *features[] = { "phone", "0701234567", "email",
		"ann@shop.example", "name.given", "Anne", NULL };
	omni_matches *matches = NULL;
	omni_record *who = NULL;
	omni_status status = scenario_record(&who, NULL, NULL, features);

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_search(h->db, who,
		    &matches), OMNI_OK);
	if (status == OMNI_OK && (omni_matches_count(matches) != 2 ||
	    omni_matches_customer(matches, 1) == NULL ||
	    !(omni_matches_probability(matches, 0) > 0)))
		status = OMNI_INTERNAL;
	if (status == OMNI_OK)
		status = match_why(matches);
	omni_matches_free(matches);
	omni_record_free(who);
	return status;
}

static omni_status
members(struct harness *h, int64_t serial)
{
	omni_members *members = NULL;
	omni_status status = omni_members_open(h->db, 1, &members);
	int count = 0;

	(void)serial;
	while (status == OMNI_OK &&
	    (status = omni_members_next(members)) == OMNI_OK) {
		if (omni_members_key(members) == NULL ||
		    omni_members_customer(members) == NULL)
			status = OMNI_INTERNAL;
		(void)omni_members_source(members);
		count++;
	}
	status = scenario_want(status, OMNI_DONE);
	omni_members_free(members);
	return status == OMNI_OK && count != 5 ? OMNI_INTERNAL : status;
}

static int32_t
count_lines(void *user, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (text[i] == '\n')
			++*(int *)user;
	return 0;
}

static omni_status
export(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);
	int lines = 0;

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_customer_export(h->db,
		    omni_customer_id(ann), count_lines, &lines), OMNI_OK);
	omni_customer_free(ann);
	return status == OMNI_OK && lines != 8 ? OMNI_INTERNAL : status;
}

static omni_status
why(struct harness *h, int64_t serial)
{
	omni_explanation *why = NULL;
	omni_status status = scenario_want(omni_why(h->db, "crm", "1",
	    "web", "1", &why), OMNI_OK);
	int32_t i;

	(void)serial;
	for (i = 0; i < omni_explanation_count(why); i++) {
		if (omni_explanation_kind(why, i) == NULL ||
		    omni_explanation_level(why, i) == NULL)
			status = OMNI_INTERNAL;
		(void)omni_explanation_left(why, i);
		(void)omni_explanation_right(why, i);
		(void)omni_explanation_strangers(why, i);
		(void)omni_explanation_relatives(why, i);
	}
	if (status == OMNI_OK && (i == 0 ||
	    omni_explanation_same(why) == 0 ||
	    omni_explanation_text(why) == NULL ||
	    omni_explanation_weight(why) <
	    omni_explanation_threshold(why) ||
	    !(omni_explanation_probability(why) > 0)))
		status = OMNI_INTERNAL;
	omni_explanation_free(why);
	return status;
}

static omni_status
feed(struct harness *h, int64_t serial)
{
	omni_feed *feed = NULL;
	omni_status status = omni_feed_open(h->db, NULL, &feed);
	char position[2000] = "";
	int count = 0;

	(void)serial;
	while (status == OMNI_OK &&
	    (status = omni_feed_next(feed)) == OMNI_OK) {
		if (omni_feed_change(feed) == 0 ||
		    omni_feed_customer(feed) == NULL)
			status = OMNI_INTERNAL;
		(void)omni_feed_other(feed);
		(void)omni_feed_time(feed);
		count++;
	}
	status = scenario_want(status, OMNI_DONE);
	if (status == OMNI_OK && count != 2)
		status = OMNI_INTERNAL;
	if (status == OMNI_OK)
		status = scenario_got(omni_feed_position(feed));
	if (status == OMNI_OK)
		(void)snprintf(position, sizeof(position), "%s",
		    omni_feed_position(feed));
	omni_feed_free(feed);
	feed = NULL;
	if (status == OMNI_OK)
		status = omni_feed_open(h->db, position, &feed);
	omni_feed_free(feed);
	return status;
}

/* ---- the past ------------------------------------------------------- */

static omni_status
make_filter(omni_filter **out, const char *token)
{
	omni_filter *filter = omni_filter_new();
	omni_status status = scenario_got(filter);

	if (status == OMNI_OK)
		status = omni_filter_set_since(filter, 0);
	if (status == OMNI_OK)
		status = omni_filter_set_until(filter, HARNESS_NOW);
	if (status == OMNI_OK)
		status = omni_filter_set_oldest(filter, 1);
	if (status == OMNI_OK)
		status = omni_filter_set_limit(filter, 1);
	if (status == OMNI_OK && token == NULL)
		status = omni_filter_set_channel(filter, "store");
	if (status == OMNI_OK && token == NULL)
		status = omni_filter_set_kind(filter, "order.placed");
	if (status == OMNI_OK && token == NULL)
		status = omni_filter_set_reference(filter, "order", "7");
	if (status == OMNI_OK && token != NULL)
		status = omni_filter_set_token(filter, token);
	if (status != OMNI_OK) {
		omni_filter_free(filter);
		return status;
	}
	*out = filter;
	return OMNI_OK;
}

static omni_status
keep(const omni_interaction *it)
{
	omni_interaction *copy = NULL;
	omni_status status = omni_interaction_keep(it, &copy);

	if (status == OMNI_OK && (omni_interaction_fact(copy) == 0 ||
	    omni_interaction_channel(copy) == NULL ||
	    omni_interaction_kind(copy) == NULL ||
	    omni_interaction_source(copy) == NULL ||
	    omni_interaction_key(copy) == NULL ||
	    omni_interaction_reference_count(copy) < 1 ||
	    omni_interaction_reference_type(copy, 0) == NULL ||
	    omni_interaction_reference_key(copy, 0) == NULL))
		status = OMNI_INTERNAL;
	(void)omni_interaction_body(copy);
	(void)omni_interaction_time(copy);
	(void)omni_interaction_recorded(copy);
	(void)omni_interaction_time_doubtful(copy);
	(void)omni_interaction_reference_status(copy, 0);
	omni_interaction_free(copy);
	return status;
}

/* One item and the token behind it, room for 400 bytes. */
static omni_status
one_item(omni_timeline *timeline, char *token)
{
	const omni_interaction *it;
	omni_status status = scenario_want(omni_timeline_next(timeline, &it),
	    OMNI_OK);

	if (status == OMNI_OK)
		status = keep(it);
	if (status == OMNI_OK)
		status = scenario_got(omni_timeline_token(timeline));
	if (status == OMNI_OK)
		(void)snprintf(token, 400, "%s",
		    omni_timeline_token(timeline));
	return status;
}

static omni_status
page(struct harness *h, const char *customer, const char *from, char *token)
{
	omni_timeline *timeline = NULL;
	omni_filter *filter = NULL;
	omni_status status = make_filter(&filter, from);

	if (status == OMNI_OK)
		status = scenario_want(omni_timeline_open(h->db, customer,
		    filter, &timeline), OMNI_OK);
	if (status == OMNI_OK)
		status = one_item(timeline, token);
	omni_timeline_free(timeline);
	omni_filter_free(filter);
	return status;
}

static omni_status
timeline(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);
	char first[400], second[400];

	(void)serial;
	if (status == OMNI_OK)
		status = page(h, omni_customer_id(ann), NULL, first);
	if (status == OMNI_OK)
		status = page(h, omni_customer_id(ann), first, second);
	omni_customer_free(ann);
	return status;
}

static omni_status
story(struct harness *h, int64_t serial)
{
	omni_timeline *story = NULL;
	const omni_interaction *it;
	omni_status status = omni_story_open(h->db, "order", "7", NULL,
	    &story);
	int count = 0;

	(void)serial;
	while (status == OMNI_OK &&
	    (status = omni_timeline_next(story, &it)) == OMNI_OK)
		count++;
	status = scenario_want(status, OMNI_DONE);
	omni_timeline_free(story);
	return status == OMNI_OK && count != 3 ? OMNI_INTERNAL : status;
}

static omni_status
case_of(struct harness *h, int64_t serial)
{
	omni_case *c = NULL;
	omni_status status = scenario_want(omni_case_get(h->db, "order", "7",
	    &c), OMNI_OK);

	(void)serial;
	if (status == OMNI_OK && (omni_case_changes(c) != 2 ||
	    omni_case_channel_count(c) < 1 ||
	    omni_case_channel(c, 0) == NULL ||
	    omni_case_customer(c) == NULL || omni_case_state(c) == NULL ||
	    omni_case_time(c) == 0))
		status = OMNI_INTERNAL;
	omni_case_free(c);
	return status;
}

static omni_status
setting(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);
	char *value = NULL;

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_setting_get(h->db,
		    omni_customer_id(ann), "language", &value), OMNI_OK);
	if (status == OMNI_OK && strcmp(value, "sv") != 0)
		status = OMNI_INTERNAL;
	omni_text_free(value);
	omni_customer_free(ann);
	return status;
}

/* ---- where to write ------------------------------------------------- */

static omni_status
channel(struct harness *h, int64_t serial)
{
	omni_channel *c = NULL;
	omni_status status = scenario_want(omni_channel_get(h->db, "email",
	    &c), OMNI_OK);

	(void)serial;
	if (status == OMNI_OK && (omni_channel_name(c) == NULL ||
	    omni_channel_address(c) == NULL ||
	    omni_channel_direction(c) != OMNI_DIRECTION_BOTH ||
	    omni_channel_medium(c) != OMNI_MEDIUM_DIGITAL ||
	    omni_channel_confidentiality(c) != 2 ||
	    omni_channel_cost(c) != 0))
		status = OMNI_INTERNAL;
	omni_channel_free(c);
	return status;
}

static omni_status
purpose(struct harness *h, int64_t serial)
{
	omni_purpose *p = NULL;
	omni_status status = scenario_want(omni_purpose_get(h->db, "news",
	    &p), OMNI_OK);

	(void)serial;
	if (status == OMNI_OK && (omni_purpose_name(p) == NULL ||
	    omni_purpose_class(p) == NULL ||
	    omni_purpose_basis(p) != OMNI_BASIS_CONSENT ||
	    omni_purpose_channel_count(p) != 2 ||
	    omni_purpose_channel(p, 1) == NULL ||
	    omni_purpose_confidentiality(p) != 0 ||
	    omni_purpose_verified(p) != 0))
		status = OMNI_INTERNAL;
	omni_purpose_free(p);
	return status;
}

static omni_status
look_along(const omni_route *route)
{
	int32_t i;

	for (i = 0; i < omni_route_step_count(route); i++)
		if (omni_route_step_channel(route, i) == NULL ||
		    omni_route_step_address(route, i) == NULL ||
		    omni_route_step_text(route, i) == NULL ||
		    omni_route_step_time(route, i) < HARNESS_NOW)
			return OMNI_INTERNAL;
	for (i = 0; i < omni_route_rejected_count(route); i++)
		if (omni_route_rejected_channel(route, i) == NULL ||
		    omni_route_rejected_text(route, i) == NULL ||
		    omni_route_rejected_reason(route, i) == 0)
			return OMNI_INTERNAL;
	return omni_route_step_count(route) > 0 ? OMNI_OK : OMNI_INTERNAL;
}

static omni_status
decide(struct harness *h, const char *customer, const char *purpose)
{
	omni_route *route = NULL;
	omni_status status = scenario_want(omni_route_decide(h->db, customer,
	    purpose, OMNI_NOW, &route), OMNI_OK);

	if (status == OMNI_OK)
		status = look_along(route);
	omni_route_free(route);
	return status;
}

static omni_status
route(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_status status = find_ann(h, &ann);

	(void)serial;
	if (status == OMNI_OK)
		status = decide(h, omni_customer_id(ann), "news");
	if (status == OMNI_OK)
		status = decide(h, omni_customer_id(ann), "receipt");
	omni_customer_free(ann);
	return status;
}

static omni_status
kinds(struct harness *h, int64_t serial)
{
	omni_kinds *all = NULL;
	omni_kind *email = NULL;
	omni_status status = scenario_want(omni_kinds_open(h->db, &all),
	    OMNI_OK);

	(void)serial;
	if (status == OMNI_OK && (omni_kinds_count(all) < 20 ||
	    omni_kind_of_name(omni_kinds_at(all, 0)) == NULL))
		status = OMNI_INTERNAL;
	if (status == OMNI_OK)
		status = scenario_want(omni_kind_get(h->db, "email", &email),
		    OMNI_OK);
	if (status == OMNI_OK &&
	    omni_kind_rule(email) != OMNI_RULE_VERIFIED)
		status = OMNI_INTERNAL;
	omni_kind_free(email);
	omni_kinds_free(all);
	return status;
}

static omni_status
related(struct harness *h, int64_t serial)
{
	omni_customer *ann = NULL;
	omni_related *list = NULL;
	omni_status status = find_ann(h, &ann);
	int32_t i;

	(void)serial;
	if (status == OMNI_OK)
		status = scenario_want(omni_related_open(h->db,
		    omni_customer_id(ann), &list), OMNI_OK);
	for (i = 0; i < omni_related_count(list) && status == OMNI_OK; i++)
		if (omni_related_customer(list, i) == NULL ||
		    omni_related_reason(list, i, 0) == NULL)
			status = OMNI_INTERNAL;
	omni_related_free(list);
	omni_customer_free(ann);
	return status;
}

const struct scenario scenarios_read[] = {
	{ .name = "find", .run = find },
	{ .name = "of a record, by id", .run = get },
	{ .name = "search", .run = search },
	{ .name = "all records", .run = members },
	{ .name = "export", .run = export },
	{ .name = "why", .run = why },
	{ .name = "a model", .run = model },
	{ .name = "kinds", .run = kinds },
	{ .name = "who is related", .run = related },
	{ .name = "the change feed", .run = feed },
	{ .name = "two pages of a timeline", .run = timeline },
	{ .name = "a story", .run = story },
	{ .name = "a case", .run = case_of },
	{ .name = "a setting", .run = setting },
	{ .name = "a channel", .run = channel },
	{ .name = "a purpose", .run = purpose },
	{ .name = "a route", .run = route },
};
const size_t scenarios_read_count = OMNI__COUNT(scenarios_read);
