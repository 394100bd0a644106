/*
 * Who there is: households, a function of their number, so that any of them
 * can be made again at any time and five millions of records need no room.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "people.h"

/* ---- random numbers ------------------------------------------------- */

uint64_t
bench_draw(struct bench_random *random)
{
	random->state = bench_mix(random->state);
	return random->state;
}

size_t
bench_below(struct bench_random *random, size_t limit)
{
	return (size_t)(bench_draw(random) % limit);
}

bool
bench_chance(struct bench_random *random, unsigned permille)
{
	return bench_below(random, 1000) < permille;
}

/* Log-uniform over flat to count + flat. */
size_t
bench_zipf(struct bench_random *random, size_t count, double flat)
{
	double share = (double)(bench_draw(random) >> 11) / 0x1p53;
	double rank = flat * pow(((double)count + flat) / flat, share) - flat;
	size_t i = (size_t)rank;

	return i < count ? i : count - 1;
}

/* ---- addresses ------------------------------------------------------ */

static void
place_make(struct bench_random *random, struct bench_place *place)
{
	size_t city = bench_zipf(random, BENCH_CITIES, 12);
	size_t district = bench_below(random, 4 + 2800 / (10 + city));
	size_t street = bench_below(random, 12);
	char name[BENCH_NAME];

	place->postcode = (unsigned)(10000 + city * 290 + district);
	bench_street_name(bench_mix(place->postcode * 12 + street), name);
	(void)snprintf(place->street, sizeof(place->street), "%s %zu%s", name,
	    1 + bench_zipf(random, 120, 20),
	    bench_chance(random, 200) ? " B" : "");
	place->flat[0] = '\0';
	if (bench_chance(random, 350))
		(void)snprintf(place->flat, sizeof(place->flat), "lgh 1%zu0%zu",
		    bench_below(random, 6), 1 + bench_below(random, 5));
	bench_city_name(city, place->city);
}

/* ---- people --------------------------------------------------------- */

static const char *const hosts[] = {
	"gmail.com", "hotmail.com", "outlook.com", "icloud.com", "telia.com",
	"yahoo.se", "live.se", "comhem.se", "bredband.net", "spray.se",
	"protonmail.com", "tele2.se", "me.com", "home.example", "firma.example"
};

/* What a mail address may be made of: plain, small, without gaps. */
static void
address_word(char out[BENCH_NAME], const char *name)
{
	char *from, *to;

	(void)snprintf(out, BENCH_NAME, "%s", name);
	bench_plain(out, BENCH_NAME, false);
	bench_small(out);
	for (from = to = out; *from != '\0'; from++)
		if ((*from >= 'a' && *from <= 'z') || *from == '-')
			*to++ = *from;
	*to = '\0';
}

/* No two people have one address: what is made of names is taken. */
static void
email_make(struct bench_random *random, const struct bench_person *person,
    size_t number, char out[2 * BENCH_NAME])
{
	char given[BENCH_NAME], family[BENCH_NAME];
	const char *host = hosts[bench_zipf(random,
	    sizeof(hosts) / sizeof(hosts[0]), 1)];
	size_t form = bench_below(random, 100);

	address_word(given, person->given);
	address_word(family, person->family[bench_below(random, 2)]);
	if (form < 35)
		(void)snprintf(out, 2 * BENCH_NAME, "%.50s.%.50s%zu@%s", given,
		    family, number, host);
	else if (form < 60)
		(void)snprintf(out, 2 * BENCH_NAME, "%.1s%s%02u%zu@%s", given,
		    family, person->year % 100, number, host);
	else if (form < 80)
		(void)snprintf(out, 2 * BENCH_NAME, "%s%zu%02u@%s", given,
		    number, person->month, host);
	else
		(void)snprintf(out, 2 * BENCH_NAME, "%.3s%.4s%zu@%s", family,
		    given, number, host);
}

static void
birth_make(struct bench_random *random, unsigned from, unsigned to,
    struct bench_person *person)
{
	person->year = from + (unsigned)bench_below(random, to - from + 1);
	person->month = 1 + (unsigned)bench_below(random, 12);
	person->day = 1 + (unsigned)bench_below(random, 28);
}

static void
person_make(struct bench_random *random, int culture, bool woman,
    struct bench_person *person)
{
	memset(person, 0, sizeof(*person));
	person->culture = culture;
	person->woman = woman;
	person->given = bench_given_draw(random, culture, woman);
	if (bench_chance(random, 400))
		person->second = bench_given_draw(random, culture, woman);
	person->changed = BENCH_DAYS;
	if (bench_chance(random, 120))
		person->changed = (unsigned)bench_below(random, BENCH_DAYS);
}

static void
family_set(struct bench_person *person, const char *family)
{
	int i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(person->family[i], BENCH_NAME, "%s", family);
		if (person->woman)
			bench_family_of_woman(person->culture,
			    person->family[i]);
	}
}

/* The i-th number of a million and more, each once. */
static unsigned
spread(size_t i, unsigned limit)
{
	return (unsigned)(i * 61803399 % limit);
}

