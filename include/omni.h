/*
 * libomni: one memory of the customer, on every channel.
 *
 * This header is the whole public contract.  It compiles alone as C11 and
 * as C++.
 *
 * Ownership, in three sentences.  What you get through a `T **` argument you
 * free with its own _free, in any order, NULL too.  What you get as `const`
 * is borrowed until the documented call (when nothing is said: until its
 * owner is changed or freed).  What you pass in is copied before the call
 * returns.
 *
 * Strings are UTF-8 and NUL-terminated.  Times are int64_t microseconds
 * since 1970-01-01 UTC.  Calls that can fail return an omni_status: 0 is
 * success, positive is an outcome that is no error, negative is a failure
 * whose text is omni_errmsg() of the handle.
 *
 * Distinct handles may be used at the same time by different threads.  One
 * handle serves one thread at a time, any thread; a second one gets
 * OMNI_BUSY.  The _free calls may come from any thread at any time.
 */
#ifndef OMNI_H
#define OMNI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OMNI_API __attribute__((visibility("default")))
#else
#define OMNI_API
#endif

#define OMNI_VERSION_MAJOR	0
#define OMNI_VERSION_MINOR	1
#define OMNI_VERSION_PATCH	0

/* ---- statuses ------------------------------------------------------- */

typedef int32_t omni_status;

/* name, number, meaning.  Numbers are never reused. */
#define OMNI_STATUS_MAP(X) \
	X(OK, 0, "success") \
	X(DONE, 1, "no more items") \
	X(DUPLICATE, 2, "already held with the same content") \
	X(NONE, 3, "nobody and nothing fits") \
	X(SEVERAL, 4, "more than one customer is possible") \
	X(PENDING, 5, "done, but completed only after a reader ends") \
	X(PARTIAL, 6, "done, but some items were rejected") \
	X(NOMEM, -1, "out of memory") \
	X(MISUSE, -2, "the call does not fit the state of its object") \
	X(INVALID, -3, "an argument or a field has a bad value") \
	X(CONFLICT, -4, "the same key is held with other content") \
	X(ERASED, -5, "what this is about was erased") \
	X(BUSY, -6, "the handle or the store is in use elsewhere") \
	X(IO, -7, "reading or writing storage failed") \
	X(FULL, -8, "storage or its quota is full") \
	X(CORRUPT, -9, "the store is damaged") \
	X(FOREIGN, -10, "the file or database is not a libomni store") \
	X(NEWER, -11, "the store was made by a newer libomni") \
	X(READONLY, -12, "the store cannot be written") \
	X(MISSING, -13, "there is no such store") \
	X(UNREACHABLE, -14, "the database server cannot be reached") \
	X(INTERRUPTED, -15, "the call was interrupted") \
	X(FORKED, -16, "the handle belongs to the parent process") \
	X(MISMATCH, -17, "the store was set up with another value") \
	X(UNSUPPORTED, -18, "this build or store cannot do that") \
	X(INTERNAL, -19, "a defect in libomni") \
	X(UNDEFINED, -20, "a channel, purpose or kind is not defined") \
	X(EXPIRED, -21, "it was valid once, and is no more")

enum {
#define OMNI_STATUS_CONSTANT(name, number, text) OMNI_##name = (number),
	OMNI_STATUS_MAP(OMNI_STATUS_CONSTANT)
#undef OMNI_STATUS_CONSTANT
	OMNI_STATUS_LIMIT = 0x7fffffff
};

/* "OMNI_BUSY"; "OMNI_?" for a number that is none.  Static. */
OMNI_API const char *omni_status_name(omni_status status);
/* The meaning in words.  Static. */
OMNI_API const char *omni_status_text(omni_status status);

/* The version of the library that runs: major << 16 | minor << 8 | patch. */
OMNI_API int32_t omni_version_number(void);
OMNI_API const char *omni_version(void);

/* ---- times ---------------------------------------------------------- */

/* "Not given": a record whose source did not say when it was true. */
#define OMNI_TIME_UNKNOWN	INT64_MIN
/* "Now", by the clock of the handle. */
#define OMNI_NOW		INT64_MAX

OMNI_API int64_t omni_time_unknown(void);
OMNI_API int64_t omni_now(void);
/* ISO 8601 ("2025-01-31", "2025-01-31T08:00:00.5Z", "...+02:00") to time. */
OMNI_API omni_status omni_time_parse(const char *text, int64_t *time);
/* Time to ISO 8601 UTC; out takes OMNI_TIME_SIZE bytes. */
#define OMNI_TIME_SIZE		40
OMNI_API omni_status omni_time_format(int64_t time, char *out, size_t size);

/* ---- opening a store ------------------------------------------------ */

typedef struct omni omni;
typedef struct omni_config omni_config;

/* realloc-like: size 0 frees; NULL means out of memory. */
typedef void *(*omni_allocate_fn)(void *user, void *memory, size_t size);
typedef int64_t (*omni_clock_fn)(void *user);
/* Fills with unpredictable bytes; returns 0, or non-zero on failure. */
typedef int32_t (*omni_random_fn)(void *user, void *out, size_t size);
typedef void (*omni_log_fn)(void *user, int32_t level, const char *message);

#define OMNI_LOG_ERROR		1
#define OMNI_LOG_WARNING	2
#define OMNI_LOG_NOTICE		3

#define OMNI_MODE_CREATE	0	/* open, make what is missing */
#define OMNI_MODE_EXISTING	1	/* open only what is there */
#define OMNI_MODE_READONLY	2	/* open only what is there, to read */

#define OMNI_DURABLE_FULL	0	/* a commit survives a power cut */
#define OMNI_DURABLE_NORMAL	1	/* ... survives a crash of ours */

/* NULL when out of memory.  One config may open many stores; it may be
 * freed right after omni_open. */
OMNI_API omni_config *omni_config_new(void);
OMNI_API void omni_config_free(omni_config *config);
/* Default region of phone numbers, ISO 3166 alpha-2 ("SE").  Kept by the
 * store: a differing value at a later open is OMNI_MISMATCH. */
OMNI_API omni_status omni_config_set_region(omni_config *config,
    const char *region);
/* The folder of the system's time zones (TZif files); "/usr/share/zoneinfo"
 * unless set. */
OMNI_API omni_status omni_config_set_zoneinfo(omni_config *config,
    const char *path);
/* The secret that signs tokens (omni_token_make), 32 bytes or more; the host
 * keeps it, the store never does. */
OMNI_API omni_status omni_config_set_token_key(omni_config *config,
    const void *key, size_t size);
/* Default time zone, an IANA name ("Europe/Stockholm"); kept likewise. */
OMNI_API omni_status omni_config_set_zone(omni_config *config,
    const char *zone);
/* The tenant's key, 32 bytes: replicas of one tenant share it.  Made at
 * random when a store is created without one; kept likewise. */
OMNI_API omni_status omni_config_set_tenant_key(omni_config *config,
    const void *key, size_t size);
/* OMNI_MODE_*. */
OMNI_API omni_status omni_config_set_mode(omni_config *config, int32_t mode);
/* OMNI_DURABLE_*. */
OMNI_API omni_status omni_config_set_durability(omni_config *config,
    int32_t durability);
/* How long to wait for another writer or for the server, in milliseconds
 * (10,000 unless set). */
OMNI_API omni_status omni_config_set_timeout(omni_config *config,
    int32_t milliseconds);
/* Absolute path of libomni-postgres.so; beside libomni.so unless set. */
OMNI_API omni_status omni_config_set_module(omni_config *config,
    const char *path);
OMNI_API omni_status omni_config_set_allocator(omni_config *config,
    omni_allocate_fn allocate, void *user);
OMNI_API omni_status omni_config_set_clock(omni_config *config,
    omni_clock_fn clock, void *user);
OMNI_API omni_status omni_config_set_random(omni_config *config,
    omni_random_fn random, void *user);
/* The sink is called on the thread that made the call into libomni, and
 * must not call libomni with the same handle. */
OMNI_API omni_status omni_config_set_log(omni_config *config,
    omni_log_fn log, void *user);
/* What went wrong last with this config or an omni_open of it.  Never
 * NULL; valid until the next call on the config. */
OMNI_API const char *omni_config_errmsg(const omni_config *config);

/* Opens the store at a path (SQLite; "file:" and ":memory:" are not special)
 * or at a "postgresql://" URL.  On failure *db is NULL and the text is in
 * omni_config_errmsg.  config may be NULL for defaults, without a text. */
OMNI_API omni_status omni_open(omni_config *config, const char *url,
    omni **db);
/* NULL is fine.  Cursors that are still open keep working; the last one
 * frees the store. */
OMNI_API void omni_close(omni *db);
/* Why the last call on this handle failed and what to do.  Never NULL;
 * valid until the next call on the handle. */
OMNI_API const char *omni_errmsg(const omni *db);
/* Makes a call that runs on another thread return OMNI_INTERRUPTED soon.
 * The only call that may be made while another thread is inside. */
OMNI_API void omni_interrupt(omni *db);

OMNI_API const char *omni_region(const omni *db);
OMNI_API const char *omni_zone(const omni *db);

/* ---- the store as a whole ------------------------------------------- */

/* Copies the store, in use or not, to a new file.  SQLite only; a server
 * has its own tools (OMNI_UNSUPPORTED). */
OMNI_API omni_status omni_backup(omni *db, const char *path);
/* Does due housekeeping (checkpoints, statistics) for about that long;
 * OMNI_DONE when nothing is left to do, OMNI_OK when there is more. */
OMNI_API omni_status omni_maintain(omni *db, int32_t milliseconds);

typedef struct omni_report omni_report;
/* Checks storage and that every projection equals what the facts say.  Keeps
 * other writers out while it runs.
 * OMNI_CORRUPT when it does not; the report then tells what. */
OMNI_API omni_status omni_check(omni *db, omni_report **report);
/* Makes every projection anew from the facts. */
OMNI_API omni_status omni_rebuild(omni *db);
OMNI_API int32_t omni_report_count(const omni_report *report);
OMNI_API const char *omni_report_line(const omni_report *report, int32_t i);
OMNI_API void omni_report_free(omni_report *report);

/* ---- the model: what agreement is worth ------------------------------ */

/* Told what is done, in thousandths, on the calling thread; a result that is
 * not 0 ends the call with OMNI_INTERRUPTED.  Must not use the handle. */
