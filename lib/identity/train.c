/*
 * Learning without examples (expectation maximisation after Winkler): how
 * strangers agree is seen in pairs taken at random; how one person's records
 * agree, in candidate pairs, each as far as it is believed to be one.
 *
 * Floating point is used with + - * / alone, which every processor rounds
 * alike; logarithms are fixed-point.  So each learns the same model.
 */
#include <string.h>

#include "identity/train.h"

#define ROUNDS 10
#define PRIOR 200		/* pairs that the defaults are worth */
#define SOURCE_PRIOR 20
#define RANDOM_PAIRS 100000
#define PAIRS_MAX (1 << 18)	/* that are looked at */

/* ---- powers of two -------------------------------------------------- */

struct powers {
	double fraction[OMNI__BIT];	/* 2^(i / 1024) */
};

static void
make_powers(struct powers *powers)
{
	double step = 1.0006771306930664, power = 1.0;
	int i;

	for (i = 0; i < OMNI__BIT; i++) {
		powers->fraction[i] = power;
		power = power * step;
	}
}

/* 2^(bits / 1024). */
static double
power_of(const struct powers *powers, int32_t bits)
{
	int32_t whole = bits >> 10;
	double power = powers->fraction[bits & (OMNI__BIT - 1)];

	if (whole > 60)
		whole = 60;
	if (whole < -60)
		return 0.0;
	return whole >= 0 ? power * (double)(UINT64_C(1) << whole) :
	    power / (double)(UINT64_C(1) << -whole);
}

static uint32_t
whole_rate(double rate)
{
	double parts = rate * OMNI__WHOLE + .5;

	return parts < 1 ? 1 : parts > OMNI__WHOLE ? OMNI__WHOLE :
	    (uint32_t)parts;
}

/* The ratio of two counts in bits; both > 0. */
static int32_t
bits_of(double numerator, double denominator)
{
	double scale = 1.0;

	/* As precise as 63 bits allow. */
	while (numerator * scale < 1e15 && denominator * scale < 1e15)
		scale = scale * 2;
	if (numerator * scale < 1)
		numerator = 1 / scale;
	if (denominator * scale < 1)
		denominator = 1 / scale;
	return omni__log2_ratio((uint64_t)(numerator * scale),
	    (uint64_t)(denominator * scale));
}

/* ---- what is learned ------------------------------------------------ */

struct school {
	struct omni *db;
	const struct omni__patterns *patterns;
	const struct omni__census *census;
	struct omni__learned *learned;
	double stride;
	double matches, relatives;	/* of all pairs there are */
	struct powers powers;
	struct omni__rates start[OMNI__FIELDS];	/* the defaults */
	struct omni__weight weight[OMNI__FIELDS][OMNI__CODES];
	double seen[OMNI__FIELDS][OMNI__CODES];
};

/* NULL for what is not learned in rates: sources and hosts' kinds. */
static struct omni__rates *
rates_of(struct omni__learned *learned, size_t field)
{
	if (field >= OMNI__COLUMNS)
		return &learned->named[field - OMNI__COLUMNS].rates;
	return field < OMNI__SOURCE ? &learned->rates[field] : NULL;
}

static double
all_pairs(const struct school *s)
{
	double n = (double)s->learned->population;

	return n * (n - 1) / 2;
}

static void
weigh_sources(struct school *s)
{
	struct omni__weight *w = s->weight[OMNI__SOURCE];
	const struct omni__learned *learned = s->learned;
	size_t i;

	for (i = 0; i < learned->source_count; i++) {
		int32_t bits = omni__log2_ratio(learned->sources[i].same,
		    learned->sources[i].others);
		size_t code = i < s->census->source_count ?
		    OMNI__CODE_EXACT + i : OMNI__DIFFERS;

		w[code].strangers = w[code].relatives = bits;
	}
}

static void
weigh_host(struct school *s, size_t field)
{
	const struct omni__model *model = s->census->model;
	size_t l;

	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		s->weight[field][l] = model->level[field][l];
	for (l = OMNI__STEP_1; l <= OMNI__STEP_COMMON; l++)
		s->weight[field][OMNI__CODE_EXACT + l] =
		    model->exact[field][l];
}

static void
weigh_field(struct school *s, size_t field, const struct omni__rates *rates)
{
	struct omni__weight *w = s->weight[field];
	uint8_t code;
	size_t l;

	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		w[l] = omni__rate_weight(rates->same[l], rates->others[l],
		    rates->household);
	if (field < OMNI__COLUMNS &&
	    omni__behaviour[field] & OMNI__IDENTIFIER) {
		for (l = OMNI__STEP_1; l < OMNI__STEP_COMMON; l++)
			w[OMNI__CODE_EXACT + l] = omni__holder_weight(rates,
			    s->learned->population, omni__step_holders[l]);
		return;
	}
	for (code = OMNI__CODE_EXACT; code < OMNI__CODES; code++)
		w[code] = omni__rate_weight(rates->same[OMNI__EXACT],
		    omni__code_rate(code), rates->household);
}

