/*
 * Worlds made of a seed.
 */
#include <stdio.h>
#include <string.h>

#include "harness_world.h"

static const char *const givens[] = {
	"Anna", "Bertil", "Cilla", "David", "Erik", "Frida", "Gustav",
	"Hanna", "Ivar", "Jonas", "Karin", "Lars"
};
static const char *const families[] = {
	"Andersson", "Berg", "Dahl", "Ek", "Forsman", "Holm", "Lindqvist",
	"Moberg", "Nyman", "Sandin"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

size_t
pick(struct harness *h, size_t below)
{
	return (size_t)harness_random(h, below);
}

bool
once_in(struct harness *h, size_t n)
{
	return pick(h, n) == 0;
}

static void
add(struct version *v, const char *kind, const char *format, size_t a,
    size_t b)
{
	struct feature *f = &v->features[v->count++];

	assert_true(v->count <= FEATURES_MAX);
	f->kind = kind;
	/* Each format is a literal below. */
	(void)snprintf(f->value, sizeof(f->value), format, a, b);
}

/* A name as typed: now and then two letters change places or one goes. */
static void
add_name(struct harness *h, struct version *v, const char *kind,
    const char *name)
{
	struct feature *f = &v->features[v->count++];
	size_t size = strlen(name), at = 1 + pick(h, size - 2);

	assert_true(v->count <= FEATURES_MAX);
	f->kind = kind;
	(void)snprintf(f->value, sizeof(f->value), "%s", name);
	if (once_in(h, 6)) {
		char swap = f->value[at];

		f->value[at] = f->value[at + 1];
		f->value[at + 1] = swap;
	} else if (once_in(h, 8))
		memmove(f->value + at, f->value + at + 1, size - at);
}

static int64_t
some_time(struct harness *h)
{
	switch (pick(h, 8)) {
	case 0:
		return OMNI_TIME_UNKNOWN;
	case 1:
		return INT64_C(1000000);	/* a till in 1970 */
	case 2:
		return INT64_C(4070908800000000);	/* ... in 2099 */
	case 3:
		return HARNESS_NOW - 5 * HARNESS_DAY;	/* a tie */
	default:
		return HARNESS_NOW - (int64_t)pick(h, 1000) * HARNESS_DAY;
	}
}

/* What somebody says of person `p` of `people`. */
static void
describe(struct harness *h, struct version *v, size_t p, size_t people)
{
	/* Now and then it is another's address or number. */
	size_t lent = once_in(h, 5) ? pick(h, people) : p;

	v->time = some_time(h);
	if (!once_in(h, 4)) {
		add_name(h, v, "name.given", givens[p % COUNT(givens)]);
		add_name(h, v, "name.family",
		    families[p / 2 % COUNT(families)]);
	}
	if (!once_in(h, 3))
		add(v, "email", "p%zu.%zu@mail.example", lent / 2, lent % 2);
	if (once_in(h, 2))
		add(v, "phone", "07012%zu3456%zu", lent % 10, lent / 10 % 10);
	if (once_in(h, 4))
		add(v, "loyalty", once_in(h, 5) ? "0000000000%.0zu%.0zu" :
		    "L77%zu-%zu", p + 1, 9);
	if (once_in(h, 3))
		add(v, "birth_date", "19%zu-04-1%zu", 50 + p, p % 10);
	if (once_in(h, 6))
		add(v, "national_id", "19%zu0401-123%zu", 50 + p, p % 10);
	if (once_in(h, 4))
		add(v, "address.postcode", "11%zu 4%zu", 100 + p, 10 + p);
	if (v->count == 0 || once_in(h, 9))
		add(v, "device", "device-%zu-%zu", pick(h, 4), 0);
}

/* One phone at an office of people who have their own addresses, too. */
static void
describe_colleague(struct harness *h, struct version *v, size_t p)
{
	v->time = some_time(h);
	add_name(h, v, "name.given", givens[p % COUNT(givens)]);
	add_name(h, v, "name.family",
	    families[p / COUNT(givens) % COUNT(families)]);
	if (!once_in(h, 10))
		add(v, "phone", "08%zu555 01 %zu", 1, 10);
	if (once_in(h, 2))
		add(v, "email", "q%zu.%zu@mail.example", p, 1);
}

static void
describe_often(struct harness *h, struct version *v, size_t p)
{
	v->time = some_time(h);
	if (!once_in(h, 9)) {
		add_name(h, v, "name.given", givens[p % 29 == 0]);
		add_name(h, v, "name.family", families[1]);
	}
	add(v, "email", "everywhere%zu.%zu@mail.example", p % 30 / 28, 1);
	if (once_in(h, 2))
		add(v, "phone", "0701%zu00%zu", 100 + p, 10);
	if (once_in(h, 3))
		add(v, "birth_date", "19%zu-04-%zu", 50 + p % 3, 10 + p % 7);
}

/* A family business: few names, one phone, and other things to differ in. */
static void
describe_crowd(struct harness *h, struct version *v, size_t p)
{
	v->time = some_time(h);
	if (!once_in(h, 5)) {
		add_name(h, v, "name.given", givens[p % 4]);
		add_name(h, v, "name.family", families[p % 2]);
	}
	add(v, "phone", "08%zu555 01 %zu", 1, 10);
	if (once_in(h, 2))
		add(v, "birth_date", "19%zu-04-1%zu", 50 + p % 40, p % 10);
	if (once_in(h, 9))
		add(v, "loyalty", "L%zu-%zu", p % 11, 5);
}

static void
describe_as(struct harness *h, enum shape shape, struct version *v,
    size_t p, size_t people)
{
	v->count = 0;
	switch (shape) {
	case COMMON:
		describe_colleague(h, v, p % 75);
		break;
	case MANY_WAYS:
		describe_often(h, v, p);
		break;
	case CROWD:
		describe_crowd(h, v, p);
		break;
	default:
		describe(h, v, pick(h, people), people);
	}
}

static void
make_rows(struct harness *h, struct world *w, enum shape shape,
    size_t people)
{
	size_t i, k;

	for (i = 0; i < w->row_count; i++) {
		struct row *row = &w->rows[i];

		(void)snprintf(row->key, sizeof(row->key), "R%zu", i);
		row->kept_count = once_in(h, 3) ? 1 + pick(h, VERSIONS_MAX) :
		    1;
		if (once_in(h, 5))
			row->lost_count = 1 + pick(h, VERSIONS_MAX);
		if (row->lost_count > 0 && once_in(h, 2))
			row->kept_count = 0;
		for (k = 0; k < row->kept_count; k++)
			describe_as(h, shape, &row->kept[k], i, people);
		for (k = 0; k < row->lost_count; k++)
			describe_as(h, shape, &row->lost[k], i, people);
		/* What comes back may be just what went. */
		if (row->lost_count > 0 && row->kept_count > 0 &&
		    once_in(h, 2))
			row->lost[0] = row->kept[0];
	}
}

static bool
is_named(const struct verdict *verdict, size_t count, size_t row)
{
	size_t k;

	for (k = 0; k < count; k++)
		if (verdict->rows[k] == row)
			return true;
	return false;
}

static void
make_verdicts(struct harness *h, struct world *w)
{
	size_t i, k;

	for (i = 0; i < w->verdict_count; i++) {
		struct verdict *verdict = &w->verdicts[i];

		verdict->what = once_in(h, 2) ? OMNI_VERDICT_SAME :
		    OMNI_VERDICT_DIFFERENT;
		verdict->count = 2 + pick(h, NAMED_MAX - 1);
		for (k = 0; k < verdict->count; k++)
			verdict->rows[k] = pick(h, w->row_count);
		/* Nobody is on both sides. */
		while (is_named(verdict, k - 1, verdict->rows[k - 1]))
			verdict->rows[k - 1] = pick(h, w->row_count);
	}
}

void
world_make(struct harness *h, struct world *w, enum shape shape)
{
	static const struct {
		size_t rows, more, people, deeds;
	} sizes[SHAPES] = {
		[SMALL] = { 6, 24, 8, 12 },
		[COMMON] = { 54, 66, 120, 4 },
		[MANY_WAYS] = { 60, 60, 1, 20 },
		[CROWD] = { 320, 80, 40, 10 },
	};
	size_t i;

	memset(w, 0, sizeof(*w));
	w->row_count = sizes[shape].rows + pick(h, sizes[shape].more);
	w->deed_count = pick(h, sizes[shape].deeds + 1);
	w->verdict_count = once_in(h, 2) ? pick(h, VERDICTS_MAX + 1) : 0;
	make_rows(h, w, shape, sizes[shape].people);
	for (i = 0; i < w->deed_count; i++) {
		struct deed *deed = &w->deeds[i];

		deed->row = once_in(h, 4) ? pick(h, w->row_count) : SIZE_MAX;
		describe_as(h, shape, &deed->who, pick(h, 120),
		    sizes[shape].people);
		if (i > 0 && once_in(h, 4)) {
			/* The same once more, at another time. */
			int64_t time = deed->who.time;

			*deed = w->deeds[pick(h, i)];
			deed->who.time = time;
		}
	}
	make_verdicts(h, w);
}