typedef int32_t (*omni_progress_fn)(void *user, int32_t done);

/* Learns from the records that are there how much each agreement says about
 * who is who, stores that as a model, and resolves everybody anew.  progress
 * may be NULL.  OMNI_NONE when there are no two keyed records. */
OMNI_API omni_status omni_model_train(omni *db, omni_progress_fn progress,
    void *user);
/* The governing model, or the defaults, as JSON; omni_text_free. */
OMNI_API omni_status omni_model_export(omni *db, char **text);
/* Stores such a text as the model that governs from now on, and resolves
 * everybody anew.  OMNI_INVALID names the member that is wrong.  fact may be
 * NULL. */
OMNI_API omni_status omni_model_import(omni *db, const char *text,
    int64_t *fact);

typedef struct omni_model omni_model;
/* What governs now. */
OMNI_API omni_status omni_model_get(omni *db, omni_model **model);
OMNI_API void omni_model_free(omni_model *model);
/* The fact that it is, 0: the defaults; and when it was told. */
OMNI_API int64_t omni_model_version(const omni_model *model);
OMNI_API int64_t omni_model_time(const omni_model *model);
/* What it learned from: keyed records (0: nothing), candidate pairs, and how
 * many of those it believes to be one person's. */
OMNI_API int64_t omni_model_records(const omni_model *model);
OMNI_API int64_t omni_model_pairs(const omni_model *model);
OMNI_API int64_t omni_model_matches(const omni_model *model);
/* In bits: from where two customers are one, and surely one. */
OMNI_API double omni_model_join(const omni_model *model);
OMNI_API double omni_model_sure(const omni_model *model);
/* 1 when the store has outgrown it fourfold: train. */
OMNI_API int32_t omni_model_advice(const omni_model *model);

/* ---- records: what one source says about one person ----------------- */

typedef struct omni_record omni_record;

/* The most bytes of one string that is passed in. */
#define OMNI_TEXT_MAX		65536
#define OMNI_FEATURES_MAX	256

OMNI_API omni_record *omni_record_new(void);
OMNI_API void omni_record_free(omni_record *record);
/* With a source and a key the record is a row of that system and can be
 * changed later.  Without, it is an inline identity: its features. */
OMNI_API omni_status omni_record_set_source(omni_record *record,
    const char *source, const char *key);
/* When the source says this became true.  Give it when rows change: of two
 * versions without a time a hash of their content says which is current. */
OMNI_API omni_status omni_record_set_time(omni_record *record, int64_t time);
/* Adds a feature: omni_kind_name lists the kinds, "attr.*" is free, and a host
 * defines others (omni_kind_put): whether the store knows it, the put tells.
 * Empty values (also after trimming) are left out. */
OMNI_API omni_status omni_record_add(omni_record *record, const char *kind,
    const char *value);
OMNI_API const char *omni_record_source(const omni_record *record);
OMNI_API const char *omni_record_key(const omni_record *record);
OMNI_API int64_t omni_record_time(const omni_record *record);
OMNI_API int32_t omni_record_count(const omni_record *record);
OMNI_API const char *omni_record_kind(const omni_record *record, int32_t i);
OMNI_API const char *omni_record_value(const omni_record *record, int32_t i);
/* Why the last setter failed; never NULL. */
OMNI_API const char *omni_record_errmsg(const omni_record *record);

/* Stores a version and resolves it.  fact (NULL if not wanted) becomes the
 * number of the fact in this store.  OMNI_DUPLICATE when that version is
 * held; OMNI_ERASED when the record was erased later than its time. */
OMNI_API omni_status omni_record_put(omni *db, const omni_record *record,
    int64_t *fact);
/* Removes the record: customers become what they would be had it never
 * come.  OMNI_NONE when it is not there.  Putting it again restores it. */
OMNI_API omni_status omni_record_remove(omni *db, const char *source,
    const char *key);
/* The i-th built-in kind, NULL behind the last. */
OMNI_API const char *omni_kind_name(int32_t i);

/* ---- kinds: what a host's own features are like --------------------- */

typedef struct omni_kind omni_kind;
typedef struct omni_kinds omni_kinds;

/* Which of a customer's values survives in the profile. */
#define OMNI_RULE_RECENT	1	/* the one said last */
#define OMNI_RULE_FREQUENT	2	/* that most records say */
#define OMNI_RULE_VERIFIED	3	/* a verified address, else recent */
#define OMNI_RULE_SOURCE	4	/* of the first source that has one */

/* name: a new one, or a built-in one, of which the veto, the rule and the
 * sources can be set. */
OMNI_API omni_kind *omni_kind_new(const char *name);
OMNI_API void omni_kind_free(omni_kind *kind);
/* "fold" (unless set), "code", "name", "family", "date", "email", "phone",
 * "street", "postcode". */
OMNI_API omni_status omni_kind_set_normaliser(omni_kind *kind,
    const char *normaliser);
/* "exact" (unless set), "code", "words", "name", "date", "email", "street",
 * "postcode". */
OMNI_API omni_status omni_kind_set_comparator(omni_kind *kind,
    const char *comparator);
/* Non-zero: a value points at a person by itself. */
OMNI_API omni_status omni_kind_set_identifier(omni_kind *kind,
    int32_t identifier);
/* Non-zero: nobody else has it; it weighs heavily both ways. */
OMNI_API omni_status omni_kind_set_exclusive(omni_kind *kind,
    int32_t exclusive);
/* Non-zero: a person has one at a time. */
OMNI_API omni_status omni_kind_set_single(omni_kind *kind, int32_t single);
/* Non-zero: it does not change in a life. */
OMNI_API omni_status omni_kind_set_stable(omni_kind *kind, int32_t stable);
/* How many per cent of two people of one household share it. */
OMNI_API omni_status omni_kind_set_shared(omni_kind *kind, int32_t percent);
/* Non-zero: who differ in it are never one.  A near miss is no difference,
 * nor do two differ who have a value in common. */
OMNI_API omni_status omni_kind_set_veto(omni_kind *kind, int32_t veto);
OMNI_API omni_status omni_kind_set_rule(omni_kind *kind, int32_t rule);
/* The next source in the order of OMNI_RULE_SOURCE. */
OMNI_API omni_status omni_kind_add_source(omni_kind *kind,
    const char *source);
OMNI_API omni_status omni_kind_set_key(omni_kind *kind, const char *source,
    const char *key);
OMNI_API omni_status omni_kind_set_time(omni_kind *kind, int64_t time);
OMNI_API const char *omni_kind_errmsg(const omni_kind *kind);
/* Defines it or changes it.  When that changes what is evidence, everybody is
 * resolved anew.  OMNI_INVALID: there are 12 kinds of the host already. */
OMNI_API omni_status omni_kind_put(omni *db, const omni_kind *kind,
    int64_t *fact);
/* As it holds; a built-in one also when nobody put it.  OMNI_NONE. */
OMNI_API omni_status omni_kind_get(omni *db, const char *name,
    omni_kind **kind);
OMNI_API const char *omni_kind_of_name(const omni_kind *kind);
OMNI_API const char *omni_kind_normaliser(const omni_kind *kind);
OMNI_API const char *omni_kind_comparator(const omni_kind *kind);
OMNI_API int32_t omni_kind_identifier(const omni_kind *kind);
OMNI_API int32_t omni_kind_exclusive(const omni_kind *kind);
OMNI_API int32_t omni_kind_single(const omni_kind *kind);
OMNI_API int32_t omni_kind_stable(const omni_kind *kind);
OMNI_API int32_t omni_kind_shared(const omni_kind *kind);
OMNI_API int32_t omni_kind_veto(const omni_kind *kind);
OMNI_API int32_t omni_kind_rule(const omni_kind *kind);
OMNI_API int32_t omni_kind_source_count(const omni_kind *kind);
OMNI_API const char *omni_kind_source(const omni_kind *kind, int32_t i);
/* All kinds: the built-in ones, then the host's by name. */
OMNI_API omni_status omni_kinds_open(omni *db, omni_kinds **kinds);
OMNI_API int32_t omni_kinds_count(const omni_kinds *kinds);
OMNI_API const omni_kind *omni_kinds_at(const omni_kinds *kinds, int32_t i);
OMNI_API void omni_kinds_free(omni_kinds *kinds);

/* ---- customers ------------------------------------------------------ */

typedef struct omni_customer omni_customer;
typedef struct omni_matches omni_matches;
typedef struct omni_explanation omni_explanation;	/* see why */

/* Customer and record ids are 32 lower-case hexadecimal digits. */
#define OMNI_ID_SIZE		33

/* Who is this?  Writes nothing.  OMNI_OK: that customer; OMNI_SEVERAL: see
 * omni_customer_search; OMNI_NONE: nobody.  *customer is NULL unless OK. */
OMNI_API omni_status omni_customer_find(omni *db, const omni_record *who,
    omni_customer **customer);
/* By any id ever handed out.  OMNI_NONE when there was none such. */
OMNI_API omni_status omni_customer_get(omni *db, const char *id,
    omni_customer **customer);
/* Non-zero: from now on the handle reads as customers only what is surely one
 * person (the model's second threshold); a customer may fall into several such
 * parts, each called by its oldest record.  For what is shown to customers
 * themselves.  What they withdrew, and erasing, go by the whole customer. */
OMNI_API omni_status omni_set_sure(omni *db, int32_t sure);
/* The customer that holds this record. */
OMNI_API omni_status omni_customer_of(omni *db, const char *source,
    const char *key, omni_customer **customer);
OMNI_API const char *omni_customer_id(const omni_customer *customer);
/* The records: keyed ones have a source and a key, inline ones NULL. */
OMNI_API int32_t omni_customer_record_count(const omni_customer *customer);
OMNI_API const char *omni_customer_record_id(const omni_customer *customer,
    int32_t i);
OMNI_API const char *omni_customer_record_source(
    const omni_customer *customer, int32_t i);
OMNI_API const char *omni_customer_record_key(const omni_customer *customer,
    int32_t i);
/* When its source says that it was true, else when it was first heard of. */
OMNI_API int64_t omni_customer_record_time(const omni_customer *customer,
    int32_t i);
/* The profile: each distinct value as its record gave it, the most recent
 * and most frequent first within a kind. */
OMNI_API int32_t omni_customer_feature_count(const omni_customer *customer);
OMNI_API const char *omni_customer_feature_kind(
    const omni_customer *customer, int32_t i);