static void
weigh(struct school *s)
{
	size_t i;

	for (i = 0; i < s->patterns->fields; i++) {
		size_t field = s->patterns->field[i];
		struct omni__rates *rates = rates_of(s->learned, field);

		if (field == OMNI__SOURCE)
			weigh_sources(s);
		else if (rates != NULL)
			weigh_field(s, field, rates);
		else
			weigh_host(s, field);
	}
}

/* ---- strangers ------------------------------------------------------ */

/* Numbers that look random and are always the same (splitmix64). */
static uint64_t
scatter(uint64_t i)
{
	i = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
	i = (i ^ i >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	i = (i ^ i >> 27) * UINT64_C(0x94d049bb133111eb);
	return i ^ i >> 31;
}

static omni_status
meet_strangers(const struct omni__crowd *crowd,
    struct omni__patterns *patterns, omni__pace_fn pace, void *context)
{
	omni_status status = OMNI_OK;
	uint64_t i, most = (uint64_t)crowd->count * crowd->count * 2;

	/* Of a few records no pair need be met again and again. */
	if (most > RANDOM_PAIRS)
		most = RANDOM_PAIRS;
	for (i = 0; i < most && status == OMNI_OK; i++) {
		size_t a = (size_t)(scatter(2 * i) % crowd->count);
		size_t b = (size_t)(scatter(2 * i + 1) % crowd->count);

		if (a != b)
			status = omni__patterns_add(patterns,
			    crowd->persons[a], crowd->persons[b]);
		if (status == OMNI_OK && i % (1 << 12) == 0)
			status = pace(context, 60);
	}
	return status;
}

static void
tally(const struct omni__patterns *patterns,
    double seen[OMNI__FIELDS][OMNI__LEVELS])
{
	size_t i, k;

	for (i = 0; i < patterns->count; i++) {
		const struct omni__pattern *p = omni__pattern_at(patterns, i);

		for (k = 0; k < patterns->fields; k++) {
			uint8_t code = p->code[k];

			seen[patterns->field[k]][code < OMNI__CODE_EXACT ?
			    code : OMNI__EXACT] += p->pairs;
		}
	}
}

/* Exact agreement has its rate from the census. */
static void
learn_strangers(const struct omni__patterns *patterns,
    struct omni__learned *learned)
{
	double seen[OMNI__FIELDS][OMNI__LEVELS];
	size_t i, l;

	memset(seen, 0, sizeof(seen));
	tally(patterns, seen);
	for (i = 0; i < patterns->fields; i++) {
		size_t field = patterns->field[i];
		struct omni__rates *rates = rates_of(learned, field);
		double all = PRIOR;

		if (rates == NULL)
			continue;
		for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
			all += seen[field][l];
		for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
			if (l > OMNI__EXACT || field == OMNI__GENDER)
				rates->others[l] = whole_rate((seen[field][l] +
				    PRIOR * (double)rates->others[l] /
				    OMNI__WHOLE) / all);
	}
}

/* ---- one person's --------------------------------------------------- */

/* How likely a pair is one person's, and how likely relatives'. */
static double
believe(const struct school *s, const struct omni__pattern *p,
    struct omni__weight prior, double *relatives)
{
	int32_t strangers = prior.strangers, related = prior.relatives;
	double u, r;
	size_t k;

	for (k = 0; k < s->patterns->fields; k++) {
		const struct omni__weight *w =
		    &s->weight[s->patterns->field[k]][p->code[k]];

		strangers += w->strangers;
		related += w->relatives;
	}
	u = power_of(&s->powers, -strangers);
	r = power_of(&s->powers, -related);
	*relatives = r / (1 + u + r);
	return 1 / (1 + u + r);
}

/* What is unlikely adds up to nothing but noise. */
#define BELIEVED 1e-4

static void
expect(struct school *s)
{
	struct omni__weight prior = {
		bits_of(s->matches, all_pairs(s)),
		bits_of(s->matches, s->relatives)
	};
	double matches = 0, relatives = 0, r, p;
	size_t i, k;

	memset(s->seen, 0, sizeof(s->seen));
	for (i = 0; i < s->patterns->count; i++) {
		const struct omni__pattern *row =
		    omni__pattern_at(s->patterns, i);
		double pairs = (double)row->pairs * s->stride;

		p = believe(s, row, prior, &r);
		matches += p * pairs;
		relatives += r * pairs;
		if (p <= BELIEVED)
			continue;
		for (k = 0; k < s->patterns->fields; k++)
			s->seen[s->patterns->field[k]][row->code[k]] +=
			    p * pairs;
	}
	p = (double)s->learned->population;
	s->matches = matches > p * .02 ? matches : p * .02;
	s->relatives = relatives > p * .05 ? relatives : p * .05;
}

static void
maximise_field(struct school *s, size_t field, struct omni__rates *rates)
{
	double level[OMNI__LEVELS] = { 0 }, all = PRIOR;
	size_t l, code;

	for (code = OMNI__EXACT; code < OMNI__CODES; code++)
		level[code < OMNI__LEVELS ? code : OMNI__EXACT] +=
		    s->seen[field][code];
	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		all += level[l];
	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		rates->same[l] = whole_rate((level[l] + PRIOR *
		    (double)s->start[field].same[l] / OMNI__WHOLE) / all);
}

static void
maximise_sources(struct school *s)
{
	const double *seen = s->seen[OMNI__SOURCE];
	double all = SOURCE_PRIOR;
	size_t i, n = s->census->source_count;

	for (i = OMNI__EXACT; i < OMNI__CODES; i++)
		all += seen[i];
	for (i = 0; i < s->learned->source_count; i++) {
		struct omni__source_rate *rate = &s->learned->sources[i];
		double pairs = seen[i < n ? OMNI__CODE_EXACT + i :
		    OMNI__DIFFERS];

		rate->same = whole_rate((pairs + SOURCE_PRIOR *
		    (double)rate->others / OMNI__WHOLE) / all);
	}
}

static void
maximise(struct school *s)
{
	size_t i;

	for (i = 0; i < s->patterns->fields; i++) {
		size_t field = s->patterns->field[i];
		struct omni__rates *rates = rates_of(s->learned, field);

		if (rates != NULL)
			maximise_field(s, field, rates);
	}
	maximise_sources(s);
}

static int32_t
between(int32_t bits, int32_t least, int32_t most)
{
	return bits < least ? least : bits > most ? most : bits;
}

static void
graduate(struct school *s, struct omni__learned *learned)
{
	learned->matches = (int64_t)s->matches;
	learned->prior.strangers = bits_of(s->matches, all_pairs(s));
	learned->prior.relatives = between(bits_of(s->matches, s->relatives),
	    -2 * OMNI__BIT, 6 * OMNI__BIT);
}

omni_status
omni__learn(struct omni *db, const struct omni__patterns *patterns,
    const struct omni__census *census, int64_t stride,
    struct omni__learned *learned, omni__pace_fn pace, void *context)
{
	struct school *s = omni__arena_zero(&db->scratch, sizeof(*s));
	omni_status status = OMNI_OK;
	size_t i;
	int round;

	if (s == NULL)
		return omni__nomem(&db->error);
	s->db = db;
	s->patterns = patterns;
	s->census = census;
	s->learned = learned;
	s->stride = (double)stride;
	/* As many pairs are one person's, and relatives', as records. */
	s->matches = s->relatives = (double)learned->population - 1;
	make_powers(&s->powers);
	for (i = 0; i < patterns->fields; i++) {
		struct omni__rates *rates = rates_of(learned,
		    patterns->field[i]);

		if (rates != NULL)
			s->start[patterns->field[i]] = *rates;
	}
	for (round = 0; round < ROUNDS && status == OMNI_OK; round++) {
		weigh(s);
		expect(s);
		maximise(s);
		status = pace(context, 500 + 40 * round);
	}
	graduate(s, learned);
	return status;
}

/* ---- candidate pairs ------------------------------------------------ */

/* An even sample of them, in order: when there is no more room, every other
 * one goes. */
struct sample {
	struct omni *db;
	struct pair { const struct omni__person *a, *b; } *pairs;
	size_t count, room;
	int64_t met, stride;
	omni__pace_fn pace;
	void *context;
};

static void
thin(struct sample *sample)
{
	size_t i;

	for (i = 0; 2 * i < sample->count; i++)
		sample->pairs[i] = sample->pairs[2 * i];
	sample->count = i;
	sample->stride *= 2;
}

static omni_status
keep(void *context, const struct omni__person *a,
    const struct omni__person *b)
{
	struct sample *sample = context;
	int64_t number = sample->met++;
	omni_status status = OMNI_OK;

	if (number % (1 << 16) == 0)
		status = sample->pace(sample->context, 100);
	if (status != OMNI_OK || number % sample->stride != 0)
		return status;
	if (sample->count == PAIRS_MAX) {
		thin(sample);
		if (number % sample->stride != 0)
			return OMNI_OK;
	}
	if (omni__grow(&sample->db->env, &sample->pairs, &sample->room,
	    sample->count + 1, sizeof(*sample->pairs)) != OMNI_OK)
		return omni__nomem(&sample->db->error);
	sample->pairs[sample->count].a = a;
	sample->pairs[sample->count++].b = b;
	return OMNI_OK;
}

static omni_status
look_at(const struct sample *sample, struct omni__patterns *patterns)
{
	omni_status status = OMNI_OK;
	size_t i;

	for (i = 0; i < sample->count && status == OMNI_OK; i++) {
		status = omni__patterns_add(patterns, sample->pairs[i].a,
		    sample->pairs[i].b);
		if (status == OMNI_OK && i % (1 << 16) == 0)
			status = sample->pace(sample->context, 300);
	}
	return status;
}

/* ---- the whole ------------------------------------------------------ */

static omni_status
start_sources(struct omni *db, const struct omni__census *census,
    struct omni__arena *arena, struct omni__learned *learned)
{
	double apart = 1, all = (double)census->keyed, share;
	const char *text;
	omni_status status = OMNI_OK;
	size_t i;

	learned->source_count = 0;
	if (census->source_count < 2)
		return OMNI_OK;
	for (i = 0; i < census->source_count && status == OMNI_OK; i++) {
		struct omni__source_rate *rate = &learned->sources[i];

		share = (double)census->sources[i].records / all;
		apart -= share * share;
		status = omni__term_text(db, census->sources[i].term, &text);
		if (status != OMNI_OK)
			return status;
		rate->name = omni__arena_strdup(arena, text);
		if (rate->name == NULL)
			return omni__nomem(&db->error);
		rate->same = rate->others = whole_rate(share * share);
	}
	learned->sources[i].name = NULL;
	learned->sources[i].same = learned->sources[i].others =
	    whole_rate(apart);
	learned->source_count = i + 1;
	return status;
}

static omni_status
study_strangers(struct omni *db, const struct omni__crowd *crowd,
    const struct omni__census *census, struct omni__learned *learned,
    omni__pace_fn pace, void *context)
{
	struct omni__patterns patterns;
	omni_status status = omni__patterns_start(&patterns, db, census);

	if (status == OMNI_OK)
		status = meet_strangers(crowd, &patterns, pace, context);
	if (status == OMNI_OK)
		learn_strangers(&patterns, learned);
	omni__patterns_free(&patterns);
	return status;
}

static omni_status
study_candidates(struct omni *db, const struct omni__crowd *crowd,
    const struct omni__census *census, struct omni__learned *learned,
    omni__pace_fn pace, void *context)
{
	struct sample sample = { .db = db, .stride = 1, .pace = pace,
	    .context = context };
	struct omni__patterns patterns;
	omni_status status = omni__patterns_start(&patterns, db, census);

	if (status == OMNI_OK)
		status = omni__crowd_pairs(db, crowd, keep, &sample);
	if (status == OMNI_OK)
		status = look_at(&sample, &patterns);
	learned->pairs = sample.met;
	if (status == OMNI_OK)
		status = omni__learn(db, &patterns, census, sample.stride,
		    learned, pace, context);
	omni__free(&db->env, sample.pairs);
	omni__patterns_free(&patterns);
	return status;
}

static omni_status
study(struct omni *db, const struct omni__crowd *crowd,
    struct omni__census *census, struct omni__arena *arena,
    struct omni__learned *learned, omni__pace_fn pace, void *context)
{
	omni_status status;

	status = omni__census_rates(census, arena, learned);
	if (status == OMNI_OK)
		status = start_sources(db, census, arena, learned);
	if (status == OMNI_OK)
		status = pace(context, 50);
	if (status == OMNI_OK)
		status = study_strangers(db, crowd, census, learned, pace,
		    context);
	if (status == OMNI_OK)
		status = study_candidates(db, crowd, census, learned, pace,
		    context);
	return status;
}

omni_status
omni__train(struct omni *db, struct omni__arena *arena,
    struct omni__learned *learned, omni__pace_fn pace, void *context)
{
	const struct omni__model *model;
	struct omni__census census = { .db = NULL };
	struct omni__crowd crowd;
	omni_status status = omni__model(db, &model);

	if (status == OMNI_OK)
		status = omni__crowd_load(db, true, &crowd);
	if (status == OMNI_OK && crowd.count < 2)
		return OMNI_NONE;
	if (status == OMNI_OK &&
	    omni__learned_default(arena, learned) != OMNI_OK)
		status = omni__nomem(&db->error);
	if (status == OMNI_OK)
		status = pace(context, 20);
	if (status == OMNI_OK) {
		learned->records = (int64_t)crowd.count;
		learned->population = (int64_t)crowd.count;
		status = omni__census_take(db, model, &crowd, &census);
	}
	if (status == OMNI_OK)
		status = study(db, &crowd, &census, arena, learned, pace,
		    context);
	omni__census_free(&census);
	return status;
}
