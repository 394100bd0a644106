/*
 * Levels: how well two persons agree, field by field, by what people do to
 * their names, dates and addresses.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "identity/model.h"

/* A person in a line: "name.given=Ann;birth_date=1952-04-03". */
static void
person_make(struct harness *h, const char *line, struct omni__person *person)
{
	struct omni__raw raw[16];
	char *text = omni__arena_text(&h->db->scratch, line, strlen(line));
	size_t count = 0;

	while (text != NULL && *text != '\0') {
		char *end = strchr(text, ';'), *value = strchr(text, '=');

		if (end != NULL)
			*end++ = '\0';
		*value++ = '\0';
		raw[count++] = (struct omni__raw){ text, value };
		text = end;
	}
	harness_ok(h, omni__person_make(h->db, raw, count, person));
}

static void
compare(struct harness *h, const char *left, const char *right,
    struct omni__levels *levels)
{
	const struct omni__model *model;
	struct omni__person a, b;

	harness_ok(h, omni__model(h->db, &model));
	person_make(h, left, &a);
	person_make(h, right, &b);
	omni__compare(model, &a, &b, levels);
}

struct level_case {
	const char *left, *right;
	int column, level;
};

static void
check(struct harness *h, const struct level_case *c)
{
	struct omni__levels there, back;

	compare(h, c->left, c->right, &there);
	compare(h, c->right, c->left, &back);
	if (there.level[c->column] != c->level ||
	    back.level[c->column] != c->level)
		fail_msg("%s | %s: %s is %s, and back %s, not %s", c->left,
		    c->right, omni__column_name[c->column],
		    omni__level_name(c->column, there.level[c->column]),
		    omni__level_name(c->column, back.level[c->column]),
		    omni__level_name(c->column, c->level));
}

static void
check_all(void **state, const struct level_case *cases, size_t count)
{
	struct harness *h = harness_of(state);
	size_t i;

	for (i = 0; i < count; i++)
		check(h, &cases[i]);
}

#define CHECK(cases) check_all(state, cases, OMNI__COUNT(cases))

enum { CLOSE = 2, INITIAL = 3, ALIKE = 4, SWAPPED = 6 };

static void
people_are_called_otherwise(void **state)
{
	static const struct level_case cases[] = {
		{ "name.given=William", "name.given=Bill", OMNI__GIVEN, ALIKE },
		{ "name.given=Karl", "name.given=Kalle", OMNI__GIVEN, ALIKE },
		{ "name.given=José", "name.given=Pepe", OMNI__GIVEN, ALIKE },
		{ "name.given=Александр", "name.given=Sasha",
		    OMNI__GIVEN, ALIKE },
		{ "name.given=Margareta", "name.given=Greta",
		    OMNI__GIVEN, ALIKE },
		{ "name.given=William", "name.given=Robert",
		    OMNI__GIVEN, OMNI__DIFFERS },
		{ "name.given=Bill", "name.given=Bob",
		    OMNI__GIVEN, OMNI__DIFFERS }
	};

	CHECK(cases);
}

static void
a_name_is_the_same_in_several_transliterations(void **state)
{
	static const struct level_case cases[] = {
		{ "name.given=Сергей", "name.given=Sergey",
		    OMNI__GIVEN, CLOSE },
		{ "name.given=Юрий", "name.given=Yuri", OMNI__GIVEN, ALIKE },
		{ "name.given=Юлия", "name.given=Julia", OMNI__GIVEN, ALIKE },
		{ "name.given=Хасан", "name.given=Hasan",
		    OMNI__GIVEN, CLOSE },
		{ "name.family=Достоевский", "name.family=Dostoyevsky",
		    OMNI__FAMILY, CLOSE },
		{ "name.family=Щукин", "name.family=Schukin",
		    OMNI__FAMILY, CLOSE },
		{ "name.family=Жуков", "name.family=Zhukov",
		    OMNI__FAMILY, OMNI__EXACT },
		{ "name.given=Γιώργος", "name.given=Yiorgos",
		    OMNI__GIVEN, CLOSE },
		{ "name.given=Χρήστος", "name.given=Christos",
		    OMNI__GIVEN, OMNI__EXACT }
	};

	CHECK(cases);
}

