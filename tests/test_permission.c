/*
 * The law of permission beside a naive reading of the same law, which knows
 * scopes as sets of all that they are about: random histories, and every
 * short one.
 */
#include <stdio.h>
#include <string.h>

#include "harness.h"
#include "routing/routing.h"

#define DAY(n) (HARNESS_NOW + (n) * HARNESS_DAY)

/* ---- the world ------------------------------------------------------ */

static const char *const purposes[] = {
	"invoice", "news", "offer", "offer/hats", "offer/shoes",
	"offer/shoes/red", "offering", "result"
};
#define PURPOSES ((int)OMNI__COUNT(purposes))
#define EVERYTHING PURPOSES	/* "*" */

static const struct { const char *name; int32_t medium; } channels[] = {
	{ "app", OMNI_MEDIUM_DIGITAL }, { "email", OMNI_MEDIUM_DIGITAL },
	{ "post", OMNI_MEDIUM_PHYSICAL }, { "sms", OMNI_MEDIUM_DIGITAL },
};
#define CHANNELS ((int)OMNI__COUNT(channels))

static const char *const brands[] = { "X", "Y" };
#define BRANDS 2
static const char *const wordings[] = { "days", "never", "until" };
#define UNKNOWN_WORDING 3
static const char *const sources[] = { "", "till", "web" };
static const char *const regions[] = { NULL, "SE", "US" };
static const unsigned char addresses[2][OMNI__ID] = { { 1 }, { 2 } };

/* A statement as the naive reading knows it: indices, -1 for none. */
struct plain {
	int said, purpose, channel, medium, brand, wording, source, address;
	int64_t time, end;	/* end 0: none */
	int doubtful;
	int fact, mark;
	unsigned seen;		/* bits of marks */
};

#define MOST 12
struct world {
	struct plain plain[MOST];
	int count;
	/* Of the purposes: */
	int64_t since[PURPOSES];
	int confirm[PURPOSES], renewal[PURPOSES], sale_days[PURPOSES];
	int basis[PURPOSES];
	int on_channel[PURPOSES], on_region[PURPOSES], on_basis[PURPOSES];
	/* Of the wordings "days" and "until". */
	int wording_days;
	int64_t wording_until;
};

struct asked {
	int purpose, channel, brand, region, address;
	int64_t at, sale;	/* sale 0: none */
};

/* ---- the naive reading ---------------------------------------------- */

/* All that a statement is about: purposes, of which one more stands for what
 * is no purpose but "*"; channels, with one of each medium that nobody names;
 * brands, with none. */
struct scope {
	char in[PURPOSES + 1][CHANNELS + 2][BRANDS + 1];
};

static int
under(int purpose, int tree)
{
	size_t size;

	if (tree == EVERYTHING || purpose == tree)
		return 1;
	if (purpose == EVERYTHING)
		return 0;
	size = strlen(purposes[tree]);
	return strncmp(purposes[purpose], purposes[tree], size) == 0 &&
	    purposes[purpose][size] == '/';
}

static int
medium_of(int channel)
{
	if (channel < CHANNELS)
		return channels[channel].medium;
	return channel == CHANNELS ? OMNI_MEDIUM_DIGITAL :
	    OMNI_MEDIUM_PHYSICAL;
}

static struct scope
scope_of(const struct plain *s)
{
	struct scope scope;
	int p, c, b;

	for (p = 0; p <= PURPOSES; p++)
		for (c = 0; c < CHANNELS + 2; c++)
			for (b = 0; b <= BRANDS; b++)
				scope.in[p][c][b] = under(p, s->purpose) &&
				    (s->channel < 0 || s->channel == c) &&
				    (s->medium == 0 ||
				    s->medium == medium_of(c)) &&
				    (s->brand < 0 || s->brand == b);
	return scope;
}

static int
subset(const struct plain *inner, const struct plain *outer)
{
	struct scope a = scope_of(inner), b = scope_of(outer);
	size_t i;

	for (i = 0; i < sizeof(a.in); i++)
		if (((const char *)a.in)[i] && !((const char *)b.in)[i])
			return 0;
	return 1;
}

static int
about(const struct plain *s, const struct asked *q)
{
	struct scope scope = scope_of(s);

	return scope.in[q->purpose][q->channel][q->brand < 0 ? BRANDS :
	    q->brand];
}

