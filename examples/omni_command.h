/*
 * The command line, inside: what its commands share.  It is a customer of
 * the library like any other and uses omni.h alone.
 */
#ifndef OMNI_COMMAND_H
#define OMNI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "omni.h"

/* Exit statuses; scripts rely on them. */
enum {
	DONE_WELL = 0,
	DONE_NONE = 1,		/* no such, or several */
	DONE_WRONG = 2,		/* wrong use */
	DONE_REJECTED = 3,	/* done, but some rows were rejected */
	DONE_FAILED = 4
};

enum option {
	OPTION_JSON, OPTION_CSV, OPTION_ALL, OPTION_REGION, OPTION_ZONE,
	OPTION_SOURCE, OPTION_KEY, OPTION_MAP, OPTION_TIME, OPTION_LIVE,
	OPTION_CHANNEL,
	OPTION_KIND, OPTION_SINCE, OPTION_UNTIL, OPTION_LIMIT,
	OPTION_OLDEST, OPTION_PURPOSE, OPTION_AT, OPTION_VIA,
	OPTION_WORDING, OPTION_EXPIRY, OPTION_AUTHOR, OPTION_REASON,
	OPTION_SURE, OPTION_UNSURE, OPTION_DRY_RUN,
	OPTION_WHY, OPTION_PUT, OPTION_MESSAGE, OPTION_BRAND, OPTION_URGENT,
	OPTION_LIST, OPTION_MEDIUM, OPTION_ADDRESS, OPTION_EVIDENCE,
	OPTION_KEY_FILE, OPTION_URL, OPTION_MAILTO,
	OPTION_COUNT
};

/* What the user asked for. */
struct request {
	const char *url;
	omni *db;			/* open, but for init */
	const char *options[OPTION_COUNT];	/* NULL: not given */
	char **words;			/* behind the command's name */
	int count;
};

/* ---- commands ------------------------------------------------------- */

int command_init(struct request *);
int command_import(struct request *);
int command_customers(struct request *);
int command_find(struct request *);
int command_show(struct request *);
int command_related(struct request *);
int command_kinds(struct request *);
int command_why(struct request *);
int command_verdict(struct request *);
int command_verdicts(struct request *);
int command_review(struct request *);
int command_remove(struct request *);
int command_export(struct request *);
int command_erase(struct request *);
int command_timeline(struct request *);
int command_case(struct request *);
int command_say(struct request *);
int command_statements(struct request *);
int command_contact(struct request *);
int command_token(struct request *);
int command_redeem(struct request *);
int command_route(struct request *);
int command_routes(struct request *);
int command_next(struct request *);
int command_replay(struct request *);
int command_permissions(struct request *);
int command_affinity(struct request *);
int command_learn(struct request *);
int command_setting(struct request *);
int command_check(struct request *);
int command_rebuild(struct request *);
int command_train(struct request *);
int command_model(struct request *);
int command_backup(struct request *);
int command_maintain(struct request *);
int command_feed(struct request *);

/* ---- complaints (omni_shared.c) ------------------------------------- */

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void complain(const char *format, ...);
/* Says what the handle says and gives the exit status that fits. */
int complain_failure(const struct request *, omni_status);
/* ... of a question about customers. */
int complain_question(const struct request *, omni_status);
int exit_of(omni_status);

/* ---- arguments (omni_shared.c) -------------------------------------- */

/* "KIND=VALUE" into the record. */
int record_add_word(omni_record *, const char *word);
/* "NO_CONSENT" and the like, for OMNI_REASON_*; "-" for 0. */
const char *reason_word(int32_t reason);
/* The word at that place of a list, or "?". */
const char *word_of(const char *const *words, int32_t count, int32_t i);
/* "merged" and the like, for OMNI_CHANGE_*. */
const char *change_name(int32_t change);
/* Has the word the form of an id? */
bool is_id(const char *word);
/* An id or KIND=VALUE to the one customer that is meant. */
int customer_resolve(struct request *, const char *word,
    omni_customer **);
/* "LEFT:RIGHT" at the first colon; *left is the caller's to free. */
int word_split(const char *word, const char *what, char **left,
    const char **right);
/* An option's ISO 8601 time; stays as it is when not given. */
int option_time(const struct request *, enum option, int64_t *time);
/* The message that --message, --brand, --at, --expiry and --urgent describe;
 * to be freed. */
int message_read(const struct request *, const char *purpose,
    omni_message **);
/* Digital, physical; 0 when there is no such medium. */
int32_t medium_of(const char *word);
/* A whole number of at least `least`. */
int parse_number(const char *text, int64_t least, int64_t most,
    int64_t *out);

/* ---- output (omni_shared.c) ----------------------------------------- */

/* In characters. */
int text_width(const char *text);
/* Without control characters. */
void print_text(const char *text);
/* The text padded to a width in characters, and a gap. */
void print_column(const char *text, int width);
/* For people: "2025-01-31 08:00:00Z", without a gap. */
void print_time(int64_t time);
/* The inside of a JSON string. */
void json_escaped(const char *text);
/* "name":number with what goes before it. */
void json_number(const char *before, const char *name, int64_t number);
/* A JSON string; NULL becomes null. */
void json_text(const char *text);
/* "name":"text" with what goes before it. */
void json_member(const char *before, const char *name, const char *text);
/* An ISO 8601 string, or null when unknown. */
void json_time(const char *before, const char *name, int64_t time);
/* What speaks for and against, as a table or as members of an object
 * (omni_why.c). */
void explanation_print(const omni_explanation *, const char *left_name,
    const char *right_name);
void explanation_json(const char *before, const omni_explanation *);
/* A name and a way to reach them, on the line at hand (omni_find.c). */
void customer_brief(const omni_customer *);
/* A JSON value that someone else wrote, on one line. */
void json_value(const char *before, const char *name, const char *json);

#endif