static void
names_of_several_words_are_matched_word_by_word(void **state)
{
	static const struct level_case cases[] = {
		{ "name.given=Anna Maria", "name.given=Anna",
		    OMNI__GIVEN, CLOSE },
		{ "name.given=Anna Maria", "name.given=Maria Anna",
		    OMNI__GIVEN, CLOSE },
		{ "name.given=Anna-Maria", "name.given=Annamaria",
		    OMNI__GIVEN, CLOSE },
		{ "name.given=Anna Maria", "name.given=Anna Karin",
		    OMNI__GIVEN, ALIKE },
		{ "name.given=J. R.", "name.given=JR", OMNI__GIVEN, CLOSE },
		{ "name.given=J. R.", "name.given=John Robert",
		    OMNI__GIVEN, INITIAL },
		{ "name.given=JR", "name.given=John Robert",
		    OMNI__GIVEN, INITIAL },
		{ "name.family=García López", "name.family=Garcia",
		    OMNI__FAMILY, CLOSE },
		{ "name.family=von Essen", "name.family=Essen",
		    OMNI__FAMILY, OMNI__EXACT },
		{ "name.full=Gosia von Essen", "name.given=Gosia;"
		    "name.family=Essen", OMNI__FAMILY, OMNI__EXACT }
	};

	CHECK(cases);
}

static void
a_name_may_stand_in_another_field(void **state)
{
	static const struct level_case cases[] = {
		{ "name.given=Ann;name.family=Lindgren",
		    "name.given=Lindgren;name.family=Ann",
		    OMNI__FAMILY, SWAPPED },
		{ "name.given=Ann;name.family=Lindgren",
		    "name.given=Lindgren;name.family=Ann",
		    OMNI__GIVEN, SWAPPED },
		{ "name.given=Watts", "name.given=William;name.family=Watts",
		    OMNI__FAMILY, SWAPPED },
		{ "name.given=Watts", "name.given=William;name.family=Watts",
		    OMNI__GIVEN, OMNI__MISSING_LEVEL },
		{ "name.full=Per Olof Ek", "name.given=Olof;name.family=Ek",
		    OMNI__GIVEN, SWAPPED },
		{ "name.full=Eva Strand Ek", "name.given=Eva;"
		    "name.family=Strand", OMNI__FAMILY, SWAPPED },
		{ "name.given=Sir;name.family=Ek", "name.given=Per;"
		    "name.family=Ek", OMNI__GIVEN, OMNI__MISSING_LEVEL }
	};

	CHECK(cases);
}

static void
a_date_with_a_slip_is_near_the_right_one(void **state)
{
	static const struct level_case cases[] = {
		{ "birth_date=1952-04-93", "birth_date=1952-04-03",
		    OMNI__BIRTH, 2 },
		{ "birth_date=1952-04-03", "birth_date=1952-03-04",
		    OMNI__BIRTH, 2 },
		{ "birth_date=1952-04-03", "birth_date=1952-04-30",
		    OMNI__BIRTH, 2 },
		{ "birth_date=19524093", "birth_date=1952-40-93",
		    OMNI__BIRTH, OMNI__EXACT },
		{ "birth_date=31/02/1952", "birth_date=1952-02-31",
		    OMNI__BIRTH, OMNI__EXACT },
		{ "birth_date=1952-04-03", "birth_date=1952-09-03",
		    OMNI__BIRTH, 2 },
		{ "birth_date=1952-04-03", "birth_date=1952-04-16",
		    OMNI__BIRTH, 3 },
		{ "birth_date=1952-04-03", "birth_date=1958-09-03",
		    OMNI__BIRTH, 4 },
		{ "birth_date=1952-04-03", "birth_date=1952-11-16",
		    OMNI__BIRTH, 5 },
		{ "birth_date=1952-04-03", "birth_date=1951-11-16",
		    OMNI__BIRTH, 6 },
		{ "birth_date=1952-04-03", "birth_date=1976-11-16",
		    OMNI__BIRTH, OMNI__DIFFERS },
		{ "birth_date=1952-04", "birth_date=1952-04-03",
		    OMNI__BIRTH, 3 },
		{ "birth_date=1952", "birth_date=1952-04-03",
		    OMNI__BIRTH, 5 },
		{ "birth_date=1952-00-00", "birth_date=1952",
		    OMNI__BIRTH, OMNI__EXACT },
		{ "birth_date=1953", "birth_date=1952-04-03",
		    OMNI__BIRTH, 6 },
		{ "birth_date=0000-00-00", "birth_date=1952-04-03",
		    OMNI__BIRTH, OMNI__MISSING_LEVEL },
		{ "birth_date=yesterday", "birth_date=1952-04-03",
		    OMNI__BIRTH, OMNI__MISSING_LEVEL }
	};

	CHECK(cases);
}