/* In G but for its being live. */
static int
yes_about(const struct world *w, const struct plain *g,
    const struct asked *q)
{
	return g->said == OMNI_SAID_GRANT && g->time <= q->at &&
	    about(g, q) && (w->since[q->purpose] <= g->time ||
	    g->purpose == q->purpose);
}

static int
no_between(const struct world *w, const struct asked *q, int64_t from,
    int64_t to)
{
	int i, found = 0;

	for (i = 0; i < w->count; i++)
		found |= w->plain[i].said == OMNI_SAID_WITHDRAW &&
		    about(&w->plain[i], q) && w->plain[i].time >= from &&
		    w->plain[i].time <= to;
	return found;
}

static int
confirmed(const struct world *w, const struct plain *g,
    const struct asked *q)
{
	int64_t most = w->confirm[q->purpose] * INT64_C(1000000);
	int i, found = w->confirm[q->purpose] == 0;

	for (i = 0; i < w->count; i++) {
		const struct plain *k = &w->plain[i];

		found |= k->said == OMNI_SAID_CONFIRM && !k->doubtful &&
		    subset(k, g) && subset(g, k) &&
		    k->wording == g->wording && k->address == g->address &&
		    k->time >= g->time && k->time - g->time <= most &&
		    k->time <= q->at && !no_between(w, q, g->time, k->time);
	}
	return found;
}

static int
ended(const struct world *w, const struct plain *g, const struct asked *q)
{
	int64_t renewal = w->renewal[q->purpose] * HARNESS_DAY;

	return (g->end != 0 && q->at >= g->end) ||
	    (renewal != 0 && q->at - g->time >= renewal) ||
	    (g->wording == 0 &&
	    q->at - g->time >= w->wording_days * HARNESS_DAY) ||
	    (g->wording == 2 && q->at >= w->wording_until);
}

static int
why_not(const struct world *w, const struct plain *g, const struct asked *q)
{
	if (g->address >= 0 && g->address != q->address)
		return OMNI_REASON_OTHER_ADDRESS;
	if (ended(w, g, q))
		return OMNI_REASON_EXPIRED;
	return confirmed(w, g, q) ? 0 : OMNI_REASON_NOT_CONFIRMED;
}

static int
covers(const struct plain *g, const struct plain *no)
{
	return no->time < g->time && !g->doubtful &&
	    (no->source == g->source || (g->seen >> no->mark & 1) != 0) &&
	    subset(g, no);
}

static int
newer(const struct plain *a, const struct plain *b)
{
	return b == NULL || a->time > b->time ||
	    (a->time == b->time && a->fact > b->fact);
}

static const struct plain *
open_no(const struct world *w, const struct asked *q)
{
	const struct plain *newest = NULL;
	int i, k;

	for (i = 0; i < w->count; i++) {
		const struct plain *no = &w->plain[i];
		int lifted = 0;

		if (no->said != OMNI_SAID_WITHDRAW || !about(no, q))
			continue;
		for (k = 0; k < w->count; k++)
			lifted |= yes_about(w, &w->plain[k], q) &&
			    covers(&w->plain[k], no) &&
			    why_not(w, &w->plain[k], q) == 0;
		if (!lifted && newer(no, newest))
			newest = no;
	}
	return newest;
}

/* The newest yes with that flaw; flaw -1: any. */
static const struct plain *
newest_yes(const struct world *w, const struct asked *q, int flaw)
{
	const struct plain *newest = NULL;
	int i;

	for (i = 0; i < w->count; i++)
		if (yes_about(w, &w->plain[i], q) && (flaw < 0 ||
		    why_not(w, &w->plain[i], q) == flaw) &&
		    newer(&w->plain[i], newest))
			newest = &w->plain[i];
	return newest;
}

static int
basis_of(const struct world *w, const struct asked *q)
{
	int p = q->purpose, on = w->on_channel[p], in = w->on_region[p];

	if (w->on_basis[p] != 0 && (on < 0 || on == q->channel) &&
	    (in == 0 || in == q->region))
		return w->on_basis[p];
	return w->basis[p];
}

struct verdict {
	int reason, basis, no, grant;	/* facts, 0: none */
};

