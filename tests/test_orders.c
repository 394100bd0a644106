/*
 * The law of identity on as many records as a shop has: whatever the order,
 * in pieces of whatever size, row by row or all at once, before a model or
 * after it, the same rows come of it, to the byte.  The records are the
 * generator's (tests/bench/people.h); OMNI_DATA names a folder of others, and
 * OMNI_ORDERS how many orders are tried.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/people.h"
#include "harness_sheet.h"
#include "harness_store.h"

/* ---- tables shuffled ------------------------------------------------ */

#define SHEETS_MAX 5

struct deck {
	struct sheet sheets[SHEETS_MAX];
	size_t count;
	/* Sheet and row of each record, in the order of now. */
	struct card {
		size_t sheet, row;
	} *cards;
	size_t card_count;
};

static void
deck_cards(struct deck *deck)
{
	size_t s, r;

	deck->card_count = 0;
	for (s = 0; s < deck->count; s++)
		deck->card_count += deck->sheets[s].count;
	deck->cards = calloc(deck->card_count, sizeof(*deck->cards));
	assert_non_null(deck->cards);
	deck->card_count = 0;
	for (s = 0; s < deck->count; s++)
		for (r = 0; r < deck->sheets[s].count; r++)
			deck->cards[deck->card_count++] =
			    (struct card){ s, r };
}

static void
deck_free(struct deck *deck)
{
	size_t i;

	for (i = 0; i < deck->count; i++)
		sheet_free(&deck->sheets[i]);
	free(deck->cards);
}

/* Fisher and Yates. */
static void
shuffle(struct harness *h, struct deck *deck)
{
	size_t i;

	for (i = deck->card_count; i > 1; i--) {
		size_t k = (size_t)harness_random(h, i);
		struct card card = deck->cards[i - 1];

		deck->cards[i - 1] = deck->cards[k];
		deck->cards[k] = card;
	}
}

/* Cards from to to - 1: an import of each table. */
static void
tell(struct harness *h, const struct deck *deck, size_t from, size_t to,
    bool bulk)
{
	size_t *rows = calloc(to - from, sizeof(*rows)), s, i, n;
	omni_status status;

	assert_non_null(rows);
	for (s = 0; s < deck->count; s++) {
		for (i = from, n = 0; i < to; i++)
			if (deck->cards[i].sheet == s)
				rows[n++] = deck->cards[i].row;
		if (n == 0)
			continue;
		status = sheet_import(h->db, &deck->sheets[s], rows, n, bulk);
		/* Rows that say nothing are told, and left out, always. */
		if (status != OMNI_PARTIAL)
			harness_ok(h, status);
	}
	free(rows);
}

/* All from there on, in pieces of random sizes: some alone, some thousands. */
static void
tell_pieces(struct harness *h, const struct deck *deck, size_t from,
    size_t to, bool bulk)
{
	while (from < to) {
		size_t limit = (size_t)2 << harness_random(h, 13);
		size_t size = 1 + (size_t)harness_random(h, limit);

		if (size > to - from)
			size = to - from;
		tell(h, deck, from, from + size, bulk);
		from += size;
	}
}

/* ---- what came of it ------------------------------------------------ */

static char *
identity(struct harness *h)
{
	char *text = sheet_identity(h->db);

	assert_non_null(text);
	return text;
}

/* The first line that differs is enough to see. */
static void
same(struct harness *h, const char *wanted, const char *what)
{
	char *found = identity(h);
	size_t i = 0;

	while (wanted[i] != '\0' && wanted[i] == found[i])
		i++;
	if (wanted[i] == found[i]) {
		free(found);
		return;
	}
	while (i > 0 && wanted[i - 1] != '\n')
		i--;
	print_error("%s on %s: wanted\n%.*s\nfound\n%.*s\n", what, h->engine,
	    (int)strcspn(wanted + i, "\n"), wanted + i,
	    (int)strcspn(found + i, "\n"), found + i);
	fail();
}