static void
an_email_agrees_by_its_local_part(void **state)
{
	static const struct level_case cases[] = {
		{ "email=ann@x.se", "email=ANN@x.se",
		    OMNI__EMAIL, OMNI__EXACT },
		{ "email=ann.lee@example.com", "email=ann.lee@example.co",
		    OMNI__EMAIL, 2 },
		{ "email=ann.lee@example.com", "email=anm.lee@example.com",
		    OMNI__EMAIL, 2 },
		{ "email=lee73@example.com", "email=lee73@somewhere.net",
		    OMNI__EMAIL, 3 },
		{ "email=ann.lee@example.com", "email=amm.lee@example.com",
		    OMNI__EMAIL, 4 },
		{ "email=ann.lee@example.com", "email=annlee@somewhere.net",
		    OMNI__EMAIL, 5 },
		{ "email=ann.lee7@example.com", "email=annlee9@somewhere.net",
		    OMNI__EMAIL, 5 },
		{ "email=annalee@example.com", "email=annaleen@somewhere.net",
		    OMNI__EMAIL, 5 },
		{ "email=annlee@example.com", "email=annlee@somewhere.net",
		    OMNI__EMAIL, 6 },
		{ "email=ann@example.com", "email=per@somewhere.net",
		    OMNI__EMAIL, OMNI__DIFFERS }
	};

	CHECK(cases);
}

static void
places_are_the_same_in_other_words(void **state)
{
	static const struct level_case cases[] = {
		{ "address.postcode=SW1A 1AA", "address.postcode=sw1a1aa",
		    OMNI__POSTCODE, OMNI__EXACT },
		{ "address.postcode=111 22", "address.postcode=11123",
		    OMNI__POSTCODE, 2 },
		{ "address.postcode=11122", "address.postcode=11145",
		    OMNI__POSTCODE, 3 },
		{ "address.postcode=11122", "address.postcode=11745",
		    OMNI__POSTCODE, 4 },
		{ "address.postcode=11122", "address.postcode=75310",
		    OMNI__POSTCODE, OMNI__DIFFERS },
		{ "address.city=Stockholm", "address.city=Stokholm",
		    OMNI__CITY, 2 },
		{ "address.city=Upplands Väsby", "address.city=Vasby",
		    OMNI__CITY, 3 },
		{ "address.city=Lund", "address.city=Kiruna",
		    OMNI__CITY, OMNI__DIFFERS },
		{ "gender=Female", "gender=kvinna",
		    OMNI__GENDER, OMNI__EXACT },
		{ "gender=Herr", "gender=Frau", OMNI__GENDER, OMNI__DIFFERS },
		{ "gender=okänt", "gender=Frau",
		    OMNI__GENDER, OMNI__MISSING_LEVEL },
		{ "name.org=Volvo AB (publ)", "name.org=AB Volvo",
		    OMNI__ORG, OMNI__EXACT },
		{ "name.org=Meyer GmbH & Co. KG", "name.org=Meyer",
		    OMNI__ORG, OMNI__EXACT },
		{ "phone=0701234567", "phone=0701234568", OMNI__PHONE, 2 },
		{ "loyalty=A-1", "loyalty=a1", OMNI__LOYALTY, OMNI__EXACT },
		{ "loyalty=A-1", "loyalty=A-2", OMNI__LOYALTY, OMNI__DIFFERS },
		{ "attr.shoe=41", "attr.shoe=41", OMNI__ATTR, OMNI__EXACT },
		{ "attr.shoe=41", "attr.hat=41",
		    OMNI__ATTR, OMNI__MISSING_LEVEL }
	};

	CHECK(cases);
}

/* ---- the short way is the long way ---------------------------------- */

static const char *const words[] = {
	"Alexandra", "Bo", "Carl-Johan", "Elin", "Hanna Maria", "Ivan", "J.",
	"Julián", "Lindgren", "Lundgren", "Lindberg", "da Costa", "Smith",
	"Smythe", "Петр", "O'Neill", "Per-Olof", "William", "Bill", "JR"
};