OMNI_API const char *omni_customer_feature_value(
    const omni_customer *customer, int32_t i);
/* How many of the records say so, and when the latest did. */
OMNI_API int32_t omni_customer_feature_records(
    const omni_customer *customer, int32_t i);
OMNI_API int64_t omni_customer_feature_time(const omni_customer *customer,
    int32_t i);
/* Was the e-mail or phone proven to be the customer's (omni_contact_put)? */
OMNI_API int32_t omni_customer_feature_verified(
    const omni_customer *customer, int32_t i);
/* The n-th record that says so, newest first: an index for
 * omni_customer_record_source and the others, -1 behind the last. */
OMNI_API int32_t omni_customer_feature_record(const omni_customer *customer,
    int32_t i, int32_t n);
/* What survives: of each kind the one value that its rule chooses, of an
 * address all parts of one; the i-th is a feature, by its index. */
OMNI_API int32_t omni_customer_attribute_count(
    const omni_customer *customer);
OMNI_API int32_t omni_customer_attribute(const omni_customer *customer,
    int32_t i);
/* The surviving value of a kind, or NULL; as long as the customer. */
OMNI_API const char *omni_customer_value(const omni_customer *customer,
    const char *kind);
OMNI_API void omni_customer_free(omni_customer *customer);

/* Customers that have something in common and are not one.  A household is one
 * address: street, number and postcode or city; the other reasons are
 * identifiers, by kind.  What many have in common tells nothing. */
typedef struct omni_related omni_related;
/* By any id ever handed out; OMNI_NONE when there was none such.  The list
 * may be empty.  Who has most in common comes first. */
OMNI_API omni_status omni_related_open(omni *db, const char *id,
    omni_related **related);
OMNI_API int32_t omni_related_count(const omni_related *related);
OMNI_API const char *omni_related_customer(const omni_related *related,
    int32_t i);
/* "household", "email", "phone", "loyalty" ... */
OMNI_API int32_t omni_related_reason_count(const omni_related *related,
    int32_t i);
OMNI_API const char *omni_related_reason(const omni_related *related,
    int32_t i, int32_t n);
OMNI_API void omni_related_free(omni_related *related);

/* The customers who may be meant, the 48 likeliest, best first.  OMNI_NONE when
 * there is none. */
OMNI_API omni_status omni_customer_search(omni *db, const omni_record *who,
    omni_matches **matches);
OMNI_API int32_t omni_matches_count(const omni_matches *matches);
OMNI_API const char *omni_matches_customer(const omni_matches *matches,
    int32_t i);
/* Probability that it is this one, and neither another one nor nobody. */
OMNI_API double omni_matches_probability(const omni_matches *matches,
    int32_t i);
/* Evidence in bits (log2 of the odds), whoever else is there. */
OMNI_API double omni_matches_weight(const omni_matches *matches, int32_t i);
/* Non-zero for the one whom omni_customer_find would give. */
OMNI_API int32_t omni_matches_certain(const omni_matches *matches, int32_t i);
/* What speaks for it and what against: left is what was asked, right what the
 * customer has.  OMNI_NONE for who was named by source and key. */
OMNI_API omni_status omni_matches_why(const omni_matches *matches, int32_t i,
    omni_explanation **why);
OMNI_API void omni_matches_free(omni_matches *matches);

typedef struct omni_members omni_members;
/* All keyed records and their customers, by source and key; with inline
 * ones too when inlines is non-zero (they come last, by id). */
OMNI_API omni_status omni_members_open(omni *db, int32_t inlines,
    omni_members **members);
/* OMNI_OK, OMNI_DONE or an error; the strings live until the next call. */
OMNI_API omni_status omni_members_next(omni_members *members);
/* NULL for an inline record. */
OMNI_API const char *omni_members_source(const omni_members *members);
/* An inline record's key is its id. */
OMNI_API const char *omni_members_key(const omni_members *members);
OMNI_API const char *omni_members_customer(const omni_members *members);
OMNI_API void omni_members_free(omni_members *members);

/* One JSON object a line with everything held about the customer. */
typedef int32_t (*omni_write_fn)(void *user, const char *text, size_t size);
OMNI_API omni_status omni_customer_export(omni *db, const char *id,
    omni_write_fn write, void *user);
/* Erases the person: payloads go, from pages and log too; what comes again
 * from before is turned away.  OMNI_PENDING: a reader holds old pages;
 * omni_maintain finishes. */
OMNI_API omni_status omni_customer_erase(omni *db, const char *id);
/* What that would take, without taking it: it is done and taken back, so that
 * the store is locked as for the erasure itself. */
typedef struct omni_erasure omni_erasure;
OMNI_API omni_status omni_customer_erase_preview(omni *db, const char *id,
    omni_erasure **erasure);
/* Records, with all that was ever said of them (versions); e-mail addresses,
 * telephones and streets (contacts); verdicts that name one of them. */
OMNI_API int32_t omni_erasure_records(const omni_erasure *erasure);
OMNI_API int32_t omni_erasure_versions(const omni_erasure *erasure);
OMNI_API int32_t omni_erasure_interactions(const omni_erasure *erasure);
OMNI_API int32_t omni_erasure_settings(const omni_erasure *erasure);
/* But for withdrawals that bind an address or hold for others, too: they
 * stay, without the person. */
OMNI_API int32_t omni_erasure_statements(const omni_erasure *erasure);
OMNI_API int32_t omni_erasure_contacts(const omni_erasure *erasure);
OMNI_API int32_t omni_erasure_verdicts(const omni_erasure *erasure);
OMNI_API void omni_erasure_free(omni_erasure *erasure);

/* ---- why ------------------------------------------------------------ */

/* Compares two records, feature by feature. */
OMNI_API omni_status omni_why(omni *db, const char *source_a,
    const char *key_a, const char *source_b, const char *key_b,
    omni_explanation **explanation);
/* Compares two customers: what all their records say together. */
OMNI_API omni_status omni_why_customers(omni *db, const char *id_a,
    const char *id_b, omni_explanation **explanation);
OMNI_API int32_t omni_explanation_count(const omni_explanation *why);
OMNI_API const char *omni_explanation_kind(const omni_explanation *why,
    int32_t i);
OMNI_API const char *omni_explanation_left(const omni_explanation *why,
    int32_t i);
OMNI_API const char *omni_explanation_right(const omni_explanation *why,
    int32_t i);
/* The level of agreement: "exact", "close", ... "differs". */
OMNI_API const char *omni_explanation_level(const omni_explanation *why,
    int32_t i);
/* Bits for (or against) one person, against strangers and relatives. */
OMNI_API double omni_explanation_strangers(const omni_explanation *why,
    int32_t i);
OMNI_API double omni_explanation_relatives(const omni_explanation *why,
    int32_t i);
/* The pair's weight in bits, its probability, and the weight from which
 * two records join. */
OMNI_API double omni_explanation_weight(const omni_explanation *why);
OMNI_API double omni_explanation_probability(const omni_explanation *why);
OMNI_API double omni_explanation_threshold(const omni_explanation *why);
/* Non-zero when the two are in one customer now. */
OMNI_API int32_t omni_explanation_same(const omni_explanation *why);
/* One sentence for a person. */
OMNI_API const char *omni_explanation_text(const omni_explanation *why);
OMNI_API void omni_explanation_free(omni_explanation *why);

#define OMNI_JOINED_EVIDENCE	1	/* by what their records say */
#define OMNI_JOINED_EQUAL	2	/* they say the same */
#define OMNI_JOINED_VERDICT	3	/* a steward said so */

typedef struct omni_joins omni_joins;
/* The joins that made the customer: one fewer than it has records, what
 * stewards said first, then the strongest first. */
OMNI_API omni_status omni_why_customer(omni *db, const char *id,
    omni_joins **joins);
OMNI_API int32_t omni_joins_count(const omni_joins *joins);
/* The oldest record of what was joined, and of what joined it. */
OMNI_API const char *omni_joins_older(const omni_joins *joins, int32_t i);
OMNI_API const char *omni_joins_younger(const omni_joins *joins, int32_t i);
/* In bits; of a verdict, what the two records say. */
OMNI_API double omni_joins_weight(const omni_joins *joins, int32_t i);
/* OMNI_JOINED_*. */
OMNI_API int32_t omni_joins_how(const omni_joins *joins, int32_t i);
/* The fact of the verdict, or 0. */
OMNI_API int64_t omni_joins_verdict(const omni_joins *joins, int32_t i);
/* Non-zero: both sides are surely the same person. */
OMNI_API int32_t omni_joins_sure(const omni_joins *joins, int32_t i);
OMNI_API void omni_joins_free(omni_joins *joins);

/* ---- verdicts: what a steward decided ------------------------------- */

typedef struct omni_verdict omni_verdict;

#define OMNI_VERDICT_SAME	1	/* all records added are one person */
#define OMNI_VERDICT_DIFFERENT	2	/* side 0 is not side 1 */

OMNI_API omni_verdict *omni_verdict_new(int32_t what);
OMNI_API void omni_verdict_free(omni_verdict *verdict);
/* side is 0, or 1 for the other side of OMNI_VERDICT_DIFFERENT. */
OMNI_API omni_status omni_verdict_add(omni_verdict *verdict, int32_t side,
    const char *source, const char *key);
OMNI_API omni_status omni_verdict_add_id(omni_verdict *verdict,
    int32_t side, const char *record_id);
/* All records that the customer has now, so that merging two customers is a
 * verdict, too.  OMNI_NONE: there is no such customer. */
OMNI_API omni_status omni_verdict_add_customer(omni *db,
    omni_verdict *verdict, int32_t side, const char *customer);
OMNI_API omni_status omni_verdict_set_author(omni_verdict *verdict,
    const char *author);
OMNI_API omni_status omni_verdict_set_reason(omni_verdict *verdict,
    const char *reason);
OMNI_API omni_status omni_verdict_set_time(omni_verdict *verdict,
    int64_t time);
OMNI_API omni_status omni_verdict_put(omni *db, const omni_verdict *verdict,
    int64_t *fact);

typedef struct omni_preview omni_preview;
/* What putting the verdict would change now, as the feed would tell it.
 * Changes nothing, but takes the store as a writer does. */
OMNI_API omni_status omni_verdict_preview(omni *db,
    const omni_verdict *verdict, omni_preview **preview);
