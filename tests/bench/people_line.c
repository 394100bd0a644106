/*
 * What five systems wrote down about these people, and when; errors in.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "people.h"

/* ---- what each system asks for -------------------------------------- */

enum { BIRTH = 1, ADDRESS = 2, EMAIL = 4, PHONE = 8, WHOLE = 16, PAPER = 32 };

const char *const bench_source[BENCH_SOURCES] = {
	"crm", "webshop", "loyalty", "app", "store"
};
static const struct {
	unsigned percent, fields;
} systems[BENCH_SOURCES] = {
	{ 25, BIRTH | ADDRESS | EMAIL | PHONE },
	{ 30, ADDRESS | EMAIL | PHONE | WHOLE },
	{ 20, BIRTH | EMAIL | PHONE },
	{ 10, BIRTH | EMAIL | PHONE | WHOLE },
	{ 15, BIRTH | ADDRESS | PHONE | PAPER }
};

static size_t
source_draw(struct bench_random *random)
{
	size_t at = bench_below(random, 100), i;

	for (i = 0; at >= systems[i].percent; i++)
		at -= systems[i].percent;
	return i;
}

/* Drops what the customer did not tell; two things stay. */
static unsigned
told(struct bench_random *random, unsigned asked)
{
	unsigned left = asked & (BIRTH | ADDRESS | EMAIL | PHONE), bit;
	unsigned count = 0;

	for (bit = BIRTH; bit <= PHONE; bit <<= 1)
		count += (left & bit) != 0;
	for (bit = BIRTH; bit <= PHONE; bit <<= 1)
		if ((left & bit) != 0 && bench_chance(random, 150) &&
		    count > 2) {
			left &= ~bit;
			count--;
		}
	return left | (asked & (WHOLE | PAPER));
}

/* ---- words ---------------------------------------------------------- */

static void
damage(struct bench_random *random, bool paper, char *text, size_t size)
{
	if (bench_chance(random, 30))
		bench_mistype(random, text, size);
	if (bench_chance(random, 10))
		bench_mishear(random, text, size);
	if (paper && bench_chance(random, 40))
		bench_misread(random, text, size);
}

/* A system has its own way of writing. */
static void
write_style(struct bench_random *random, bool plain, char *text, size_t size)
{
	size_t style = bench_below(random, 100);

	if (plain)
		bench_plain(text, size, bench_chance(random, 300));
	if (style < 6)
		bench_capitals(text);
	else if (style < 9)
		bench_small(text);
}

static void
given_write(struct bench_random *random, const struct bench_person *person,
    uint64_t number, char *out, size_t size)
{
	struct bench_random own = { number };
	const char *other = bench_short_form(person->given, &own);

	if (other != NULL && bench_chance(random, 120))
		(void)snprintf(out, size, "%s", other);
	else if (bench_chance(random, 15))
		(void)snprintf(out, size, "%.1s.",
		    (unsigned char)person->given[0] < 0x80 ? person->given :
		    "A");
	else if (person->second != NULL && bench_chance(random, 150))
		(void)snprintf(out, size, "%s %s", person->given,
		    person->second);
	else
		(void)snprintf(out, size, "%s", person->given);
}

static void
name_swap(struct bench_line *line)
{
	char other[BENCH_NAME];

	(void)snprintf(other, sizeof(other), "%s", line->family);
	(void)snprintf(line->family, sizeof(line->family), "%.63s",
	    line->given);
	(void)snprintf(line->given, sizeof(line->given), "%s", other);
}

static void
name_cyrillic(const struct bench_person *person, unsigned day,
    struct bench_line *line)
{
	char given[BENCH_NAME], family[BENCH_NAME];

	if (!bench_cyrillic(person->given, given, sizeof(given)) ||
	    !bench_cyrillic(person->family[day >= person->married], family,
	    sizeof(family)))
		return;
	(void)snprintf(line->given, sizeof(line->given), "%s", given);
	(void)snprintf(line->family, sizeof(line->family), "%s", family);
}

static void
name_write(struct bench_random *random, const struct bench_person *person,
    unsigned day, unsigned fields, struct bench_line *line)
{
	bool paper = (fields & PAPER) != 0, plain = bench_chance(random, 120);

	given_write(random, person, line->person, line->given,
	    sizeof(line->given));
	(void)snprintf(line->family, sizeof(line->family), "%s",
	    person->family[day >= person->married]);
	damage(random, paper, line->given, sizeof(line->given));
	damage(random, paper, line->family, sizeof(line->family));
	if (person->culture == BENCH_RUSSIAN && bench_chance(random, 200))
		name_cyrillic(person, day, line);
	if (bench_chance(random, 7))
		name_swap(line);
	write_style(random, plain, line->given, sizeof(line->given));
	write_style(random, plain, line->family, sizeof(line->family));
	if ((fields & WHOLE) == 0)
		return;
	if (bench_chance(random, 50))
		(void)snprintf(line->name, sizeof(line->name), "%s, %s",
		    line->family, line->given);
	else
		(void)snprintf(line->name, sizeof(line->name), "%s %s",
		    line->given, line->family);
	line->given[0] = line->family[0] = '\0';
}