/* What follows from name, birth and the member's own number. */
static void
contacts_make(struct bench_random *random, size_t number,
    struct bench_person *person)
{
	size_t i;

	email_make(random, person, number * 2, person->email[0]);
	if (bench_chance(random, 300))
		email_make(random, person, number * 2 + 1, person->email[1]);
	for (i = 0; i < 2; i++) {
		bool again = bench_chance(random, 3);

		person->mobile[i] = 700000000u +
		    spread(again ? number & ~(size_t)1 : number * 2 + i,
		    100000000u);
	}
}

/* ---- households ----------------------------------------------------- */

static void
adult_make(struct bench_random *random, struct bench_household *home,
    bool woman, int culture)
{
	struct bench_person *person = &home->person[home->count++];
	char family[BENCH_NAME];

	person_make(random, culture, woman, person);
	bench_family_draw(random, culture, family);
	family_set(person, family);
	birth_make(random, 1938, 2001, person);
}

static void
couple_make(struct bench_random *random, struct bench_household *home,
    int culture)
{
	bool same = bench_chance(random, 900);
	struct bench_person *he = &home->person[0], *she = &home->person[1];
	char family[BENCH_NAME];

	adult_make(random, home, false, culture);
	adult_make(random, home, true,
	    same ? culture : bench_culture_draw(random));
	home->couple = 2;
	birth_make(random, he->year > 1943 ? he->year - 5 : he->year,
	    he->year + 3, she);
	home->one_email = bench_chance(random, 150);
	if (!bench_chance(random, 300))
		return;
	(void)snprintf(family, sizeof(family), "%s", he->family[1]);
	bench_family_of_woman(she->culture, family);
	(void)snprintf(she->family[1], BENCH_NAME, "%s", family);
	if (bench_chance(random, 500))
		she->married = (unsigned)bench_below(random, BENCH_DAYS);
	else
		memcpy(she->family[0], she->family[1], BENCH_NAME);
}

static void
child_make(struct bench_random *random, struct bench_household *home)
{
	const struct bench_person *he = &home->person[0];
	struct bench_person *child = &home->person[home->count++];

	person_make(random, he->culture, bench_chance(random, 500), child);
	family_set(child, he->family[1]);
	birth_make(random, he->year + 20, he->year + 26, child);
	if (!child->woman && bench_chance(random, 40))
		child->given = he->given;
}

static void
twins_make(struct bench_household *home)
{
	const struct bench_person *first = &home->person[2];
	struct bench_person *second = &home->person[3];

	second->year = first->year;
	second->month = first->month;
	second->day = first->day;
}

static void
family_make(struct bench_random *random, struct bench_household *home,
    int culture)
{
	size_t children = 1 + bench_below(random, 3), i;

	couple_make(random, home, culture);
	for (i = 0; i < 2; i++)
		if (home->person[i].year > 1980)
			home->person[i].year -= 22;
	while (children-- > 0)
		child_make(random, home);
	if (home->count > 3 && bench_chance(random, 60))
		twins_make(home);
}

static void
flat_make(struct bench_random *random, struct bench_household *home)
{
	size_t most = 2 + bench_below(random, 3);

	while (home->count < most)
		adult_make(random, home, bench_chance(random, 500),
		    bench_culture_draw(random));
}

static void
members_make(struct bench_random *random, size_t number,
    struct bench_household *home)
{
	int culture = bench_culture_draw(random);
	size_t kind = bench_below(random, 100), i;

	if (kind < 36)
		adult_make(random, home, bench_chance(random, 500), culture);
	else if (kind < 66)
		couple_make(random, home, culture);
	else if (kind < 92)
		family_make(random, home, culture);
	else
		flat_make(random, home);
	for (i = 0; i < home->count; i++)
		contacts_make(random, number * BENCH_MEMBERS + i,
		    &home->person[i]);
}

void
bench_household_make(uint64_t seed, size_t number,
    struct bench_household *home)
{
	struct bench_random random = {
		bench_mix(bench_mix(seed) ^ (uint64_t)number * 2)
	};

	memset(home, 0, sizeof(*home));
	members_make(&random, number, home);
	place_make(&random, &home->place[0]);
	home->moved = BENCH_DAYS;
	if (bench_chance(&random, 250)) {
		home->moved = (unsigned)bench_below(&random, BENCH_DAYS);
		place_make(&random, &home->place[1]);
	}
	if (bench_chance(&random, 400))
		home->landline = 80000000u + spread(number, 10000000u);
}

/* 2.5 in the mean. */
size_t
bench_records_of(uint64_t seed, size_t household, size_t member)
{
	static const uint8_t upto[] = { 30, 60, 80, 90, 95, 98, 99, 100 };
	struct bench_random random = {
		bench_mix(bench_mix(seed + 1) ^ (household * 8 + member))
	};
	size_t at = bench_below(&random, 100), i;

	for (i = 0; at >= upto[i]; i++)
		;
	return i + 1;
}