OMNI_API int32_t omni_preview_count(const omni_preview *preview);
/* OMNI_CHANGE_*. */
OMNI_API int32_t omni_preview_change(const omni_preview *preview, int32_t i);
OMNI_API const char *omni_preview_customer(const omni_preview *preview,
    int32_t i);
/* NULL when the change is about one customer. */
OMNI_API const char *omni_preview_other(const omni_preview *preview,
    int32_t i);
OMNI_API void omni_preview_free(omni_preview *preview);

#define OMNI_VERDICT_IN_FORCE		1
#define OMNI_VERDICT_CONTRADICTED	2	/* by newer ones, and ignored */
#define OMNI_VERDICT_DORMANT		3	/* its records are away */

typedef struct omni_verdicts omni_verdicts;
/* All verdicts that are held, newest first, as of the call. */
OMNI_API omni_status omni_verdicts_open(omni *db, omni_verdicts **verdicts);
/* OMNI_OK or OMNI_DONE; the strings live as long as the list. */
OMNI_API omni_status omni_verdicts_next(omni_verdicts *verdicts);
OMNI_API int64_t omni_verdicts_fact(const omni_verdicts *verdicts);
/* OMNI_VERDICT_SAME or _DIFFERENT. */
OMNI_API int32_t omni_verdicts_what(const omni_verdicts *verdicts);
OMNI_API const char *omni_verdicts_author(const omni_verdicts *verdicts);
OMNI_API const char *omni_verdicts_reason(const omni_verdicts *verdicts);
OMNI_API int64_t omni_verdicts_time(const omni_verdicts *verdicts);
/* OMNI_VERDICT_IN_FORCE, _CONTRADICTED or _DORMANT. */
OMNI_API int32_t omni_verdicts_state(const omni_verdicts *verdicts);
/* Of a contradicted one, the fact of a newer one that it does not go with;
 * else 0. */
OMNI_API int64_t omni_verdicts_against(const omni_verdicts *verdicts);
/* Non-zero: a record says something that came after the verdict. */
OMNI_API int32_t omni_verdicts_outdated(const omni_verdicts *verdicts);
/* The records that it names. */
OMNI_API int32_t omni_verdicts_count(const omni_verdicts *verdicts);
OMNI_API int32_t omni_verdicts_side(const omni_verdicts *verdicts,
    int32_t i);
OMNI_API const char *omni_verdicts_record_id(const omni_verdicts *verdicts,
    int32_t i);
/* NULL for an inline record, and for one that is away. */
OMNI_API const char *omni_verdicts_source(const omni_verdicts *verdicts,
    int32_t i);
OMNI_API const char *omni_verdicts_key(const omni_verdicts *verdicts,
    int32_t i);
OMNI_API void omni_verdicts_free(omni_verdicts *verdicts);

/* ---- review: what a steward should look at -------------------------- */

#define OMNI_REVIEW_POSSIBLE	1	/* two customers that may be one */
#define OMNI_REVIEW_UNSURE	2	/* a part that joined, but not surely */

typedef struct omni_review omni_review;
/* Of possible ones the likeliest come first, of unsure ones the weakest.
 * What a verdict settled is not among them. */
OMNI_API omni_status omni_review_open(omni *db, int32_t which,
    omni_review **review);
/* OMNI_OK, OMNI_DONE (a later call may find more) or an error; the strings
 * live until the next call. */
OMNI_API omni_status omni_review_next(omni_review *review);
/* The older customer; the customer that has the unsure part. */
OMNI_API const char *omni_review_customer(const omni_review *review);
/* The other customer; the oldest record of the part. */
OMNI_API const char *omni_review_other(const omni_review *review);
/* Bits for the two being one person, and the probability. */
OMNI_API double omni_review_weight(const omni_review *review);
OMNI_API double omni_review_probability(const omni_review *review);
OMNI_API void omni_review_free(omni_review *review);

/* ---- interactions and the timeline ---------------------------------- */

typedef struct omni_interaction omni_interaction;

/* NULL when out of memory; bad strings are reported by the put. */
OMNI_API omni_interaction *omni_interaction_new(const char *channel,
    const char *kind);
OMNI_API void omni_interaction_free(omni_interaction *interaction);
/* The host's own idempotency key: a system and its receipt or message
 * number.  The same again is OMNI_DUPLICATE, with other content
 * OMNI_CONFLICT. */
OMNI_API omni_status omni_interaction_set_key(omni_interaction *interaction,
    const char *source, const char *key);
/* Whoever it was; copied.  A record with a source and key names that row. */
OMNI_API omni_status omni_interaction_set_who(omni_interaction *interaction,
    const omni_record *who);
/* When it happened (now unless set). */
OMNI_API omni_status omni_interaction_set_time(
    omni_interaction *interaction, int64_t time);
OMNI_API omni_status omni_interaction_add_reference(
    omni_interaction *interaction, const char *type, const char *key);
/* Adds the reference and gives it a status. */
OMNI_API omni_status omni_interaction_set_status(
    omni_interaction *interaction, const char *type, const char *key,
    const char *status);
/* Any JSON value; kept as it is. */
OMNI_API omni_status omni_interaction_set_body(
    omni_interaction *interaction, const char *json);
OMNI_API const char *omni_interaction_errmsg(
    const omni_interaction *interaction);
OMNI_API omni_status omni_interaction_put(omni *db,
    const omni_interaction *interaction, int64_t *fact);

/* Getters; strings are NULL when not given. */
OMNI_API int64_t omni_interaction_fact(const omni_interaction *interaction);
OMNI_API const char *omni_interaction_channel(
    const omni_interaction *interaction);
OMNI_API const char *omni_interaction_kind(
    const omni_interaction *interaction);
OMNI_API int64_t omni_interaction_time(const omni_interaction *interaction);
OMNI_API int64_t omni_interaction_recorded(
    const omni_interaction *interaction);
/* Non-zero when the time cannot be right, or not be believed: a till that is
 * in 1970, in 2099, or ten years beyond this release. */
OMNI_API int32_t omni_interaction_time_doubtful(
    const omni_interaction *interaction);
OMNI_API const char *omni_interaction_source(
    const omni_interaction *interaction);
OMNI_API const char *omni_interaction_key(
    const omni_interaction *interaction);
OMNI_API const char *omni_interaction_body(
    const omni_interaction *interaction);
OMNI_API int32_t omni_interaction_reference_count(
    const omni_interaction *interaction);
OMNI_API const char *omni_interaction_reference_type(
    const omni_interaction *interaction, int32_t i);
OMNI_API const char *omni_interaction_reference_key(
    const omni_interaction *interaction, int32_t i);
/* NULL when the interaction gave this reference no status. */
OMNI_API const char *omni_interaction_reference_status(
    const omni_interaction *interaction, int32_t i);
/* Keeps a borrowed interaction: a copy of your own, to be freed. */
OMNI_API omni_status omni_interaction_keep(
    const omni_interaction *interaction, omni_interaction **copy);

typedef struct omni_filter omni_filter;
OMNI_API omni_filter *omni_filter_new(void);
OMNI_API void omni_filter_free(omni_filter *filter);
OMNI_API omni_status omni_filter_set_channel(omni_filter *filter,
    const char *channel);
OMNI_API omni_status omni_filter_set_kind(omni_filter *filter,
    const char *kind);
/* since <= time < until. */
OMNI_API omni_status omni_filter_set_since(omni_filter *filter,
    int64_t since);
OMNI_API omni_status omni_filter_set_until(omni_filter *filter,
    int64_t until);
OMNI_API omni_status omni_filter_set_reference(omni_filter *filter,
    const char *type, const char *key);
/* Non-zero: oldest first. */
OMNI_API omni_status omni_filter_set_oldest(omni_filter *filter,
    int32_t oldest);
/* At most so many (0: all). */
OMNI_API omni_status omni_filter_set_limit(omni_filter *filter,
    int64_t limit);
/* Go on behind the item at which omni_timeline_token was taken. */
OMNI_API omni_status omni_filter_set_token(omni_filter *filter,
    const char *token);
OMNI_API const char *omni_filter_errmsg(const omni_filter *filter);

typedef struct omni_timeline omni_timeline;
/* What the customer did and got, on all channels, newest first.  filter
 * may be NULL.  OMNI_NONE when there is no such customer. */
OMNI_API omni_status omni_timeline_open(omni *db, const char *customer,
    const omni_filter *filter, omni_timeline **timeline);
/* The story of a reference: all interactions that bear it, whoever took
 * part. */
OMNI_API omni_status omni_story_open(omni *db, const char *type,
    const char *key, const omni_filter *filter, omni_timeline **timeline);
/* OMNI_OK, OMNI_DONE or an error, which sticks.  *interaction lives until
 * the next call on the timeline. */
OMNI_API omni_status omni_timeline_next(omni_timeline *timeline,
    const omni_interaction **interaction);
/* Where to go on, behind the last item handed out.  Lives like it. */
OMNI_API const char *omni_timeline_token(omni_timeline *timeline);
OMNI_API const char *omni_timeline_errmsg(const omni_timeline *timeline);
OMNI_API void omni_timeline_free(omni_timeline *timeline);

typedef struct omni_case omni_case;
/* What the statuses of a reference add up to.  OMNI_NONE when no
 * interaction bears it. */
OMNI_API omni_status omni_case_get(omni *db, const char *type,
    const char *key, omni_case **out);
/* NULL when no interaction gave it a status. */
OMNI_API const char *omni_case_state(const omni_case *c);
/* When the state was reached. */
OMNI_API int64_t omni_case_time(const omni_case *c);
/* How many status changes were recorded. */
OMNI_API int32_t omni_case_changes(const omni_case *c);
/* Channels on which the customer took part (outbound ones do not count),
 * in alphabetical order. */
OMNI_API int32_t omni_case_channel_count(const omni_case *c);
OMNI_API const char *omni_case_channel(const omni_case *c, int32_t i);
/* The customer of the newest interaction that knows one, or NULL. */
OMNI_API const char *omni_case_customer(const omni_case *c);
OMNI_API void omni_case_free(omni_case *c);

/* ---- settings: one value per customer and name ---------------------- */

/* who as in omni_interaction_set_who; value is any text, NULL removes. */
OMNI_API omni_status omni_setting_put(omni *db, const omni_record *who,
    const char *name, const char *value, int64_t time, int64_t *fact);
/* *value is yours: omni_text_free.  OMNI_NONE when there is none. */
OMNI_API omni_status omni_setting_get(omni *db, const char *customer,
    const char *name, char **value);
