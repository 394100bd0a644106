/*
 * A store to route messages in: twelve channels, four purposes, three caps and
 * a window; made-up customers, most of one record; what they said and were
 * sent.  Some said very much: those are asked about one by one.
 */
#ifndef BENCH_MAIL_H
#define BENCH_MAIL_H

#include <stddef.h>

#include "omni.h"

#define MAIL_STATEMENTS 50
#define MAIL_MESSAGES 20

void mail_define(omni *db);
/* In bulk; the sizes of batches after. */
void mail_people(omni *db, size_t customers);
/* A yes or two of everybody, and a message that each second one was sent. */
void mail_everybody(omni *db, size_t customers, size_t batch);
/* Of the first so many: another record with more addresses, fifty statements,
 * twenty messages of the last month. */
void mail_sample(omni *db, size_t customers, size_t count, size_t batch);
/* The key of a customer's first record; its source is "all". */
void mail_key(char out[24], size_t customer);

#endif
