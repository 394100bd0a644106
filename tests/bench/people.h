/*
 * A made-up population, the same in every run and on every machine: who
 * lives with whom (people.c), under which names (people_names.c), and what
 * five systems of a retailer wrote down about them, errors in (people_line.c,
 * people_damage.c).  Nobody in it exists.
 *
 * N records are of about 0.4 N people, in random order.  Of a household:
 * single 36 %, couple 30 %, family 26 %, people who share a flat 8 %.  Of
 * families 4 % have twins, and in 4 % a son bears the father's name.  Of
 * women in a couple 30 % took the partner's name, half of them while they
 * were customers already; 25 % of households moved once; 12 % of people
 * changed the mobile phone, 30 % have a second e-mail address; 15 % of
 * couples share one, 40 % of households have a landline, .3 % of mobile
 * numbers belonged to somebody else before.
 *
 * A record has a name, and at least two of birth date, address, e-mail and
 * phone, as far as its system asks for them; of what it asks for 15 % is
 * missing.  Of the values 3 % of names, streets and places, 1 % of dates,
 * postcodes, phones and e-mail addresses are mistyped; 1 % of names are
 * spelt by ear, 4 % of what is read from paper is misread; 4 % of given
 * names are short forms, 1.5 % initials, .7 % stand in the family's field;
 * 6 % of dates are written another way, 1 % are the first of January, .7 %
 * have day and month swapped; 12 % of names with accents lack them; .3 % of
 * e-mail addresses and phones are what a till types to get on.
 */
#ifndef BENCH_PEOPLE_H
#define BENCH_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- random numbers ------------------------------------------------- */

struct bench_random {
	uint64_t state;
};

uint64_t bench_draw(struct bench_random *);
/* True in that many of a thousand. */
bool bench_chance(struct bench_random *, unsigned permille);
size_t bench_below(struct bench_random *, size_t limit);
/* A rank whose frequency falls like 1 / (rank + flat). */
size_t bench_zipf(struct bench_random *, size_t count, double flat);

/* ---- names (people_names.c) ----------------------------------------- */

#define BENCH_NAME 64

enum bench_culture {
	BENCH_SWEDISH, BENCH_ENGLISH, BENCH_GERMAN, BENCH_SPANISH,
	BENCH_POLISH, BENCH_ARABIC, BENCH_RUSSIAN, BENCH_FINNISH,
	BENCH_CULTURES
};

int bench_culture_draw(struct bench_random *);
const char *bench_given_draw(struct bench_random *, int culture,
    bool woman);
void bench_family_draw(struct bench_random *, int culture,
    char out[BENCH_NAME]);
/* A family's name as a woman of the culture bears it. */
void bench_family_of_woman(int culture, char family[BENCH_NAME]);
/* NULL when the name has none. */
const char *bench_short_form(const char *given, struct bench_random *);
/* In its own script; false when it has no other. */
bool bench_cyrillic(const char *name, char *out, size_t size);
void bench_street_name(uint64_t seed, char out[BENCH_NAME]);
void bench_city_name(size_t i, char out[BENCH_NAME]);

/* ---- who there is (people.c) ---------------------------------------- */

#define BENCH_MEMBERS 6
#define BENCH_CITIES 300

struct bench_place {
	char street[BENCH_NAME + 32];	/* with its number */
	char flat[16];
	char city[BENCH_NAME];
	unsigned postcode;
};

struct bench_person {
	int culture;
	bool woman;
	unsigned year, month, day;
	const char *given, *second;	/* second: NULL when there is none */
	char family[2][BENCH_NAME];	/* before and after the marriage */
	unsigned married;		/* day */
	char email[2][2 * BENCH_NAME];
	unsigned mobile[2];
	unsigned changed;		/* day of the other mobile */
};

struct bench_household {
	struct bench_person person[BENCH_MEMBERS];
	size_t count;
	size_t couple;			/* the first so many are one: 0, 2 */
	struct bench_place place[2];
	unsigned moved;			/* day */
	unsigned landline;		/* 0: none */
	bool one_email;			/* the couple uses the first's */
};

/* Days of records: from 2015 on. */
#define BENCH_DAYS 3650

void bench_household_make(uint64_t seed, size_t number,
    struct bench_household *);
/* How many records there are of a member. */
size_t bench_records_of(uint64_t seed, size_t household, size_t member);

/* ---- damage (people_damage.c) --------------------------------------- */

void bench_mistype(struct bench_random *, char *text, size_t size);
void bench_mistype_digit(struct bench_random *, char *text);
void bench_mishear(struct bench_random *, char *text, size_t size);
void bench_misread(struct bench_random *, char *text, size_t size);
/* To plain letters: accents dropped, or written out. */
void bench_plain(char *text, size_t size, bool out);
void bench_capitals(char *text);
void bench_small(char *text);

/* ---- records (people_line.c) ---------------------------------------- */

#define BENCH_SOURCES 5
extern const char *const bench_source[BENCH_SOURCES];

/* A name is either whole (name) or in parts. */
struct bench_line {
	size_t source;
	uint64_t person;		/* who it is: for scoring only */
	char key[24], updated[16];
	char name[4 * BENCH_NAME], given[2 * BENCH_NAME], family[BENCH_NAME];
	char birth[24];
	char street[BENCH_NAME + 48], postcode[16], city[BENCH_NAME];
	char email[2 * BENCH_NAME], phone[24];
};

struct bench_people;
struct bench_people *bench_people_new(size_t records, uint64_t seed);
void bench_people_free(struct bench_people *);
size_t bench_people_records(const struct bench_people *);
size_t bench_people_count(const struct bench_people *);
void bench_people_line(const struct bench_people *, size_t i,
    struct bench_line *);
/* Records from to to - 1 as CSV; of one source, or of all (source < 0), when
 * the column "source" comes too. */
void bench_people_write(const struct bench_people *, size_t from, size_t to,
    int source, FILE *);
/* The kinds of the columns, "column=kind,...". */
extern const char bench_people_map[];

#endif