OMNI_API void omni_text_free(char *text);

/* ---- channels and purposes ------------------------------------------ */

#define OMNI_DIRECTION_IN	1
#define OMNI_DIRECTION_OUT	2
#define OMNI_DIRECTION_BOTH	3
#define OMNI_MEDIUM_DIGITAL	1
#define OMNI_MEDIUM_PHYSICAL	2

typedef struct omni_channel omni_channel;
OMNI_API omni_channel *omni_channel_new(const char *name);
OMNI_API void omni_channel_free(omni_channel *channel);
OMNI_API omni_status omni_channel_set_direction(omni_channel *channel,
    int32_t direction);
OMNI_API omni_status omni_channel_set_medium(omni_channel *channel,
    int32_t medium);
/* The kind of feature that a message there needs: "email", "phone",
 * "device", "address" (any postal address). */
OMNI_API omni_status omni_channel_set_address(omni_channel *channel,
    const char *kind);
/* 0 (anybody may see it) to 9; purposes ask for at least so much. */
OMNI_API omni_status omni_channel_set_confidentiality(omni_channel *channel,
    int32_t level);
/* What a message costs, in any unit; breaks ties. */
OMNI_API omni_status omni_channel_set_cost(omni_channel *channel,
    int32_t cost);
/* Seconds from sending to arriving: a letter takes days. */
OMNI_API omni_status omni_channel_set_lead(omni_channel *channel,
    int32_t seconds);
OMNI_API omni_status omni_channel_set_key(omni_channel *channel,
    const char *source, const char *key);
OMNI_API omni_status omni_channel_set_time(omni_channel *channel,
    int64_t time);
OMNI_API const char *omni_channel_errmsg(const omni_channel *channel);
/* The latest definition of a name holds. */
OMNI_API omni_status omni_channel_put(omni *db, const omni_channel *channel,
    int64_t *fact);
OMNI_API omni_status omni_channel_get(omni *db, const char *name,
    omni_channel **channel);
OMNI_API const char *omni_channel_name(const omni_channel *channel);
OMNI_API int32_t omni_channel_direction(const omni_channel *channel);
OMNI_API int32_t omni_channel_medium(const omni_channel *channel);
OMNI_API const char *omni_channel_address(const omni_channel *channel);
OMNI_API int32_t omni_channel_confidentiality(const omni_channel *channel);
OMNI_API int32_t omni_channel_cost(const omni_channel *channel);
OMNI_API int32_t omni_channel_lead(const omni_channel *channel);

#define OMNI_BASIS_CONSENT	1
#define OMNI_BASIS_INTEREST	2
#define OMNI_BASIS_CONTRACT	3
#define OMNI_BASIS_LAW		4
#define OMNI_BASIS_SOFT		5	/* soft opt-in: after a sale */

/* What became of a message.  An interaction whose kind is "mail.opened",
 * "sms.delivered", "letter.returned" ... tells it (omni_message(3)). */
#define OMNI_RESULT_SENT	1
#define OMNI_RESULT_DELIVERED	2
#define OMNI_RESULT_OPENED	3
#define OMNI_RESULT_CLICKED	4
#define OMNI_RESULT_ANSWERED	5
#define OMNI_RESULT_BOUNCED	6
#define OMNI_RESULT_COMPLAINED	7
#define OMNI_RESULT_RETURNED	8
#define OMNI_RESULT_FAILED	9

/* In which order channels come that the customer did not rank. */
#define OMNI_ORDER_BEHAVIOUR	1	/* as the customer responds there */
#define OMNI_ORDER_FIXED	2	/* as the purpose names them */

typedef struct omni_purpose omni_purpose;
/* A path: "offer/shoes" lies in "offer". */
OMNI_API omni_purpose *omni_purpose_new(const char *name);
OMNI_API void omni_purpose_free(omni_purpose *purpose);
OMNI_API omni_status omni_purpose_set_basis(omni_purpose *purpose,
    int32_t basis);
/* "transactional", "service", "marketing", or a word of your own. */
OMNI_API omni_status omni_purpose_set_class(omni_purpose *purpose,
    const char *name);
/* Adds a channel; the order of adding is the default order. */
OMNI_API omni_status omni_purpose_add_channel(omni_purpose *purpose,
    const char *channel);
OMNI_API omni_status omni_purpose_set_confidentiality(omni_purpose *purpose,
    int32_t level);
/* Non-zero: only to verified contact points. */
OMNI_API omni_status omni_purpose_set_verified(omni_purpose *purpose,
    int32_t verified);
/* Another basis on a channel (NULL: all), in a region (ISO 3166 code of the
 * recipient; NULL: all).  What names both is stronger than what names a
 * channel, and that than what names a region. */
OMNI_API omni_status omni_purpose_set_basis_on(omni_purpose *purpose,
    const char *channel, const char *region, int32_t basis);
/* 0 to 9, 0 unless set: what is greater goes first where a cap binds. */
OMNI_API omni_status omni_purpose_set_priority(omni_purpose *purpose,
    int32_t priority);
/* Non-zero: passes quiet hours, not the law. */
OMNI_API omni_status omni_purpose_set_urgent(omni_purpose *purpose,
    int32_t urgent);
/* Double opt-in: a yes counts once it is confirmed within so many seconds;
 * 0: at once. */
OMNI_API omni_status omni_purpose_set_confirm(omni_purpose *purpose,
    int32_t seconds);
/* A yes counts for so many days; 0: for ever. */
OMNI_API omni_status omni_purpose_set_renewal(omni_purpose *purpose,
    int32_t days);
/* Non-zero: one printed letter for all who live at an address. */
OMNI_API omni_status omni_purpose_set_household(omni_purpose *purpose,
    int32_t household);
/* Seconds after which the next step is due, a day unless set, and the
 * OMNI_RESULT_* (to ANSWERED) that makes it needless, DELIVERED unless
 * set. */
OMNI_API omni_status omni_purpose_set_wait(omni_purpose *purpose,
    int32_t seconds);
OMNI_API omni_status omni_purpose_set_until(omni_purpose *purpose,
    int32_t result);
/* OMNI_ORDER_*, BEHAVIOUR unless set. */
OMNI_API omni_status omni_purpose_set_order(omni_purpose *purpose,
    int32_t order);
/* With OMNI_BASIS_SOFT: the kind of interaction that is a sale, and for how
 * many days it speaks. */
OMNI_API omni_status omni_purpose_set_sale(omni_purpose *purpose,
    const char *kind, int32_t days);
OMNI_API omni_status omni_purpose_set_key(omni_purpose *purpose,
    const char *source, const char *key);
OMNI_API omni_status omni_purpose_set_time(omni_purpose *purpose,
    int64_t time);
OMNI_API const char *omni_purpose_errmsg(const omni_purpose *purpose);
OMNI_API omni_status omni_purpose_put(omni *db, const omni_purpose *purpose,
    int64_t *fact);
OMNI_API omni_status omni_purpose_get(omni *db, const char *name,
    omni_purpose **purpose);