/* ---- dates, addresses ----------------------------------------------- */

static void
birth_write(struct bench_random *random, const struct bench_person *person,
    struct bench_line *line)
{
	unsigned year = person->year, month = person->month;
	unsigned day = person->day;
	size_t form = bench_below(random, 100);

	if (bench_chance(random, 10))
		month = day = 1;
	else if (bench_chance(random, 7) && day <= 12) {
		month = person->day;
		day = person->month;
	}
	if (form < 98)
		(void)snprintf(line->birth, sizeof(line->birth),
		    form < 94 ? "%04u-%02u-%02u" : "%04u%02u%02u", year,
		    month, day);
	else
		(void)snprintf(line->birth, sizeof(line->birth), "%u.%u.%04u",
		    day, month, year);
	if (bench_chance(random, 10))
		bench_mistype_digit(random, line->birth);
}

static void
street_shorten(char *street, size_t size)
{
	static const char *const ends[][2] = {
		{ "gatan", "g." }, { "vägen", "v." }, { "gränd", "gr." }
	};
	char rest[BENCH_NAME];
	size_t i;

	for (i = 0; i < 3; i++) {
		char *at = strstr(street, ends[i][0]);

		if (at == NULL)
			continue;
		(void)snprintf(rest, sizeof(rest), "%s",
		    at + strlen(ends[i][0]));
		(void)snprintf(at, size - (size_t)(at - street), "%s%s",
		    ends[i][1], rest);
	}
}

static void
address_write(struct bench_random *random, const struct bench_place *place,
    bool paper, struct bench_line *line)
{
	bool plain = bench_chance(random, 120);
	size_t n;

	(void)snprintf(line->street, sizeof(line->street), "%s",
	    place->street);
	(void)snprintf(line->city, sizeof(line->city), "%s", place->city);
	if (bench_chance(random, 150))
		street_shorten(line->street, sizeof(line->street));
	damage(random, paper, line->street, sizeof(line->street));
	damage(random, paper, line->city, sizeof(line->city));
	write_style(random, plain, line->street, sizeof(line->street));
	write_style(random, plain, line->city, sizeof(line->city));
	n = strlen(line->street);
	if (place->flat[0] != '\0' && bench_chance(random, 500))
		(void)snprintf(line->street + n, sizeof(line->street) - n,
		    " %s", place->flat);
	(void)snprintf(line->postcode, sizeof(line->postcode),
	    bench_chance(random, 500) ? "%03u %02u" : "%03u%02u",
	    place->postcode / 100, place->postcode % 100);
	if (bench_chance(random, 10))
		bench_mistype_digit(random, line->postcode);
}

/* ---- e-mail, phone -------------------------------------------------- */

static void
email_write(struct bench_random *random, const struct bench_household *home,
    size_t member, struct bench_line *line)
{
	const struct bench_person *person = &home->person[member];
	bool other = person->email[1][0] != '\0' && bench_chance(random, 300);

	if (home->one_email && member < home->couple) {
		person = &home->person[0];
		other = false;
	}
	(void)snprintf(line->email, sizeof(line->email), "%s",
	    person->email[other]);
	if (bench_chance(random, 10))
		bench_mistype(random, line->email, sizeof(line->email));
	if (bench_chance(random, 20))
		bench_capitals(line->email);
	if (bench_chance(random, 3))
		(void)snprintf(line->email, sizeof(line->email),
		    "none@none.se");
}

static void
phone_write(struct bench_random *random, const struct bench_household *home,
    size_t member, unsigned day, struct bench_line *line)
{
	static const char *const forms[] = {
		"0%u", "+46%u", "0046%u", "+46 %u", "0%u"
	};
	const struct bench_person *person = &home->person[member];
	unsigned number = person->mobile[day >= person->changed];

	if (home->landline != 0 && bench_chance(random, 250))
		number = home->landline;
	if (number > 99999999 && bench_chance(random, 400))
		(void)snprintf(line->phone, sizeof(line->phone),
		    "0%02u-%03u %02u %02u", number / 10000000,
		    number / 10000 % 1000, number / 100 % 100, number % 100);
	else
		(void)snprintf(line->phone, sizeof(line->phone),
		    forms[bench_below(random, 5)], number);
	if (bench_chance(random, 10))
		bench_mistype_digit(random, line->phone);
	if (bench_chance(random, 3))
		(void)snprintf(line->phone, sizeof(line->phone),
		    "0000000000");
}