/* A tenth of those that are told goes. */
static void
lose_some(struct harness *h, const struct deck *deck)
{
	size_t i, count = 0;

	for (i = 0; i < deck->card_count; i++) {
		const struct card *card = &deck->cards[i];
		const struct sheet *sheet = &deck->sheets[card->sheet];
		char key[64];
		omni_status status;

		if (harness_random(h, 10) > 0 ||
		    sscanf(sheet->rows[card->row], "%63[^,]", key) != 1)
			continue;
		status = omni_record_remove(h->db, sheet->source, key);
		if (status != OMNI_NONE)
			harness_ok(h, status);
		count += status == OMNI_OK;
	}
	assert_true(count > 0);
}

/* ---- orders --------------------------------------------------------- */

static int
orders(int otherwise)
{
	const char *given = getenv("OMNI_ORDERS");

	return given != NULL ? atoi(given) : otherwise;
}

/* Told in `count` random orders, every other one all at once where `bulk`;
 * the model, if any, comes somewhere between. */
static void
in_any_order(struct harness *h, struct deck *deck, int count,
    const char *model, const char *wanted)
{
	int i;

	for (i = 0; i < count; i++) {
		size_t middle = i % 3 == 0 ? 0 : i % 3 == 1 ?
		    deck->card_count :
		    (size_t)harness_random(h, deck->card_count);

		harness_renew(h);
		shuffle(h, deck);
		tell_pieces(h, deck, 0, middle, i % 2);
		if (model != NULL)
			harness_ok(h, omni_model_import(h->db, model, NULL));
		tell_pieces(h, deck, middle, deck->card_count,
		    i % 4 < 2);
		same(h, wanted, "another order");
	}
}

static void
a_tenth_goes_and_comes_back(struct harness *h, struct deck *deck,
    const char *wanted)
{
	char *less;

	lose_some(h, deck);
	less = identity(h);
	assert_string_not_equal(less, wanted);
	free(less);
	shuffle(h, deck);
	tell_pieces(h, deck, 0, deck->card_count, false);
	same(h, wanted, "a tenth that went and came back");
}

/* What everybody is, with the model that is learned of them. */
static char *
learned(struct harness *h, const struct deck *deck, char **model)
{
	harness_renew(h);
	tell(h, deck, 0, deck->card_count, true);
	harness_ok(h, omni_model_train(h->db, NULL, NULL));
	harness_ok(h, omni_model_export(h->db, model));
	return identity(h);
}

/* All at once, on the embedded store: what all else must come to. */
static void
check_deck(struct harness *h, struct deck *deck, const char *name, int count)
{
	void *other = NULL;
	struct harness *first;
	char *wanted, *trained, *model = NULL;

	deck_cards(deck);
	assert_int_equal(harness_sqlite(&other), 0);
	first = other;
	tell(first, deck, 0, deck->card_count, true);
	wanted = identity(first);
	in_any_order(h, deck, count, NULL, wanted);
	a_tenth_goes_and_comes_back(h, deck, wanted);
	trained = learned(first, deck, &model);
	in_any_order(h, deck, count < 3 ? count : count / 2 + 1, model,
	    trained);
	printf("# %s on %s: %zu records, %d orders, with a learned model "
	    "%d\n", name, h->engine, deck->card_count, count,
	    count < 3 ? count : count / 2 + 1);
	omni_text_free(model);
	free(trained);
	free(wanted);
	(void)harness_close(&other);
	deck_free(deck);
}

/* ---- the generator's ------------------------------------------------ */

static void
generate(struct deck *deck, size_t records, uint64_t seed)
{
	struct bench_people *people = bench_people_new(records, seed);
	size_t s;

	assert_non_null(people);
	for (s = 0; s < BENCH_SOURCES; s++) {
		FILE *file = tmpfile();

		assert_non_null(file);
		bench_people_write(people, 0, records, (int)s, file);
		rewind(file);
		assert_true(sheet_read(&deck->sheets[s], file,
		    bench_source[s], "key", "updated", bench_people_map));
		(void)fclose(file);
	}
	deck->count = BENCH_SOURCES;
	bench_people_free(people);
}