OMNI_API const char *omni_purpose_name(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_basis(const omni_purpose *purpose);
OMNI_API const char *omni_purpose_class(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_channel_count(const omni_purpose *purpose);
OMNI_API const char *omni_purpose_channel(const omni_purpose *purpose,
    int32_t i);
OMNI_API int32_t omni_purpose_confidentiality(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_verified(const omni_purpose *purpose);
/* The basis that holds there. */
OMNI_API int32_t omni_purpose_basis_on(const omni_purpose *purpose,
    const char *channel, const char *region);
OMNI_API int32_t omni_purpose_priority(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_urgent(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_confirm(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_renewal(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_household(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_wait(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_until(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_order(const omni_purpose *purpose);
OMNI_API const char *omni_purpose_sale_kind(const omni_purpose *purpose);
OMNI_API int32_t omni_purpose_sale_days(const omni_purpose *purpose);

/* ---- windows, calendars, caps, wordings ----------------------------- */

/* When the law, or the house, lets messages go; in the recipient's own time
 * zone.  All windows that fit a message hold together. */
typedef struct omni_window omni_window;
OMNI_API omni_window *omni_window_new(const char *name);
OMNI_API void omni_window_free(omni_window *window);
/* Each NULL: all.  region: ISO 3166 code of where the recipient is. */
OMNI_API omni_status omni_window_set_region(omni_window *window,
    const char *region);
OMNI_API omni_status omni_window_set_channel(omni_window *window,
    const char *channel);
OMNI_API omni_status omni_window_set_purpose(omni_window *window,
    const char *purpose);
OMNI_API omni_status omni_window_set_class(omni_window *window,
    const char *name);
/* When it may: "mo-fr 09:00-20:00; sa 10:00-18:00; ph off".  Days that no
 * rule names are closed; ph is a day of the region's calendar, which without
 * a rule is as its weekday.  NULL: always, as if there were no window. */
OMNI_API omni_status omni_window_set_hours(omni_window *window,
    const char *hours);
OMNI_API omni_status omni_window_set_key(omni_window *window,
    const char *source, const char *key);
OMNI_API omni_status omni_window_set_time(omni_window *window,
    int64_t time);
OMNI_API const char *omni_window_errmsg(const omni_window *window);
OMNI_API omni_status omni_window_put(omni *db, const omni_window *window,
    int64_t *fact);
OMNI_API omni_status omni_window_get(omni *db, const char *name,
    omni_window **window);
OMNI_API const char *omni_window_name(const omni_window *window);
OMNI_API const char *omni_window_region(const omni_window *window);
OMNI_API const char *omni_window_channel(const omni_window *window);
OMNI_API const char *omni_window_purpose(const omni_window *window);
OMNI_API const char *omni_window_class(const omni_window *window);
OMNI_API const char *omni_window_hours(const omni_window *window);

/* Public holidays of a region; its name is the region's ISO 3166 code. */
typedef struct omni_calendar omni_calendar;
OMNI_API omni_calendar *omni_calendar_new(const char *region);
OMNI_API void omni_calendar_free(omni_calendar *calendar);
/* "2026-12-25". */
OMNI_API omni_status omni_calendar_add_day(omni_calendar *calendar,
    const char *day);
OMNI_API omni_status omni_calendar_set_key(omni_calendar *calendar,
    const char *source, const char *key);
OMNI_API omni_status omni_calendar_set_time(omni_calendar *calendar,
    int64_t time);
OMNI_API const char *omni_calendar_errmsg(const omni_calendar *calendar);
OMNI_API omni_status omni_calendar_put(omni *db,
    const omni_calendar *calendar, int64_t *fact);
OMNI_API omni_status omni_calendar_get(omni *db, const char *region,
    omni_calendar **calendar);
OMNI_API const char *omni_calendar_region(const omni_calendar *calendar);
OMNI_API int32_t omni_calendar_day_count(const omni_calendar *calendar);
OMNI_API const char *omni_calendar_day(const omni_calendar *calendar,
    int32_t i);

#define OMNI_PERIOD_DAY		1
#define OMNI_PERIOD_WEEK	2	/* from Monday */
#define OMNI_PERIOD_MONTH	3
#define OMNI_CAP_DEFER		1
#define OMNI_CAP_DROP		2

/* At most so many messages to a customer. */
typedef struct omni_cap omni_cap;
OMNI_API omni_cap *omni_cap_new(const char *name);
OMNI_API void omni_cap_free(omni_cap *cap);
/* Which messages it counts and binds; each NULL: all. */
OMNI_API omni_status omni_cap_set_channel(omni_cap *cap,
    const char *channel);
OMNI_API omni_status omni_cap_set_purpose(omni_cap *cap,
    const char *purpose);
OMNI_API omni_status omni_cap_set_class(omni_cap *cap, const char *name);
/* How many; -1: no limit, as if there were no cap. */
OMNI_API omni_status omni_cap_set_limit(omni_cap *cap, int32_t limit);
/* In any span of so many seconds, to 366 days; or in a day, week or month of
 * the recipient (OMNI_PERIOD_*, DAY unless set).  The last one set holds. */
OMNI_API omni_status omni_cap_set_sliding(omni_cap *cap, int32_t seconds);
OMNI_API omni_status omni_cap_set_period(omni_cap *cap, int32_t period);
/* What becomes of a message too many: OMNI_CAP_*, DEFER unless set. */
OMNI_API omni_status omni_cap_set_action(omni_cap *cap, int32_t action);
OMNI_API omni_status omni_cap_set_key(omni_cap *cap, const char *source,
    const char *key);
OMNI_API omni_status omni_cap_set_time(omni_cap *cap, int64_t time);
OMNI_API const char *omni_cap_errmsg(const omni_cap *cap);
OMNI_API omni_status omni_cap_put(omni *db, const omni_cap *cap,
    int64_t *fact);
OMNI_API omni_status omni_cap_get(omni *db, const char *name,
    omni_cap **cap);
OMNI_API const char *omni_cap_name(const omni_cap *cap);
OMNI_API const char *omni_cap_channel(const omni_cap *cap);
OMNI_API const char *omni_cap_purpose(const omni_cap *cap);
OMNI_API const char *omni_cap_class(const omni_cap *cap);
OMNI_API int32_t omni_cap_limit(const omni_cap *cap);
/* 0 when it is a period; 0 when it is sliding. */
OMNI_API int32_t omni_cap_sliding(const omni_cap *cap);
OMNI_API int32_t omni_cap_period(const omni_cap *cap);
OMNI_API int32_t omni_cap_action(const omni_cap *cap);

/* The words to which customers say yes, by the name of their version. */
typedef struct omni_wording omni_wording;
OMNI_API omni_wording *omni_wording_new(const char *name);
OMNI_API void omni_wording_free(omni_wording *wording);
OMNI_API omni_status omni_wording_set_text(omni_wording *wording,
    const char *text);
/* A yes to them counts until then, and for so many days (0: for ever). */
OMNI_API omni_status omni_wording_set_expiry(omni_wording *wording,
    int64_t time);
OMNI_API omni_status omni_wording_set_days(omni_wording *wording,
    int32_t days);
OMNI_API omni_status omni_wording_set_key(omni_wording *wording,
    const char *source, const char *key);
OMNI_API omni_status omni_wording_set_time(omni_wording *wording,
    int64_t time);
OMNI_API const char *omni_wording_errmsg(const omni_wording *wording);
OMNI_API omni_status omni_wording_put(omni *db, const omni_wording *wording,
    int64_t *fact);
OMNI_API omni_status omni_wording_get(omni *db, const char *name,
    omni_wording **wording);
OMNI_API const char *omni_wording_name(const omni_wording *wording);
OMNI_API const char *omni_wording_text(const omni_wording *wording);
/* OMNI_TIME_UNKNOWN: none. */
OMNI_API int64_t omni_wording_expiry(const omni_wording *wording);
OMNI_API int32_t omni_wording_days(const omni_wording *wording);

/* ---- what the customer said ----------------------------------------- */

#define OMNI_SAID_GRANT		1	/* yes */
#define OMNI_SAID_WITHDRAW	2	/* no, whatever was said before */
#define OMNI_SAID_PREFER	3	/* on this channel, as rank n */
#define OMNI_SAID_CONFIRM	4	/* yes again: double opt-in */
#define OMNI_SAID_QUIET		5	/* not in these hours: the value */
#define OMNI_SAID_LANGUAGE	6	/* in this language: the value */
#define OMNI_SAID_ZONE		7	/* lives in this time zone: the value */
#define OMNI_SAID_TOLD		8	/* was offered a no (soft opt-in) */

typedef struct omni_statement omni_statement;
/* purpose "*": every purpose. */
OMNI_API omni_statement *omni_statement_new(int32_t said,
    const char *purpose);
OMNI_API void omni_statement_free(omni_statement *statement);
OMNI_API omni_status omni_statement_set_who(omni_statement *statement,
    const omni_record *who);
/* Spoken as a customer: by the id; a withdrawal then holds for every record
 * that the customer has at that moment, also after a split. */
OMNI_API omni_status omni_statement_set_customer(omni_statement *statement,
    const char *customer);
/* The channel it is about (all unless set). */
OMNI_API omni_status omni_statement_set_channel(omni_statement *statement,
    const char *channel);
/* All channels of that medium, instead of one: "no post" is a withdrawal on
 * OMNI_MEDIUM_PHYSICAL. */
OMNI_API omni_status omni_statement_set_medium(omni_statement *statement,
    int32_t medium);
/* The brand it is about (all unless set). */
OMNI_API omni_status omni_statement_set_brand(omni_statement *statement,
    const char *brand);
/* The address it is about, of a kind as in omni_contact_new: a yes for this
 * one alone; a no for everybody who has it. */
OMNI_API omni_status omni_statement_set_address(omni_statement *statement,
    const char *kind, const char *value);
/* QUIET: "22:00-07:00", "mo-fr 20:00-08:00; sa-su 00:00-24:00" or "none";
 * LANGUAGE: a tag such as "sv" or "pt-BR"; ZONE: "Europe/Stockholm". */
OMNI_API omni_status omni_statement_set_value(omni_statement *statement,
    const char *value);
/* What proves it, in any words: kept as it is. */
OMNI_API omni_status omni_statement_set_evidence(omni_statement *statement,
    const char *evidence);
/* The channel on which it was said. */
OMNI_API omni_status omni_statement_set_via(omni_statement *statement,
    const char *channel);
/* 1 is best; with OMNI_SAID_PREFER. */
OMNI_API omni_status omni_statement_set_rank(omni_statement *statement,
    int32_t rank);
OMNI_API omni_status omni_statement_set_wording(omni_statement *statement,
    const char *wording);
OMNI_API omni_status omni_statement_set_expiry(omni_statement *statement,
    int64_t time);
OMNI_API omni_status omni_statement_set_time(omni_statement *statement,
    int64_t time);
OMNI_API omni_status omni_statement_set_key(omni_statement *statement,
    const char *source, const char *key);
OMNI_API const char *omni_statement_errmsg(const omni_statement *statement);
OMNI_API omni_status omni_statement_put(omni *db,
    const omni_statement *statement, int64_t *fact);

/* All that was said by a customer, or about its addresses, oldest first, with
 * what stands of it now: the proof.  purpose NULL: all; else what bears on
 * it. */
typedef struct omni_statements omni_statements;
OMNI_API omni_status omni_statements_open(omni *db, const char *customer,
    const char *purpose, omni_statements **statements);
/* OMNI_OK, OMNI_DONE or an error. */
OMNI_API omni_status omni_statements_next(omni_statements *statements);
OMNI_API int64_t omni_statements_fact(const omni_statements *statements);
/* OMNI_SAID_*. */
OMNI_API int32_t omni_statements_said(const omni_statements *statements);
OMNI_API const char *omni_statements_purpose(
    const omni_statements *statements);
/* NULL, and 0 for the medium: all. */
OMNI_API const char *omni_statements_channel(
    const omni_statements *statements);
OMNI_API int32_t omni_statements_medium(const omni_statements *statements);
OMNI_API const char *omni_statements_brand(
    const omni_statements *statements);
OMNI_API int32_t omni_statements_rank(const omni_statements *statements);
OMNI_API const char *omni_statements_value(
    const omni_statements *statements);
OMNI_API const char *omni_statements_via(const omni_statements *statements);
OMNI_API const char *omni_statements_source(
    const omni_statements *statements);
OMNI_API const char *omni_statements_evidence(
    const omni_statements *statements);
OMNI_API const char *omni_statements_wording(
    const omni_statements *statements);
/* The text that the wording had when it was said, or NULL. */
OMNI_API const char *omni_statements_wording_text(
    const omni_statements *statements);
/* When it was said, and when the library heard of it. */
OMNI_API int64_t omni_statements_time(const omni_statements *statements);
OMNI_API int64_t omni_statements_recorded(
    const omni_statements *statements);
/* OMNI_TIME_UNKNOWN: none. */
OMNI_API int64_t omni_statements_expiry(const omni_statements *statements);
/* OMNI_STANDING_*. */
OMNI_API int32_t omni_statements_standing(
    const omni_statements *statements);
/* The fact that lifted, confirmed or replaced it, or 0. */
OMNI_API int64_t omni_statements_by(const omni_statements *statements);
OMNI_API void omni_statements_free(omni_statements *statements);

#define OMNI_STANDING_HOLDS	1	/* it counts */
#define OMNI_STANDING_LIFTED	2	/* a no that a yes lifted */
#define OMNI_STANDING_WITHDRAWN	3	/* a yes that a no took back */
#define OMNI_STANDING_EXPIRED	4
#define OMNI_STANDING_PENDING	5	/* a yes that is not confirmed yet */
#define OMNI_STANDING_REPLACED	6	/* a later one says it anew */

typedef struct omni_contact omni_contact;
/* An address on a channel: kind "email", "phone", "device", "address". */
OMNI_API omni_contact *omni_contact_new(const char *kind,
    const char *value);
OMNI_API void omni_contact_free(omni_contact *contact);
/* Non-zero: the customer proved that it is theirs. */
OMNI_API omni_status omni_contact_set_verified(omni_contact *contact,
    int32_t verified);
/* Nothing goes there any more ("bounce", "complaint", "gone away");
 * NULL lifts it. */
OMNI_API omni_status omni_contact_set_suppressed(omni_contact *contact,
    const char *cause);
/* Only for purposes in that tree: "offer" for a list of who must not be
 * called with offers.  "*" unless set. */
OMNI_API omni_status omni_contact_set_purpose(omni_contact *contact,
    const char *purpose);
/* Non-zero: comes before the others of its kind. */
OMNI_API omni_status omni_contact_set_primary(omni_contact *contact,
    int32_t primary);
/* Not before and not after these times; OMNI_TIME_UNKNOWN: no bound. */
OMNI_API omni_status omni_contact_set_valid(omni_contact *contact,
    int64_t from, int64_t until);
OMNI_API omni_status omni_contact_set_time(omni_contact *contact,
    int64_t time);
OMNI_API const char *omni_contact_errmsg(const omni_contact *contact);
OMNI_API omni_status omni_contact_put(omni *db, const omni_contact *contact,
    int64_t *fact);

/* All that is known of an address, oldest first. */
#define OMNI_CONTACT_VERIFIED	1
#define OMNI_CONTACT_SUPPRESSED	2
#define OMNI_CONTACT_PRIMARY	3
#define OMNI_CONTACT_VALID	4

typedef struct omni_contacts omni_contacts;
OMNI_API omni_status omni_contacts_open(omni *db, const char *kind,
    const char *value, omni_contacts **contacts);
OMNI_API omni_status omni_contacts_next(omni_contacts *contacts);
/* OMNI_CONTACT_*: what was told, by which fact, and when it was. */
OMNI_API int32_t omni_contacts_what(const omni_contacts *contacts);
OMNI_API int64_t omni_contacts_fact(const omni_contacts *contacts);
OMNI_API int64_t omni_contacts_time(const omni_contacts *contacts);
/* Verified or primary: 1 or 0. */
OMNI_API int32_t omni_contacts_flag(const omni_contacts *contacts);
/* Suppressed: why, NULL when that was lifted; and for which purposes. */
OMNI_API const char *omni_contacts_cause(const omni_contacts *contacts);
OMNI_API const char *omni_contacts_purpose(const omni_contacts *contacts);
/* Valid: OMNI_TIME_UNKNOWN for no bound. */
OMNI_API int64_t omni_contacts_from(const omni_contacts *contacts);
OMNI_API int64_t omni_contacts_until(const omni_contacts *contacts);
OMNI_API void omni_contacts_free(omni_contacts *contacts);

/* ---- tokens: one click ---------------------------------------------- */

#define OMNI_TOKEN_UNSUBSCRIBE	1	/* RFC 8058 */
#define OMNI_TOKEN_CONFIRM	2	/* double opt-in */

/* What a link says, signed with the host's key (omni_config_set_token_key).
 * It holds no address and no name. */
typedef struct omni_token omni_token;
OMNI_API omni_token *omni_token_new(int32_t what, const char *purpose);
OMNI_API void omni_token_free(omni_token *token);
/* Required: where the link is sent. */
OMNI_API omni_status omni_token_set_address(omni_token *token,
    const char *kind, const char *value);
/* Each NULL: all.  CONFIRM: as in the statement that is confirmed. */
OMNI_API omni_status omni_token_set_channel(omni_token *token,
    const char *channel);
OMNI_API omni_status omni_token_set_brand(omni_token *token,
    const char *brand);
OMNI_API omni_status omni_token_set_wording(omni_token *token,
    const char *wording);
/* After which it is worth nothing; unless set, 90 days from when it is
 * made. */
OMNI_API omni_status omni_token_set_expiry(omni_token *token, int64_t time);
OMNI_API const char *omni_token_errmsg(const omni_token *token);
/* *text, for a link, is yours: omni_text_free.  OMNI_MISUSE without a
 * key. */
OMNI_API omni_status omni_token_make(omni *db, const omni_token *token,
    char **text);
/* The two header lines of RFC 8058 for a mail, each ended by CR LF: url is an
 * https address to which the token is appended; mailto may be NULL.  *lines
 * is yours: omni_text_free. */
OMNI_API omni_status omni_token_headers(omni *db, const omni_token *token,
    const char *url, const char *mailto, char **lines);
/* What the token says becomes a statement, told via that channel (or NULL).
 * OMNI_DUPLICATE when it stands already, OMNI_INVALID for a text that is none
 * of ours or was changed, OMNI_EXPIRED when it is too old. */
OMNI_API omni_status omni_token_redeem(omni *db, const char *text,
    const char *via, int64_t *fact);

/* ---- messages ------------------------------------------------------- */

/* What is to be sent. */
typedef struct omni_message omni_message;
OMNI_API omni_message *omni_message_new(const char *purpose);
OMNI_API void omni_message_free(omni_message *message);
/* By which it is known; it is never routed twice to a customer. */
OMNI_API omni_status omni_message_set_id(omni_message *message,
    const char *id);
OMNI_API omni_status omni_message_set_brand(omni_message *message,
    const char *brand);
/* Not before (OMNI_NOW unless set), and worth nothing after. */
OMNI_API omni_status omni_message_set_time(omni_message *message,
    int64_t time);
OMNI_API omni_status omni_message_set_expiry(omni_message *message,
    int64_t time);
/* As omni_purpose_set_urgent, for this one. */
OMNI_API omni_status omni_message_set_urgent(omni_message *message,
    int32_t urgent);
OMNI_API const char *omni_message_errmsg(const omni_message *message);

/* ---- routes --------------------------------------------------------- */

/* name, number, meaning: why a channel fell.  Numbers are never reused. */
#define OMNI_REASON_MAP(X) \
	X(INBOUND, 10, "the channel takes no messages to customers") \
	X(NOT_ALLOWED, 11, "the purpose does not use the channel") \
	X(NOT_CONFIDENTIAL, 12, "the channel is not confidential enough") \
	X(NO_ADDRESS, 20, "no contact point on the channel") \
	X(NOT_VERIFIED, 21, "the contact point is not verified") \
	X(SUPPRESSED, 30, "the contact point is suppressed") \
	X(NOT_VALID, 31, "the contact point is not valid at that time") \
	X(WITHDRAWN, 40, "the customer said no") \
	X(NO_CONSENT, 41, "the customer has not said yes") \
	X(EXPIRED, 42, "the consent has expired") \
	X(OBJECTED_LAST, 43, \
	    "the customer objected; used only as a last resort") \
	X(NOT_CONFIRMED, 44, "the consent is not confirmed") \
	X(OTHER_ADDRESS, 45, "the consent is for another address") \
	X(NO_SALE, 46, "no sale after which to write without consent") \
	X(QUIET, 50, "quiet hours or a legal window") \
	X(LATE, 51, "it would come after the message has expired") \
	X(CAPPED, 60, "the cap on messages is reached") \
	X(HOUSEHOLD, 61, "somebody else of the household gets it") \
	X(TRIED, 62, "the message was tried there before") \
	X(UNDEFINED_CHANNEL, 70, "the channel is not defined")

enum {
#define OMNI_REASON_CONSTANT(name, number, text) \
	OMNI_REASON_##name = (number),
	OMNI_REASON_MAP(OMNI_REASON_CONSTANT)
#undef OMNI_REASON_CONSTANT
	OMNI_REASON_LIMIT = 0x7fffffff
};
OMNI_API const char *omni_reason_name(int32_t reason);
OMNI_API const char *omni_reason_text(int32_t reason);

typedef struct omni_route omni_route;
/* Where a message of that purpose goes at that instant (OMNI_NOW), and why
 * not elsewhere.  Deciding writes nothing.  OMNI_NONE: no such customer.
 * OMNI_UNDEFINED: no such purpose. */
OMNI_API omni_status omni_route_decide(omni *db, const char *customer,
    const char *purpose, int64_t at, omni_route **route);
/* The same for a message, which can say more. */
OMNI_API omni_status omni_route_try(omni *db, const char *customer,
    const omni_message *message, omni_route **route);
/* Decides and keeps the decision, a fact.  With a message's id:
 * OMNI_DUPLICATE when the message was routed to the customer before, and
 * *route is what was decided then. */
OMNI_API omni_status omni_route_put(omni *db, const char *customer,
    const omni_message *message, omni_route **route);
/* What was decided.  OMNI_NONE: no such route; OMNI_ERASED. */
OMNI_API omni_status omni_route_get(omni *db, int64_t fact,
    omni_route **route);
/* The next step of a kept route, decided anew at that instant (OMNI_NOW) and
 * kept.  OMNI_OK: go on with *route, whose steps may be none left.
 * OMNI_PENDING: not due yet, *route is what runs.  OMNI_DONE: it arrived. */
OMNI_API omni_status omni_route_next(omni *db, int64_t fact, int64_t at,
    omni_route **route);
/* Decides a kept route again from the facts that were known then; *same is 1
 * when all of it comes out the same, else 0. */
OMNI_API omni_status omni_route_replay(omni *db, int64_t fact,
    int32_t *same, omni_route **route);
/* The kept route's fact; 0: a dry run. */
OMNI_API int64_t omni_route_fact(const omni_route *route);
OMNI_API const char *omni_route_customer(const omni_route *route);
OMNI_API const char *omni_route_purpose(const omni_route *route);
/* The instant for which it was decided. */
OMNI_API int64_t omni_route_time(const omni_route *route);
/* The recipient's time zone, and how it is known, in words. */
OMNI_API const char *omni_route_zone(const omni_route *route);
OMNI_API const char *omni_route_zone_text(const omni_route *route);
/* The language that the customer asked for, or NULL. */
OMNI_API const char *omni_route_language(const omni_route *route);
/* Of a kept route: the furthest OMNI_RESULT_* that was told, 0 for none; and
 * when omni_route_next is due, OMNI_TIME_UNKNOWN when it never is. */
OMNI_API int32_t omni_route_result(const omni_route *route);
OMNI_API int64_t omni_route_due(const omni_route *route);
/* The first step, then where to go if it fails; 0 steps: nowhere. */
OMNI_API int32_t omni_route_step_count(const omni_route *route);
OMNI_API const char *omni_route_step_channel(const omni_route *route,
    int32_t i);
OMNI_API const char *omni_route_step_address(const omni_route *route,
    int32_t i);
OMNI_API int64_t omni_route_step_time(const omni_route *route, int32_t i);
/* What the step rests on, in words: the grant, the basis, the rank. */
OMNI_API const char *omni_route_step_text(const omni_route *route,
    int32_t i);
/* The statement that it rests on, a fact, or 0. */
OMNI_API int64_t omni_route_step_fact(const omni_route *route, int32_t i);
OMNI_API int32_t omni_route_rejected_count(const omni_route *route);
OMNI_API const char *omni_route_rejected_channel(const omni_route *route,
    int32_t i);
/* OMNI_REASON_*. */
OMNI_API int32_t omni_route_rejected_reason(const omni_route *route,
    int32_t i);
OMNI_API const char *omni_route_rejected_text(const omni_route *route,
    int32_t i);
/* The statement, or the fact about the address, that forbids it, or 0. */
OMNI_API int64_t omni_route_rejected_fact(const omni_route *route,
    int32_t i);
OMNI_API void omni_route_free(omni_route *route);

/* ---- many routes ---------------------------------------------------- */

/* Whom it is about. */
typedef struct omni_audience omni_audience;
OMNI_API omni_audience *omni_audience_new(void);
OMNI_API void omni_audience_free(omni_audience *audience);
OMNI_API omni_status omni_audience_add(omni_audience *audience,
    const char *customer);
OMNI_API int64_t omni_audience_count(const omni_audience *audience);
OMNI_API const char *omni_audience_errmsg(const omni_audience *audience);

/* Routes a message to an audience (NULL: everybody), a page of customers at a
 * time.  keep 0: a dry run; else each is kept, as by omni_route_put. */
typedef struct omni_routes omni_routes;
OMNI_API omni_status omni_route_many(omni *db, const omni_message *message,
    const omni_audience *audience, int32_t keep, omni_routes **routes);
/* The next one, borrowed until the next call on routes; OMNI_DONE. */
OMNI_API omni_status omni_routes_next(omni_routes *routes,
    const omni_route **route);
/* Decides all that is left without handing it out: for the totals. */
OMNI_API omni_status omni_routes_run(omni_routes *routes);
/* So far: how many were decided, and how many of them go nowhere. */
OMNI_API int64_t omni_routes_decided(const omni_routes *routes);
OMNI_API int64_t omni_routes_nowhere(const omni_routes *routes);
/* Totals so far, by channel and reason: reason 0 counts first steps, others
 * why the channel fell. */
OMNI_API int32_t omni_routes_total_count(const omni_routes *routes);
OMNI_API const char *omni_routes_total_channel(const omni_routes *routes,
    int32_t i);
OMNI_API int32_t omni_routes_total_reason(const omni_routes *routes,
    int32_t i);
OMNI_API int64_t omni_routes_total_number(const omni_routes *routes,
    int32_t i);
OMNI_API void omni_routes_free(omni_routes *routes);

/* ---- permissions ---------------------------------------------------- */

/* Of a customer, for every purpose on every channel that takes messages: may
 * we, and why; steps 1 to 4 of the decision.  customer NULL: of everybody,
 * each row with a number. */
typedef struct omni_permissions omni_permissions;
OMNI_API omni_status omni_permissions_open(omni *db, const char *customer,
    int64_t at, omni_permissions **permissions);
OMNI_API omni_status omni_permissions_next(omni_permissions *permissions);
OMNI_API const char *omni_permissions_purpose(
    const omni_permissions *permissions);
OMNI_API const char *omni_permissions_channel(
    const omni_permissions *permissions);
/* 0: permitted; else OMNI_REASON_*. */
OMNI_API int32_t omni_permissions_reason(
    const omni_permissions *permissions);
/* Of one customer: in words, and the statement it rests on, or 0. */
OMNI_API const char *omni_permissions_text(
    const omni_permissions *permissions);
OMNI_API int64_t omni_permissions_fact(
    const omni_permissions *permissions);
/* How many customers: 1 of one. */
OMNI_API int64_t omni_permissions_number(
    const omni_permissions *permissions);
OMNI_API void omni_permissions_free(omni_permissions *permissions);

/* ---- affinity: how customers respond -------------------------------- */

/* Learns the population's rates of response and how much they differ between
 * customers; a fact, which holds until the next one. */
OMNI_API omni_status omni_affinity_learn(omni *db, int64_t *fact);
/* A customer's channels, the likeliest to be answered first. */
typedef struct omni_affinity omni_affinity;
OMNI_API omni_status omni_affinity_open(omni *db, const char *customer,
    int64_t at, omni_affinity **affinity);
OMNI_API omni_status omni_affinity_next(omni_affinity *affinity);
OMNI_API const char *omni_affinity_channel(const omni_affinity *affinity);
/* Messages sent and answered, decayed, in thousandths. */
OMNI_API int64_t omni_affinity_sent(const omni_affinity *affinity);
OMNI_API int64_t omni_affinity_answered(const omni_affinity *affinity);
/* The estimate, and the population's rate, in millionths; and how many
 * messages the latter counts for, in thousandths. */
OMNI_API int32_t omni_affinity_rate(const omni_affinity *affinity);
OMNI_API int32_t omni_affinity_prior(const omni_affinity *affinity);
OMNI_API int64_t omni_affinity_strength(const omni_affinity *affinity);
OMNI_API void omni_affinity_free(omni_affinity *affinity);

/* ---- the change feed ------------------------------------------------ */

#define OMNI_CHANGE_CREATED	1	/* customer */
#define OMNI_CHANGE_MERGED	2	/* other went into customer */
#define OMNI_CHANGE_SPLIT	3	/* other came out of customer */
#define OMNI_CHANGE_ERASED	4	/* customer is no more */

typedef struct omni_feed omni_feed;
/* From a position that omni_feed_position gave, or NULL for all. */
OMNI_API omni_status omni_feed_open(omni *db, const char *position,
    omni_feed **feed);
/* OMNI_OK, OMNI_DONE (a later call may find more) or an error. */
OMNI_API omni_status omni_feed_next(omni_feed *feed);
OMNI_API int32_t omni_feed_change(const omni_feed *feed);
OMNI_API const char *omni_feed_customer(const omni_feed *feed);
/* NULL when the change is about one customer. */
OMNI_API const char *omni_feed_other(const omni_feed *feed);
OMNI_API int64_t omni_feed_time(const omni_feed *feed);
/* The position behind the last change handed out. */
OMNI_API const char *omni_feed_position(omni_feed *feed);
OMNI_API void omni_feed_free(omni_feed *feed);

/* ---- batches -------------------------------------------------------- */

typedef struct omni_batch omni_batch;
/* Items are copied as they are added and committed together, in order. */
OMNI_API omni_status omni_batch_new(omni *db, omni_batch **batch);
OMNI_API void omni_batch_free(omni_batch *batch);
OMNI_API omni_status omni_batch_add_record(omni_batch *batch,
    const omni_record *record);
OMNI_API omni_status omni_batch_add_interaction(omni_batch *batch,
    const omni_interaction *interaction);
OMNI_API omni_status omni_batch_add_statement(omni_batch *batch,
    const omni_statement *statement);
/* Commits what is good.  OMNI_OK, OMNI_PARTIAL when items were rejected, or
 * a failure after which nothing was stored and the call can be repeated. */
OMNI_API omni_status omni_batch_commit(omni_batch *batch);
OMNI_API int32_t omni_batch_count(const omni_batch *batch);
/* What became of item i: OMNI_OK, OMNI_DUPLICATE or why it was rejected. */
OMNI_API omni_status omni_batch_status(const omni_batch *batch, int32_t i);
OMNI_API const char *omni_batch_message(const omni_batch *batch, int32_t i);
OMNI_API int64_t omni_batch_fact(const omni_batch *batch, int32_t i);
/* The customer of a record or interaction after the commit, or NULL. */
OMNI_API const char *omni_batch_customer(const omni_batch *batch,
    int32_t i);
/* Empties the batch for the next round. */
OMNI_API void omni_batch_clear(omni_batch *batch);

/* ---- import --------------------------------------------------------- */

#define OMNI_FORMAT_CSV		1	/* records */
#define OMNI_FORMAT_LINES	2	/* CloudEvents and Segment-spec lines */

typedef struct omni_import omni_import;
OMNI_API omni_status omni_import_new(omni *db, int32_t format,
    omni_import **import);
OMNI_API void omni_import_free(omni_import *import);
/* CSV: the source of the records, the column of their key, the column of
 * their time, and which column is which kind of feature. */
OMNI_API omni_status omni_import_set_source(omni_import *import,
    const char *source);
OMNI_API omni_status omni_import_set_key_column(omni_import *import,
    const char *column);
OMNI_API omni_status omni_import_set_time_column(omni_import *import,
    const char *column);
OMNI_API omni_status omni_import_map(omni_import *import,
    const char *column, const char *kind);
/* CSV, before the first write: keeps the bytes in memory and stores all rows
 * in one transaction when the import is finished.  Many times faster where
 * the rows are many beside those in the store; other writers wait. */
OMNI_API omni_status omni_import_set_bulk(omni_import *import);
/* Bytes as they come, in pieces of any size. */
OMNI_API omni_status omni_import_write(omni_import *import,
    const void *bytes, size_t size);
/* The end of the input: stores what is left.  OMNI_PARTIAL when lines were
 * rejected. */
OMNI_API omni_status omni_import_finish(omni_import *import);
OMNI_API int64_t omni_import_lines(const omni_import *import);
OMNI_API int64_t omni_import_stored(const omni_import *import);
OMNI_API int64_t omni_import_duplicates(const omni_import *import);
OMNI_API int64_t omni_import_rejected(const omni_import *import);
/* Takes the next rejected line off the list: OMNI_OK or OMNI_DONE.  reason
 * lives until the next call on the import. */
OMNI_API omni_status omni_import_problem(omni_import *import,
    int64_t *line, const char **reason);
OMNI_API const char *omni_import_errmsg(const omni_import *import);

#ifdef __cplusplus
}
#endif

#endif