static int
soft(const struct world *w, const struct asked *q)
{
	int i, told = 0;

	for (i = 0; i < w->count; i++)
		told |= w->plain[i].said == OMNI_SAID_TOLD &&
		    w->plain[i].time <= q->at && about(&w->plain[i], q);
	return told && q->sale != 0 && q->sale <= q->at &&
	    q->at - q->sale <= w->sale_days[q->purpose] * HARNESS_DAY ? 0 :
	    OMNI_REASON_NO_SALE;
}

static struct verdict
naive(const struct world *w, const struct asked *q)
{
	const struct plain *no = open_no(w, q), *good = newest_yes(w, q, 0),
	    *any = newest_yes(w, q, -1);
	struct verdict v = { 0, basis_of(w, q), no != NULL ? no->fact : 0,
	    good != NULL ? good->fact : 0 };

	if (v.basis == OMNI_BASIS_CONSENT && good == NULL && any != NULL)
		v.grant = any->fact;
	if (v.basis == OMNI_BASIS_CONTRACT || v.basis == OMNI_BASIS_LAW)
		return v;
	if (no != NULL)
		v.reason = OMNI_REASON_WITHDRAWN;
	else if (v.basis == OMNI_BASIS_SOFT && good == NULL)
		v.reason = soft(w, q);
	else if (v.basis == OMNI_BASIS_CONSENT && good == NULL)
		v.reason = any != NULL ? why_not(w, any, q) :
		    OMNI_REASON_NO_CONSENT;
	return v;
}

/* ---- the same for the library --------------------------------------- */

struct library {
	struct omni_purpose purposes[PURPOSES];
	struct omni__basis_on on[PURPOSES];
	struct omni__purpose_rule rule_list[PURPOSES];
	struct omni_channel channels[CHANNELS];
	const struct omni_channel *channel_list[CHANNELS];
	struct omni_wording wordings[3];
	const struct omni_wording *wording_list[3];
	struct omni__rules rules;
	struct omni__said said[MOST];
	uint64_t marks[MOST][MOST];
	size_t count;
};

static void
build_purpose(struct library *l, const struct world *w, int i)
{
	struct omni_purpose *p = &l->purposes[i];

	p->head.name = purposes[i];
	p->basis = w->basis[i];
	p->confirm = w->confirm[i];
	p->renewal = w->renewal[i];
	p->sale_days = w->sale_days[i];
	if (w->on_basis[i] != 0) {
		l->on[i] = (struct omni__basis_on){
			w->on_channel[i] < 0 ? NULL :
			channels[w->on_channel[i]].name,
			regions[w->on_region[i]], w->on_basis[i] };
		p->basis_on = &l->on[i];
		p->basis_count = 1;
	}
	l->rule_list[i] = (struct omni__purpose_rule){ .purpose = p,
	    .since = w->since[i], .sale = SIZE_MAX };
}

static void
build_rules(struct library *l, const struct world *w)
{
	int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < PURPOSES; i++)
		build_purpose(l, w, i);
	for (i = 0; i < CHANNELS; i++) {
		l->channels[i].head.name = channels[i].name;
		l->channels[i].medium = channels[i].medium;
		l->channel_list[i] = &l->channels[i];
	}
	for (i = 0; i < 3; i++) {
		l->wordings[i].head.name = wordings[i];
		l->wordings[i].expiry = i == 2 ? w->wording_until :
		    OMNI_TIME_UNKNOWN;
		l->wordings[i].days = i == 0 ? w->wording_days : 0;
		l->wording_list[i] = &l->wordings[i];
	}
	l->rules = (struct omni__rules){
		.purposes = l->rule_list, .purpose_count = PURPOSES,
		.channels = l->channel_list, .channel_count = CHANNELS,
		.wordings = l->wording_list, .wording_count = 3,
	};
}

static int
by_time(const void *left, const void *right)
{
	const struct omni__said *a = left, *b = right;

	if (a->happened != b->happened)
		return a->happened < b->happened ? -1 : 1;
	return (a->fact > b->fact) - (a->fact < b->fact);
}