/* ---- a record ------------------------------------------------------- */

/* Household, member, which of the member's records. */
#define PLAN(household, member, record) \
	((uint64_t)(household) << 8 | (member) << 4 | (record))

struct bench_people {
	uint64_t seed;
	size_t records, people;
	uint64_t *plan;
};

static void
time_write(unsigned day, struct bench_line *line)
{
	(void)snprintf(line->updated, sizeof(line->updated),
	    "%04u-%02u-%02u", 2015 + day / 365, 1 + day % 365 / 31,
	    1 + day % 28);
}

static void
line_write(struct bench_random *random, const struct bench_household *home,
    size_t member, struct bench_line *line)
{
	const struct bench_person *person = &home->person[member];
	unsigned day = (unsigned)bench_below(random, BENCH_DAYS), fields;

	line->source = source_draw(random);
	fields = told(random, systems[line->source].fields);
	time_write(day, line);
	name_write(random, person, day, fields, line);
	if ((fields & BIRTH) != 0)
		birth_write(random, person, line);
	if ((fields & ADDRESS) != 0)
		address_write(random, &home->place[day >= home->moved],
		    (fields & PAPER) != 0, line);
	if ((fields & EMAIL) != 0)
		email_write(random, home, member, line);
	if ((fields & PHONE) != 0)
		phone_write(random, home, member, day, line);
}

void
bench_people_line(const struct bench_people *people, size_t i,
    struct bench_line *line)
{
	uint64_t plan = people->plan[i];
	struct bench_random random = {
		bench_mix(bench_mix(people->seed + 2) ^ plan)
	};
	struct bench_household home;

	bench_household_make(people->seed, (size_t)(plan >> 8), &home);
	memset(line, 0, sizeof(*line));
	line->person = plan >> 4;
	(void)snprintf(line->key, sizeof(line->key), "K%08zu", i);
	line_write(&random, &home, plan >> 4 & 15, line);
}

/* ---- the population ------------------------------------------------- */

static void
plan_household(struct bench_people *people, size_t household, size_t *count)
{
	struct bench_household home;
	size_t member, k, most;

	bench_household_make(people->seed, household, &home);
	for (member = 0; member < home.count; member++) {
		most = bench_records_of(people->seed, household, member);
		people->people += *count < people->records;
		for (k = 0; k < most && *count < people->records; k++)
			people->plan[(*count)++] = PLAN(household, member, k);
	}
}

static void
shuffle(struct bench_people *people)
{
	struct bench_random random = { bench_mix(people->seed + 3) };
	size_t i;

	for (i = people->records; i > 1; i--) {
		size_t at = bench_below(&random, i);
		uint64_t other = people->plan[i - 1];

		people->plan[i - 1] = people->plan[at];
		people->plan[at] = other;
	}
}

struct bench_people *
bench_people_new(size_t records, uint64_t seed)
{
	struct bench_people *people = calloc(1, sizeof(*people));
	size_t household, count = 0;

	bench_check(people != NULL && records > 0, "people");
	people->seed = seed;
	people->records = records;
	people->plan = calloc(records, sizeof(*people->plan));
	bench_check(people->plan != NULL, "memory");
	for (household = 0; count < records; household++)
		plan_household(people, household, &count);
	shuffle(people);
	return people;
}

void
bench_people_free(struct bench_people *people)
{
	if (people != NULL)
		free(people->plan);
	free(people);
}

size_t
bench_people_records(const struct bench_people *people)
{
	return people->records;
}

size_t
bench_people_count(const struct bench_people *people)
{
	return people->people;
}

/* ---- CSV ------------------------------------------------------------ */

const char bench_people_map[] =
    "name=name.full,given=name.given,family=name.family,"
    "birth=birth_date,street=address.street,postcode=address.postcode,"
    "city=address.city,email=email,phone=phone";

void
bench_people_write(const struct bench_people *people, size_t from, size_t to,
    int source, FILE *out)
{
	struct bench_line l;
	size_t i;

	(void)fprintf(out, "%skey,updated,name,given,family,birth,street,"
	    "postcode,city,email,phone,person\n", source < 0 ? "source," : "");
	for (i = from; i < to; i++) {
		bench_people_line(people, i, &l);
		if (source >= 0 && l.source != (size_t)source)
			continue;
		if (source < 0)
			(void)fprintf(out, "%s,", bench_source[l.source]);
		(void)fprintf(out, "%s,%s,\"%s\",%s,%s,%s,%s,%s,%s,%s,%s,"
		    "%llu\n", l.key, l.updated, l.name, l.given, l.family,
		    l.birth, l.street, l.postcode, l.city, l.email, l.phone,
		    (unsigned long long)l.person);
	}
	bench_check(ferror(out) == 0, "writing");
}