static void
slip(struct harness *h, char *text)
{
	size_t size = strlen(text), at;

	if (size < 2)
		return;
	at = (size_t)harness_random(h, size - 1);
	if ((text[at] & 0x80) != 0 || (text[at + 1] & 0x80) != 0)
		return;
	if (harness_random(h, 2) == 0) {
		char c = text[at];

		text[at] = text[at + 1];
		text[at + 1] = c;
	} else if (text[at] != '=' && text[at] != ';')
		text[at] = (char)('a' + harness_random(h, 26));
}

static void
random_value(struct harness *h, const char *kind, char *out, size_t room)
{
	static const char *const any[] = { "%s", "%s %s", "%s@%s.se" };
	unsigned n = (unsigned)harness_random(h, 400);
	const char *a = words[n % 20], *b = words[n / 20];
	int form = strcmp(kind, "email") == 0 ? 2 : (int)(n % 2);

	if (strcmp(kind, "birth_date") == 0)
		(void)snprintf(out, room, "%u-%02u-%02u", 1950 + n % 9,
		    1 + n % 12, 1 + n % 28);
	else if (strcmp(kind, "phone") == 0 ||
	    strcmp(kind, "address.postcode") == 0)
		(void)snprintf(out, room, "07%u%u", n, n % 7);
	else if (form == 0)
		(void)snprintf(out, room, any[0], a);
	else
		(void)snprintf(out, room, any[form], a, b);
	while (harness_random(h, 2) == 0)
		slip(h, out);
}

static void
random_person(struct harness *h, struct omni__person *person)
{
	static const char *const kinds[] = {
		"name.given", "name.family", "name.full", "birth_date",
		"email", "phone", "address.street", "address.city",
		"address.city", "address.postcode", "attr.shoe", "name.org",
		"national_id", "address.extra"
	};
	struct omni__raw raw[OMNI__COUNT(kinds)];
	char values[OMNI__COUNT(kinds)][64];
	size_t i, count = 0;

	for (i = 0; i < OMNI__COUNT(kinds); i++) {
		if (harness_random(h, 3) == 0)
			continue;
		random_value(h, kinds[i], values[i], sizeof(values[i]));
		raw[count++] = (struct omni__raw){ kinds[i], values[i] };
	}
	harness_ok(h, omni__person_make(h->db, raw, count, person));
}

/* Nothing is known of the letters: every comparison is made in full. */
static void
forget_letters(struct harness *h, struct omni__person *person)
{
	struct omni__item *items = omni__arena_alloc(&h->db->scratch,
	    (person->count + 1) * sizeof(*items));
	size_t i;

	assert_non_null(items);
	for (i = 0; i < person->count; i++) {
		items[i] = person->items[i];
		items[i].letters = 0;
	}
	person->items = items;
}

static void
counted_letters_and_the_order_of_two_change_no_level(void **state)
{
	struct harness *h = harness_of(state);
	const struct omni__model *model;
	struct omni__levels full, back, fast;
	struct omni__person a, b;
	int i;

	harness_seed(h, __func__);
	harness_ok(h, omni__model(h->db, &model));
	for (i = 0; i < 20000; i++) {
		random_person(h, &a);
		random_person(h, &b);
		omni__compare(model, &a, &b, &fast);
		omni__compare(model, &b, &a, &back);
		assert_memory_equal(back.level, fast.level,
		    sizeof(fast.level));
		assert_int_equal(omni__pair_weight(model, &a, &b),
		    omni__pair_weight(model, &b, &a));
		forget_letters(h, &a);
		forget_letters(h, &b);
		omni__compare(model, &a, &b, &full);
		assert_memory_equal(fast.level, full.level,
		    sizeof(full.level));
		assert_memory_equal(back.step, full.step, sizeof(full.step));
		if (i % 500 == 0)
			omni__arena_reset(&h->db->scratch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(people_are_called_otherwise),
		HARNESS_TEST(a_name_is_the_same_in_several_transliterations),
		HARNESS_TEST(names_of_several_words_are_matched_word_by_word),
		HARNESS_TEST(a_name_may_stand_in_another_field),
		HARNESS_TEST(a_date_with_a_slip_is_near_the_right_one),
		HARNESS_TEST(an_email_agrees_by_its_local_part),
		HARNESS_TEST(places_are_the_same_in_other_words),
		HARNESS_TEST(
		    counted_letters_and_the_order_of_two_change_no_level)
	};

	return cmocka_run_group_tests_name("level", tests, NULL, NULL);
}