static void
build_said(struct library *l, const struct plain *from, size_t at)
{
	struct omni__said *s = &l->said[at];
	unsigned mark;

	*s = (struct omni__said){
		.fact = from->fact, .happened = from->time,
		.expiry = from->end != 0 ? from->end : INT64_MAX,
		.purpose = from->purpose == EVERYTHING ? "*" :
		    purposes[from->purpose],
		.channel = from->channel < 0 ? NULL :
		    channels[from->channel].name,
		.brand = from->brand < 0 ? NULL : brands[from->brand],
		.source = sources[from->source],
		.wording = from->wording < 0 ? NULL :
		    from->wording == UNKNOWN_WORDING ? "unknown" :
		    wordings[from->wording],
		.address = from->address < 0 ? NULL :
		    addresses[from->address],
		.said = from->said, .medium = from->medium,
		.doubtful = from->doubtful != 0,
		.mark = (uint64_t)from->mark, .seen = l->marks[at],
	};
	for (mark = 0; mark < MOST; mark++)
		if ((from->seen >> mark & 1) != 0)
			l->marks[at][s->seen_count++] = mark;
}

static void
build(struct library *l, const struct world *w)
{
	int i;

	build_rules(l, w);
	for (i = 0; i < w->count; i++)
		build_said(l, &w->plain[i], (size_t)i);
	l->count = (size_t)w->count;
	qsort(l->said, l->count, sizeof(*l->said), by_time);
}

static struct verdict
ask(const struct library *l, const struct asked *q)
{
	struct omni__question question = {
		.rules = &l->rules, .rule = &l->rule_list[q->purpose],
		.channel = &l->channels[q->channel],
		.brand = q->brand < 0 ? NULL : brands[q->brand],
		.region = regions[q->region],
		.address = q->address < 0 ? NULL : addresses[q->address],
		.sale = q->sale != 0 ? q->sale : INT64_MIN, .at = q->at,
	};
	struct omni__permit permit;

	omni__permission(l->said, l->count, &question, &permit);
	return (struct verdict){ permit.reason, permit.basis,
	    permit.withdrawal != NULL ? (int)permit.withdrawal->fact : 0,
	    permit.grant != NULL ? (int)permit.grant->fact : 0 };
}

static void
print_world(const struct world *w, const struct asked *q)
{
	int i;

	printf("# asked: purpose %d channel %d brand %d address %d day %lld "
	    "sale %lld\n", q->purpose, q->channel, q->brand, q->address,
	    (long long)((q->at - DAY(0)) / HARNESS_DAY),
	    (long long)(q->sale == 0 ? -1 :
	    (q->sale - DAY(0)) / HARNESS_DAY));
	for (i = 0; i < w->count; i++) {
		const struct plain *s = &w->plain[i];

		printf("# %d: said %d purpose %d channel %d medium %d brand "
		    "%d wording %d source %d address %d day %lld end %lld "
		    "doubtful %d mark %d seen %x\n", s->fact, s->said,
		    s->purpose, s->channel, s->medium, s->brand, s->wording,
		    s->source, s->address,
		    (long long)((s->time - DAY(0)) / HARNESS_DAY),
		    (long long)(s->end == 0 ? -1 :
		    (s->end - DAY(0)) / HARNESS_DAY), s->doubtful, s->mark,
		    s->seen);
	}
}

/* What both say; the world is printed when they differ. */
static int
assert_agreed(const struct library *l, const struct world *w,
    const struct asked *q)
{
	struct verdict wanted = naive(w, q), got = ask(l, q);

	if (memcmp(&wanted, &got, sizeof(got)) == 0)
		return got.reason;
	print_world(w, q);
	fail_msg("reason %d basis %d no %d grant %d are wanted, not %d %d %d "
	    "%d", wanted.reason, wanted.basis, wanted.no, wanted.grant,
	    got.reason, got.basis, got.no, got.grant);
	return -1;
}

/* ---- random histories ----------------------------------------------- */

static int
below(struct harness *h, int number)
{
	return (int)harness_random(h, (uint64_t)number);
}

static int
or_none(struct harness *h, int number, int odds)
{
	return below(h, odds) == 0 ? below(h, number) : -1;
}

static int
random_sort(struct harness *h)
{
	static const int sorts[] = {
		OMNI_SAID_GRANT, OMNI_SAID_GRANT, OMNI_SAID_GRANT,
		OMNI_SAID_GRANT, OMNI_SAID_WITHDRAW, OMNI_SAID_WITHDRAW,
		OMNI_SAID_CONFIRM, OMNI_SAID_TOLD, OMNI_SAID_PREFER,
		OMNI_SAID_QUIET
	};

	return sorts[below(h, OMNI__COUNT(sorts))];
}

