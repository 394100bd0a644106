/*
 * The model of a store that has learned nothing yet.
 */
#include <string.h>

#include "identity/model_names.h"
#include "identity/rates.h"

/*
 * Parts per million here.  Chosen over several public and generated data sets
 * at once.
 */
static const struct omni__rates rates[OMNI__HOST] = {
	[OMNI__GIVEN] = {
		{ 0, 700000, 80000, 30000, 50000, 30000, 20000, 90000 },
		{ 0, 4000, 4000, 20000, 10000, 50000, 1000, 900000 }, 60 },
	[OMNI__FAMILY] = {
		{ 0, 780000, 100000, 5000, 30000, 20000, 15000, 50000 },
		{ 0, 1000, 3000, 5000, 5000, 50000, 1000, 930000 }, 850 },
	[OMNI__OTHER] = {
		{ 0, 600000, 80000, 50000, 20000, 1000, 1000, 250000 },
		{ 0, 20000, 5000, 30000, 10000, 100, 100, 930000 }, 100 },
	[OMNI__BIRTH] = {
		{ 0, 800000, 100000, 40000, 10000, 10000, 5000, 35000 },
		{ 0, 200, 1500, 6000, 4000, 20000, 30000, 940000 }, 30 },
	[OMNI__GENDER] = {
		{ 0, 970000, 1000, 1000, 1000, 1000, 1000, 25000 },
		{ 0, 500000, 1000, 1000, 1000, 1000, 1000, 490000 }, 0 },
	[OMNI__EMAIL] = {
		{ 0, 720000, 100000, 60000, 30000, 20000, 5000, 65000 },
		{ 0, 200, 200, 1000, 2000, 10000, 100, 986000 }, 150 },
	[OMNI__PHONE] = {
		{ 0, 700000, 60000, 1000, 1000, 1000, 1000, 237000 },
		{ 0, 200, 300, 100, 100, 100, 100, 999000 }, 350 },
	[OMNI__LOYALTY] = {
		{ 0, 850000, 5000, 5000, 5000, 5000, 5000, 125000 },
		{ 0, 100, 100, 100, 100, 100, 100, 999500 }, 120 },
	[OMNI__ACCOUNT] = {
		{ 0, 850000, 5000, 5000, 5000, 5000, 5000, 125000 },
		{ 0, 100, 100, 100, 100, 100, 100, 999500 }, 30 },
	[OMNI__NATIONAL_ID] = {
		{ 0, 850000, 100000, 5000, 5000, 5000, 5000, 30000 },
		{ 0, 100, 500, 100, 100, 100, 100, 999000 }, 0 },
	[OMNI__STREET] = {
		{ 0, 700000, 120000, 30000, 10000, 5000, 5000, 130000 },
		{ 0, 1000, 3000, 10000, 100000, 100, 100, 880000 }, 950 },
	[OMNI__NUMBER] = {
		{ 0, 850000, 10000, 10000, 10000, 10000, 10000, 100000 },
		{ 0, 20000, 10000, 10000, 10000, 10000, 10000, 930000 },
		950 },
	[OMNI__POSTCODE] = {
		{ 0, 750000, 80000, 30000, 20000, 5000, 5000, 110000 },
		{ 0, 500, 5000, 10000, 60000, 100, 100, 920000 }, 950 },
	[OMNI__CITY] = {
		{ 0, 780000, 80000, 20000, 10000, 5000, 5000, 100000 },
		{ 0, 50000, 10000, 20000, 50000, 100, 100, 870000 }, 970 },
	[OMNI__EXTRA] = {
		{ 0, 600000, 150000, 50000, 20000, 5000, 5000, 170000 },
		{ 0, 1000, 3000, 20000, 80000, 100, 100, 900000 }, 900 },
	[OMNI__REGION] = {
		{ 0, 880000, 5000, 5000, 5000, 5000, 5000, 95000 },
		{ 0, 250000, 1000, 1000, 1000, 1000, 1000, 740000 }, 990 },
	[OMNI__ORG] = {
		{ 0, 700000, 80000, 50000, 20000, 5000, 5000, 140000 },
		{ 0, 5000, 3000, 10000, 30000, 100, 100, 950000 }, 200 },
	[OMNI__ATTR] = {
		{ 0, 700000, 50000, 60000, 20000, 5000, 5000, 160000 },
		{ 0, 10000, 10000, 30000, 60000, 100, 100, 890000 }, 300 },
};

/* Records, and people, of a store that was never trained. */
#define POPULATION 16384

static void
set_rates(struct omni__learned *learned)
{
	const uint32_t scale = OMNI__WHOLE / 1000000;
	int c, l;

	memcpy(learned->rates, rates, sizeof(rates));
	for (c = 0; c < OMNI__SOURCE; c++)
		for (l = OMNI__EXACT; l < OMNI__LEVELS; l++) {
			learned->rates[c].same[l] *= scale;
			learned->rates[c].others[l] *= scale;
		}
}

static size_t
count_names(const struct frequent_names *table, size_t count)
{
	size_t i, n = 0;
	const char *at;

	for (i = 0; i < count; i++)
		for (at = table[i].names; at != NULL; n++) {
			at = strchr(at, ' ');
			at = at != NULL ? at + 1 : NULL;
		}
	return n;
}

/* Names that stand in two places count as in the first. */
static omni_status
add_names(struct omni__arena *arena, struct omni__learned *learned,
    int column, const struct frequent_names *table, size_t count)
{
	struct omni__map seen = { .arena = arena };
	size_t i, size;

	for (i = 0; i < count; i++) {
		const char *at = table[i].names;

		for (; *at != '\0'; at += size + (at[size] == ' ')) {
			struct omni__frequency *value =
			    &learned->values[learned->value_count];
			bool found;

			size = strcspn(at, " ");
			if (omni__map_put(&seen, at, size, i, &found) == NULL)
				return OMNI_NOMEM;
			if (found)
				continue;
			value->column = column;
			value->text = at;
			value->size = size;
			value->rate = table[i].share * (OMNI__WHOLE / 100000);
			learned->value_count++;
		}
	}
	return OMNI_OK;
}

omni_status
omni__learned_default(struct omni__arena *arena,
    struct omni__learned *learned)
{
	size_t room = count_names(frequent_given,
	    OMNI__COUNT(frequent_given)) + count_names(frequent_family,
	    OMNI__COUNT(frequent_family));
	omni_status status;

	memset(learned, 0, sizeof(*learned));
	set_rates(learned);
	learned->population = POPULATION;
	/* As many pairs of records are one person's as there are people. */
	learned->prior.strangers = omni__log2_ratio(2, POPULATION);
	learned->join = -OMNI__BIT;
	learned->sure = 2 * OMNI__BIT;
	learned->edge = -2 * OMNI__BIT;
	learned->values = omni__arena_alloc(arena,
	    room * sizeof(*learned->values));
	if (learned->values == NULL)
		return OMNI_NOMEM;
	status = add_names(arena, learned, OMNI__GIVEN, frequent_given,
	    OMNI__COUNT(frequent_given));
	if (status == OMNI_OK)
		status = add_names(arena, learned, OMNI__FAMILY,
		    frequent_family, OMNI__COUNT(frequent_family));
	omni__frequencies_sort(learned->values, learned->value_count);
	return status;
}
