/*
 * Sales to put into a store: each names its customer by a card, has a
 * receipt number and belongs to one order.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

#define START INT64_C(1735689600000000)
#define CARD_BATCH 10000

const char bench_body[] = "{\"amount\":715,\"currency\":\"SEK\"}";

void
bench_sale_make(struct bench_sale *sale, size_t i, size_t customers)
{
	uint64_t who = bench_mix(i) % customers;

	(void)snprintf(sale->card, sizeof(sale->card), "C%08llu",
	    (unsigned long long)who);
	(void)snprintf(sale->source, sizeof(sale->source),
	    "/pos/store-3/till-1");
	(void)snprintf(sale->receipt, sizeof(sale->receipt), "R%09zu", i);
	(void)snprintf(sale->order, sizeof(sale->order), "%llu",
	    (unsigned long long)(bench_mix(i + 7) % 100000000));
	sale->time = START + (int64_t)i * 20000000;
}

void
bench_sale_add(omni *db, omni_batch *batch, const struct bench_sale *sale)
{
	omni_interaction *it = omni_interaction_new("store", "purchase");
	omni_record *who = omni_record_new();

	(void)omni_record_add(who, "loyalty", sale->card);
	(void)omni_interaction_set_key(it, sale->source, sale->receipt);
	(void)omni_interaction_set_who(it, who);
	(void)omni_interaction_set_time(it, sale->time);
	(void)omni_interaction_add_reference(it, "order", sale->order);
	(void)omni_interaction_set_body(it, bench_body);
	bench_ok(db, omni_batch_add_interaction(batch, it), "add");
	omni_record_free(who);
	omni_interaction_free(it);
}

void
bench_commit(omni *db, omni_batch *batch)
{
	omni_status status;

	if (omni_batch_count(batch) == 0)
		return;
	status = omni_batch_commit(batch);
	bench_ok(db, status, "commit");
	bench_check(status == OMNI_OK, "an item of a batch");
	omni_batch_clear(batch);
}

void
bench_cards_put(omni *db, size_t customers)
{
	omni_batch *batch;
	size_t i;
	char card[24];

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = 0; i < customers; i++) {
		omni_record *who = omni_record_new();

		(void)snprintf(card, sizeof(card), "C%08zu", i);
		(void)omni_record_add(who, "loyalty", card);
		(void)omni_record_set_time(who, START - 1);
		bench_ok(db, omni_batch_add_record(batch, who), "add");
		omni_record_free(who);
		if (omni_batch_count(batch) == CARD_BATCH)
			bench_commit(db, batch);
	}
	bench_commit(db, batch);
	omni_batch_free(batch);
}

void
bench_sales_put(omni *db, size_t from, size_t to, size_t customers,
    size_t most)
{
	struct bench_sale sale;
	omni_batch *batch;
	size_t i;

	bench_ok(db, omni_batch_new(db, &batch), "batch");
	for (i = from; i < to; i++) {
		bench_sale_make(&sale, i, customers);
		bench_sale_add(db, batch, &sale);
		if ((size_t)omni_batch_count(batch) == most)
			bench_commit(db, batch);
	}
	bench_commit(db, batch);
	omni_batch_free(batch);
}