static void
random_scope(struct harness *h, struct plain *s)
{
	s->purpose = below(h, PURPOSES + 1);
	s->channel = or_none(h, CHANNELS, 3);
	s->medium = s->channel >= 0 || below(h, 4) != 0 ? 0 :
	    below(h, 2) == 0 ? OMNI_MEDIUM_DIGITAL : OMNI_MEDIUM_PHYSICAL;
	s->brand = or_none(h, BRANDS, 4);
	s->wording = or_none(h, UNKNOWN_WORDING + 1, 3);
	s->address = or_none(h, 2, 4);
}

static void
random_plain(struct harness *h, struct world *w, int i)
{
	struct plain *s = &w->plain[i];

	memset(s, 0, sizeof(*s));
	random_scope(h, s);
	s->said = random_sort(h);
	s->time = DAY(below(h, 12)) + below(h, 2);
	/* Most confirmations are of something. */
	if (s->said == OMNI_SAID_CONFIRM && i > 0 && below(h, 6) != 0) {
		*s = w->plain[below(h, i)];
		s->said = OMNI_SAID_CONFIRM;
		s->time += below(h, 4) * HARNESS_DAY / 2;
	}
	s->fact = i + 1;
	s->source = below(h, 3);
	s->end = s->said == OMNI_SAID_GRANT && below(h, 5) == 0 ?
	    s->time + below(h, 12) * HARNESS_DAY + 1 : 0;
	s->doubtful = below(h, 12) == 0;
	s->mark = below(h, MOST);
	s->seen = s->said == OMNI_SAID_GRANT && below(h, 3) == 0 ?
	    (unsigned)below(h, 1 << MOST) : 0;
}

static void
random_purpose(struct harness *h, struct world *w, int i)
{
	static const int bases[] = {
		OMNI_BASIS_CONSENT, OMNI_BASIS_CONSENT, OMNI_BASIS_CONSENT,
		OMNI_BASIS_INTEREST, OMNI_BASIS_CONTRACT, OMNI_BASIS_LAW,
		OMNI_BASIS_SOFT, OMNI_BASIS_SOFT
	};

	w->since[i] = DAY(below(h, 2) == 0 ? -1 : below(h, 10));
	w->confirm[i] = below(h, 3) == 0 ? 1 + below(h, 3 * 86400) : 0;
	w->renewal[i] = below(h, 4) == 0 ? 1 + below(h, 10) : 0;
	w->sale_days[i] = 1 + below(h, 10);
	w->basis[i] = bases[below(h, OMNI__COUNT(bases))];
	w->on_basis[i] = below(h, 3) == 0 ? 1 + below(h, 5) : 0;
	w->on_channel[i] = or_none(h, CHANNELS, 2);
	w->on_region[i] = w->on_channel[i] < 0 ? 1 + below(h, 2) :
	    below(h, 3);
}

static void
random_world(struct harness *h, struct world *w)
{
	int i;

	for (i = 0; i < PURPOSES; i++)
		random_purpose(h, w, i);
	w->wording_days = 1 + below(h, 8);
	w->wording_until = DAY(below(h, 14));
	w->count = below(h, MOST + 1);
	for (i = 0; i < w->count; i++)
		random_plain(h, w, i);
}

static void
random_asked(struct harness *h, struct asked *q)
{
	q->purpose = below(h, PURPOSES);
	q->channel = below(h, CHANNELS);
	q->brand = or_none(h, BRANDS, 2);
	q->region = below(h, 3);
	q->address = or_none(h, 2, 1) - (below(h, 5) == 0 ? 2 : 0);
	q->address = q->address < 0 ? -1 : q->address;
	q->at = DAY(below(h, 16)) + below(h, 2);
	q->sale = below(h, 3) == 0 ? 0 : DAY(below(h, 16));
}

static struct harness
bare_harness(const char *test)
{
	struct harness h = { .engine = "no store" };

	harness_seed(&h, test);
	return h;
}

#define WORLDS 60000
#define ASKED 8