static void
made_up_people_are_who_they_are_in_any_order(void **state)
{
	struct harness *h = harness_of(state);
	struct deck deck = { .count = 0 };

	harness_seed(h, __func__);
	generate(&deck, 1200, harness_random(h, 1000000));
	check_deck(h, &deck, "generator",
	    orders(store_embedded(h) ? 8 : 2));
}

/* ---- others --------------------------------------------------------- */

#define FEBRL "given_name=name.given,surname=name.family," \
    "street_number=address.number,address_1=address.street," \
    "address_2=address.extra,suburb=address.city," \
    "postcode=address.postcode,state=address.region," \
    "date_of_birth=birth_date,soc_sec_id=national_id"
#define STREET "street=address.street,postcode=address.postcode," \
    "city=address.city"

static const struct file {
	const char *set, *path, *source, *key, *time, *map;
} files[] = {
	{ "febrl3", "febrl3.csv", "febrl", "rec_id", NULL, FEBRL },
	{ "fake_1000", "fake_1000.csv", "fake", "unique_id", NULL,
	    "first_name=name.given,surname=name.family,dob=birth_date,"
	    "city=address.city,email=email" },
	{ "town", "town/crm.csv", "crm", "crm_id", "updated_at",
	    "given_name=name.given,family_name=name.family,"
	    "birth_date=birth_date,email=email,phone=phone," STREET },
	{ "town", "town/web_accounts.csv", "webshop", "account",
	    "created_at", "account=account,name=name.full,email=email,"
	    "phone=phone," STREET },
	{ "town", "town/loyalty.csv", "loyalty", "loyalty_no", "joined_at",
	    "loyalty_no=loyalty,given_name=name.given,"
	    "family_name=name.family,phone=phone,email=email,"
	    "birth_date=birth_date" },
	{ "historical_50k", "historical_50k.csv", "wiki", "unique_id", NULL,
	    "full_name=name.full,first_name=name.given,"
	    "surname=name.family,dob=birth_date,"
	    "birth_place=attr.birth_place,postcode_fake=address.postcode,"
	    "gender=gender,occupation=attr.occupation" },
};

static void
read_set(struct deck *deck, const char *folder, const char *set)
{
	char path[1024];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct file *f = &files[i];
		FILE *file;

		if (strcmp(f->set, set) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, f->path);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		assert_true(sheet_read(&deck->sheets[deck->count++], file,
		    f->source, f->key, f->time, f->map));
		(void)fclose(file);
	}
}

/* Row by row a large file takes its time: only the first so many of it. */
static void
check_set(void **state, const char *set, size_t most)
{
	struct harness *h = harness_of(state);
	const char *folder = getenv("OMNI_DATA");
	struct deck deck = { .count = 0 };
	size_t i;

	if (folder != NULL)
		read_set(&deck, folder, set);
	if (deck.count == 0) {
		printf("# %s: not in OMNI_DATA, skipped\n", set);
		skip();
	}
	for (i = 0; i < deck.count; i++)
		if (most > 0 && deck.sheets[i].count > most)
			deck.sheets[i].count = most;
	harness_seed(h, set);
	check_deck(h, &deck, set, orders(store_embedded(h) ? 4 : 2));
}

static void
the_town_is_who_it_is_in_any_order(void **state)
{
	check_set(state, "town", 0);
}

static void
febrls_people_are_who_they_are_in_any_order(void **state)
{
	check_set(state, "febrl3", 0);
}

static void
a_thousand_fakes_are_who_they_are_in_any_order(void **state)
{
	check_set(state, "fake_1000", 0);
}

static void
historical_people_are_who_they_are_in_any_order(void **state)
{
	check_set(state, "historical_50k", 5000);
}

int
main(void)
{
	static const char memory[] = "/dev/shm";
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(made_up_people_are_who_they_are_in_any_order),
		HARNESS_TEST(the_town_is_who_it_is_in_any_order),
		HARNESS_TEST(febrls_people_are_who_they_are_in_any_order),
		HARNESS_TEST(a_thousand_fakes_are_who_they_are_in_any_order),
		HARNESS_TEST(historical_people_are_who_they_are_in_any_order),
	};

	if (access(memory, W_OK) == 0)
		(void)setenv("TMPDIR", memory, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
