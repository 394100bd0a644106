/*
 * A customer whom many systems know: one card at many tills is one stream of
 * interactions; many keyed records are as many streams, merged.
 */
#include <stdio.h>

#include "bench.h"

#define CARDS 40		/* of each sort */
#define SALES 300		/* of each card */
#define ROUNDS 50
#define ASKED (CARDS * ROUNDS)
#define START INT64_C(1767225600000000)
#define HOUR INT64_C(3600000000)

static void
card_name(char out[24], size_t tills, size_t card)
{
	(void)snprintf(out, 24, "T%03zu%05zu", tills, card);
}

/* As many sales for either sort of card, at the same times: only the number
 * of tills they come from differs. */
static void
put_cards(omni *db, size_t tills)
{
	struct bench_sale sale;
	omni_batch *batch;
	size_t i, card;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < SALES; i++) {
		for (card = 0; card < CARDS; card++) {
			bench_sale_make(&sale, i, 1);
			card_name(sale.card, tills, card);
			(void)snprintf(sale.source, sizeof(sale.source),
			    "/pos/store-%zu/till-%zu", i % tills / 4,
			    i % tills % 4);
			(void)snprintf(sale.receipt, sizeof(sale.receipt),
			    "T%zu-%zu-%zu", tills, card, i);
			sale.time = START + (int64_t)i * HOUR;
			bench_sale_add(db, batch, &sale);
		}
		bench_commit(db, batch);
	}
	omni_batch_free(batch);
}

static void
say(const char *what, double *times, size_t count)
{
	double median = bench_quantile(times, count, .5);

	(void)printf("  %s: median %.1f us, p99 %.1f us\n", what, median,
	    bench_quantile(times, count, .99));
}

void
bench_tills(omni *db)
{
	static double few[ASKED], many[ASKED];
	size_t i, round;
	double ratio;
	char card[24];

	put_cards(db, 3);
	put_cards(db, 300);
	for (round = 0; round < 2 * ROUNDS; round++) {
		size_t at = round % ROUNDS * CARDS;

		for (i = 0; i < CARDS; i++) {
			card_name(card, 3, i);
			few[at + i] = bench_look(db, card);
		}
		for (i = 0; i < CARDS; i++) {
			card_name(card, 300, i);
			many[at + i] = bench_look(db, card);
		}
	}
	ratio = bench_quantile(many, ASKED, .5) /
	    bench_quantile(few, ASKED, .5);
	(void)printf("20 newest of a card with %d sales, seen at 300 tills "
	    "beside 3: %.2f x the time\n", SALES, ratio);
	say("at 3 tills", few, ASKED);
	say("at 300 tills", many, ASKED);
}

/* ---- 300 keyed records ---------------------------------------------- */

#define KEYED 300

static omni_record *
keyed_record(size_t i)
{
	omni_record *who = omni_record_new();
	char source[40];

	(void)snprintf(source, sizeof(source), "branch-%zu", i);
	(void)omni_record_set_source(who, source, "K1");
	(void)omni_record_set_time(who, START + (int64_t)i);
	(void)omni_record_add(who, "name.full", "Ingrid Solheim");
	(void)omni_record_add(who, "loyalty", "K00000300");
	return who;
}

/* Two batches: a row of every branch, and a sale of every row. */
static void
put_keyed(omni *db)
{
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < KEYED; i++) {
		omni_record *who = keyed_record(i);

		bench_ok(db, omni_batch_add_record(batch, who), "add");
		omni_record_free(who);
	}
	bench_commit(db, batch);
	for (i = 0; i < KEYED; i++) {
		omni_interaction *it = omni_interaction_new("store",
		    "purchase");
		omni_record *who = keyed_record(i);

		(void)omni_interaction_set_who(it, who);
		(void)omni_interaction_set_time(it,
		    START + (int64_t)i * HOUR);
		bench_ok(db, omni_batch_add_interaction(batch, it), "add");
		omni_interaction_free(it);
		omni_record_free(who);
	}
	bench_commit(db, batch);
	omni_batch_free(batch);
}

void
bench_keyed(omni *db)
{
	static double times[200];
	omni_customer *customer = NULL;
	double start = bench_seconds(), took;
	int32_t records;
	size_t i;

	put_keyed(db);
	took = bench_seconds() - start;
	bench_ok(db, omni_customer_of(db, "branch-0", "K1", &customer),
	    "customer");
	records = omni_customer_record_count(customer);
	omni_customer_free(customer);
	for (i = 0; i < 200; i++)
		times[i] = bench_look(db, "K00000300");
	(void)printf("20 newest of a customer of %d keyed records, a sale "
	    "each (put in %.3f s)\n", (int)records, took);
	say("300 streams merged", times, 200);
}