static void
permission_is_what_the_law_says(void **state)
{
	static struct library library;
	struct harness h = bare_harness(__func__);
	size_t seen[100] = { 0 };
	struct world w = { .count = 0 };
	int i, k;

	(void)state;
	for (i = 0; i < WORLDS; i++) {
		random_world(&h, &w);
		build(&library, &w);
		for (k = 0; k < ASKED; k++) {
			struct asked q;

			random_asked(&h, &q);
			seen[assert_agreed(&library, &w, &q)]++;
		}
	}
	printf("# %d cases: %zu yes, %zu withdrawn, %zu no consent, %zu "
	    "expired, %zu unconfirmed, %zu other address, %zu no sale\n",
	    WORLDS * ASKED, seen[0], seen[OMNI_REASON_WITHDRAWN],
	    seen[OMNI_REASON_NO_CONSENT], seen[OMNI_REASON_EXPIRED],
	    seen[OMNI_REASON_NOT_CONFIRMED],
	    seen[OMNI_REASON_OTHER_ADDRESS], seen[OMNI_REASON_NO_SALE]);
	for (i = 0; i < 100; i++)
		if (i == 0 || (i >= OMNI_REASON_WITHDRAWN &&
		    i <= OMNI_REASON_NO_SALE &&
		    i != OMNI_REASON_OBJECTED_LAST))
			assert_true(seen[i] > 1000);
}

/* Whoever says no more often never gets more. */
static void
a_no_more_never_makes_a_yes(void **state)
{
	static struct library less, more;
	struct harness h = bare_harness(__func__);
	struct world w = { .count = 0 };
	size_t changed = 0;
	int i, k;

	(void)state;
	for (i = 0; i < WORLDS / 4; i++) {
		random_world(&h, &w);
		if (w.count == MOST)
			w.count--;
		build(&less, &w);
		random_plain(&h, &w, w.count++);
		w.plain[w.count - 1].said = OMNI_SAID_WITHDRAW;
		build(&more, &w);
		for (k = 0; k < ASKED; k++) {
			struct asked q;
			struct verdict a, b;

			random_asked(&h, &q);
			a = ask(&less, &q);
			b = ask(&more, &q);
			assert_true(a.reason == 0 || b.reason != 0);
			assert_true(a.no == 0 || b.no != 0);
			changed += a.reason == 0 && b.reason != 0;
		}
	}
	printf("# %zu times a no more took a yes away\n", changed);
	assert_true(changed > 1000);
}

/* ---- every short history -------------------------------------------- */

#define OFFER 2
#define HATS 3
#define EMAIL 1

/* What can be said, one a day.  A yes that has seen knows of all before. */
static const struct plain letters[] = {
	{ .said = OMNI_SAID_GRANT, .purpose = OFFER, .channel = -1,
	    .brand = -1, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_GRANT, .purpose = EVERYTHING, .channel = -1,
	    .brand = -1, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_GRANT, .purpose = OFFER, .channel = EMAIL,
	    .brand = -1, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_GRANT, .purpose = OFFER, .channel = EMAIL,
	    .brand = -1, .wording = -1, .address = 0, .source = 1 },
	{ .said = OMNI_SAID_GRANT, .purpose = HATS, .channel = -1,
	    .brand = 0, .wording = -1, .address = -1, .source = 1,
	    .seen = (1 << MOST) - 1 },
	{ .said = OMNI_SAID_GRANT, .purpose = OFFER,
	    .channel = -1, .medium = OMNI_MEDIUM_DIGITAL, .brand = -1,
	    .wording = 0, .address = -1 },
	{ .said = OMNI_SAID_WITHDRAW, .purpose = EVERYTHING, .channel = -1,
	    .brand = -1, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_WITHDRAW, .purpose = OFFER, .channel = EMAIL,
	    .brand = -1, .wording = -1, .address = -1, .source = 1 },
	{ .said = OMNI_SAID_WITHDRAW, .purpose = HATS, .channel = -1,
	    .medium = OMNI_MEDIUM_DIGITAL, .brand = -1, .wording = -1,
	    .address = 1 },
	{ .said = OMNI_SAID_WITHDRAW, .purpose = HATS, .channel = -1,
	    .brand = 0, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_CONFIRM, .purpose = OFFER, .channel = -1,
	    .brand = -1, .wording = -1, .address = -1 },
	{ .said = OMNI_SAID_CONFIRM, .purpose = OFFER, .channel = EMAIL,
	    .brand = -1, .wording = -1, .address = 0 },
	/* Only of those that are looked at one by one: */
	{ .said = OMNI_SAID_WITHDRAW, .purpose = OFFER, .channel = -1,
	    .medium = OMNI_MEDIUM_PHYSICAL, .brand = -1, .wording = -1,
	    .address = -1 },
	{ .said = OMNI_SAID_WITHDRAW, .purpose = OFFER, .channel = -1,
	    .medium = OMNI_MEDIUM_DIGITAL, .brand = -1, .wording = -1,
	    .address = -1 },
};
#define LETTERS ((int)OMNI__COUNT(letters) - 2)
#define LENGTH 4

static void
small_world(struct world *w, int confirm)
{
	int i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < PURPOSES; i++) {
		w->since[i] = DAY(-1);
		w->basis[i] = OMNI_BASIS_CONSENT;
		w->confirm[i] = confirm;
		w->on_channel[i] = -1;
	}
	w->since[HATS] = DAY(1);
	w->wording_days = 3;
	w->wording_until = DAY(3);
}

static void
spell(struct world *w, int length, int number)
{
	int i;

	for (i = 0; i < length; i++, number /= LETTERS) {
		w->plain[i] = letters[number % LETTERS];
		w->plain[i].time = DAY(i);
		w->plain[i].fact = i + 1;
		w->plain[i].mark = i;
	}
	w->count = length;
}

static size_t
ask_small(const struct library *l, const struct world *w)
{
	struct asked q = { .region = 0, .at = DAY(LENGTH) };
	size_t cases = 0;

	for (q.purpose = OFFER; q.purpose <= HATS; q.purpose++)
		for (q.channel = EMAIL; q.channel <= EMAIL + 1; q.channel++)
			for (q.brand = -1; q.brand < 1; q.brand++)
				for (q.address = 0; q.address < 2;
				    q.address++, cases++)
					(void)assert_agreed(l, w, &q);
	return cases;
}

static void
every_short_history_is_what_the_law_says(void **state)
{
	static struct library library;
	struct world w;
	size_t cases = 0;
	int confirm, length, number, most;

	(void)state;
	for (confirm = 0; confirm < 2; confirm++) {
		small_world(&w, confirm * 2 * 86400);
		for (length = 0, most = 1; length <= LENGTH; length++) {
			for (number = 0; number < most; number++) {
				spell(&w, length, number);
				build(&library, &w);
				cases += ask_small(&library, &w);
			}
			most *= LETTERS;
		}
	}
	printf("# %zu cases\n", cases);
	assert_true(cases > 700000);
}

/* ---- how each stands ------------------------------------------------ */

struct standing {
	const char *story;
	int letters[4];		/* 1 + index; 0: no more */
	int confirm;
	int stand[4], by[4];
};

#define GRANT 1
#define GRANT_ALL 2
#define GRANT_MAIL 3
#define GRANT_DAYS 6
#define STOP_ALL 7
#define STOP_MAIL_WEB 8
#define CONFIRM 11
#define STOP_POST 13
#define STOP_DIGITAL 14

static const struct standing standings[] = {
	{ "a yes holds", { GRANT }, 0, { OMNI_STANDING_HOLDS }, { 0 } },
	{ "a no takes a yes back", { GRANT, STOP_ALL }, 0,
	    { OMNI_STANDING_WITHDRAWN, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "a narrower no leaves the rest", { GRANT, STOP_MAIL_WEB }, 0,
	    { OMNI_STANDING_HOLDS, OMNI_STANDING_HOLDS }, { 0, 0 } },
	{ "a yes lifts a no of its scope", { STOP_ALL, GRANT_ALL }, 0,
	    { OMNI_STANDING_LIFTED, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "a narrower yes leaves the rest", { STOP_ALL, GRANT }, 0,
	    { OMNI_STANDING_HOLDS, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "another source lifts nothing", { STOP_MAIL_WEB, GRANT_MAIL }, 0,
	    { OMNI_STANDING_HOLDS, OMNI_STANDING_WITHDRAWN }, { 0, 1 } },
	{ "said anew", { GRANT_MAIL, GRANT }, 0,
	    { OMNI_STANDING_REPLACED, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "refused anew", { STOP_ALL, STOP_ALL }, 0,
	    { OMNI_STANDING_REPLACED, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "a no to a medium is one to its channels",
	    { GRANT_MAIL, STOP_DIGITAL }, 0, { OMNI_STANDING_WITHDRAWN,
	    OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "and to no others", { GRANT_MAIL, STOP_POST }, 0,
	    { OMNI_STANDING_HOLDS, OMNI_STANDING_HOLDS }, { 0, 0 } },
	{ "a yes to a channel lifts a part",
	    { STOP_DIGITAL, GRANT_MAIL }, 0, { OMNI_STANDING_HOLDS,
	    OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "the words have expired", { GRANT_DAYS }, 0,
	    { OMNI_STANDING_EXPIRED }, { 0 } },
	{ "not confirmed", { GRANT }, 86400,
	    { OMNI_STANDING_PENDING }, { 0 } },
	{ "confirmed", { GRANT, CONFIRM }, 86400,
	    { OMNI_STANDING_HOLDS, OMNI_STANDING_HOLDS }, { 2, 0 } },
	{ "confirmed too late", { GRANT, STOP_MAIL_WEB, CONFIRM }, 86400,
	    { OMNI_STANDING_PENDING, OMNI_STANDING_HOLDS,
	    OMNI_STANDING_EXPIRED }, { 0, 0, 0 } },
	{ "refused before it was confirmed", { GRANT, STOP_ALL, CONFIRM },
	    3 * 86400, { OMNI_STANDING_WITHDRAWN, OMNI_STANDING_HOLDS,
	    OMNI_STANDING_EXPIRED }, { 2, 0, 0 } },
};

static void
a_statement_stands_as_the_law_has_it(void **state)
{
	static struct library library;
	const struct omni__said *by;
	struct world w;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < OMNI__COUNT(standings); i++) {
		const struct standing *s = &standings[i];

		small_world(&w, s->confirm);
		for (k = 0; k < 4 && s->letters[k] != 0; k++) {
			w.plain[k] = letters[s->letters[k] - 1];
			w.plain[k].time = DAY(k);
			w.plain[k].fact = k + 1;
		}
		w.count = k;
		build(&library, &w);
		for (k = 0; k < w.count; k++) {
			int got = omni__standing(library.said,
			    library.count, (size_t)k, &library.rules,
			    DAY(LENGTH), &by);
			int fact = by != NULL ? (int)by->fact : 0;

			if (got != s->stand[k] || fact != s->by[k])
				fail_msg("%s: %d stands %d by %d", s->story,
				    k + 1, got, fact);
		}
	}
}

#define ROUNDS 500

/* Yes, yes indeed, no: the list of a long life takes no long time. */
static void
very_many_statements_are_judged(void **state)
{
	static const int32_t said[] = {
		OMNI_SAID_GRANT, OMNI_SAID_CONFIRM, OMNI_SAID_WITHDRAW
	};
	static struct library library;
	static struct omni__said many[3 * ROUNDS];
	const struct omni__said *by;
	struct world w;
	size_t i;

	(void)state;
	small_world(&w, 86400);
	for (w.count = 0; w.count < 3; w.count++) {
		w.plain[w.count] = letters[0];
		w.plain[w.count].said = said[w.count];
		w.plain[w.count].fact = w.count + 1;
	}
	build(&library, &w);
	for (i = 0; i < OMNI__COUNT(many); i++) {
		many[i] = library.said[i % 3];
		many[i].fact = (int64_t)i + 1;
		many[i].happened = DAY(0) + (int64_t)i * OMNI__SECOND;
	}
	for (i = 0; i < OMNI__COUNT(many); i++) {
		bool last = i + 3 >= OMNI__COUNT(many);
		int32_t got = omni__standing(many, OMNI__COUNT(many), i,
		    &library.rules, DAY(LENGTH), &by);

		assert_int_equal(got, i % 3 == 0 ? OMNI_STANDING_WITHDRAWN :
		    i % 3 == 1 || last ? OMNI_STANDING_HOLDS :
		    OMNI_STANDING_LIFTED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permission_is_what_the_law_says),
		cmocka_unit_test(a_no_more_never_makes_a_yes),
		cmocka_unit_test(every_short_history_is_what_the_law_says),
		cmocka_unit_test(a_statement_stands_as_the_law_has_it),
		cmocka_unit_test(very_many_statements_are_judged),
	};

	return cmocka_run_group_tests_name("permission", tests, NULL, NULL);
}
