/*
 * What the commands share: complaints, arguments that mean a customer or a
 * time, and output for people and for programs.
 */
#include "omni_command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- complaints ----------------------------------------------------- */

void
complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("omni: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int
exit_of(omni_status status)
{
	switch (status) {
	case OMNI_NONE:
	case OMNI_SEVERAL:
	case OMNI_UNDEFINED:
		return DONE_NONE;
	case OMNI_INVALID:
	case OMNI_MISUSE:
		return DONE_WRONG;
	case OMNI_PARTIAL:
		return DONE_REJECTED;
	default:
		return status < 0 ? DONE_FAILED : DONE_WELL;
	}
}

int
complain_failure(const struct request *request, omni_status status)
{
	const char *text = omni_errmsg(request->db);

	if (text == NULL || *text == '\0')
		text = omni_status_text(status);
	complain("%s", text);
	return exit_of(status);
}

/* A kind that nobody defined is a slip of who asks. */
int
complain_question(const struct request *request, omni_status status)
{
	int result = complain_failure(request, status);

	return status == OMNI_UNDEFINED ? DONE_WRONG : result;
}

/* ---- arguments ------------------------------------------------------ */

int
record_add_word(omni_record *record, const char *word)
{
	const char *equals = strchr(word, '=');
	omni_status status;
	char *kind;

	if (equals == NULL || equals == word) {
		complain("%s is not KIND=VALUE", word);
		return DONE_WRONG;
	}
	kind = malloc((size_t)(equals - word) + 1);
	if (kind == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	memcpy(kind, word, (size_t)(equals - word));
	kind[equals - word] = '\0';
	status = omni_record_add(record, kind, equals + 1);
	free(kind);
	if (status >= 0)
		return DONE_WELL;
	complain("%s: %s", word, omni_record_errmsg(record));
	return status == OMNI_NOMEM ? DONE_FAILED : DONE_WRONG;
}

/* The candidates go to stderr: they are no answer. */
static int
several_list(struct request *request, const omni_record *who)
{
	omni_matches *matches = NULL;
	omni_status status = omni_customer_search(request->db, who, &matches);
	int32_t i;

	if (status < 0)
		return complain_failure(request, status);
	complain("several customers are possible:");
	for (i = 0; i < omni_matches_count(matches); i++)
		fprintf(stderr, "  %s  %.4f\n",
		    omni_matches_customer(matches, i),
		    omni_matches_probability(matches, i));
	omni_matches_free(matches);
	return DONE_NONE;
}

static int
customer_by_feature(struct request *request, const char *word,
    omni_customer **customer)
{
	omni_record *who = omni_record_new();
	omni_status status;
	int result = DONE_FAILED;

	if (who == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	result = record_add_word(who, word);
	if (result != DONE_WELL)
		goto out;
	status = omni_customer_find(request->db, who, customer);
	if (status == OMNI_SEVERAL)
		result = several_list(request, who);
	else if (status == OMNI_NONE) {
		complain("%s: no such customer", word);
		result = DONE_NONE;
	} else if (status != OMNI_OK)
		result = complain_failure(request, status);
out:
	omni_record_free(who);
	return result;
}

bool
is_id(const char *word)
{
	return strlen(word) == OMNI_ID_SIZE - 1 &&
	    strspn(word, "0123456789abcdef") == OMNI_ID_SIZE - 1;
}

int
customer_resolve(struct request *request, const char *word,
    omni_customer **customer)
{
	omni_status status;

	*customer = NULL;
	if (strchr(word, '=') != NULL)
		return customer_by_feature(request, word, customer);
	if (!is_id(word)) {
		complain("%s is neither an id nor KIND=VALUE", word);
		return DONE_WRONG;
	}
	status = omni_customer_get(request->db, word, customer);
	if (status == OMNI_OK)
		return DONE_WELL;
	if (status == OMNI_NONE) {
		complain("%s: no such customer", word);
		return DONE_NONE;
	}
	return complain_failure(request, status);
}

int
word_split(const char *word, const char *what, char **left,
    const char **right)
{
	const char *colon = strchr(word, ':');

	*left = NULL;
	if (colon == NULL || colon == word || colon[1] == '\0') {
		complain("%s is not %s", word, what);
		return DONE_WRONG;
	}
	*left = malloc((size_t)(colon - word) + 1);
	if (*left == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	memcpy(*left, word, (size_t)(colon - word));
	(*left)[colon - word] = '\0';
	*right = colon + 1;
	return DONE_WELL;
}

int
option_time(const struct request *request, enum option option, int64_t *time)
{
	const char *text = request->options[option];

	if (text == NULL || omni_time_parse(text, time) == OMNI_OK)
		return DONE_WELL;
	complain("%s is not an ISO 8601 time", text);
	return DONE_WRONG;
}

int
parse_number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	char *end = NULL;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || number < least ||
	    number > most) {
		complain("%s is not a whole number from %lld", text,
		    (long long)least);
		return DONE_WRONG;
	}
	*out = number;
	return DONE_WELL;
}

int32_t
medium_of(const char *word)
{
	return strcmp(word, "digital") == 0 ? OMNI_MEDIUM_DIGITAL :
	    strcmp(word, "physical") == 0 ? OMNI_MEDIUM_PHYSICAL : 0;
}

/* ---- words ---------------------------------------------------------- */

/* The constant without what all have in common. */
const char *
reason_word(int32_t reason)
{
	static const char prefix[] = "OMNI_REASON_";
	const char *name = reason == 0 ? "-" : omni_reason_name(reason);

	return strncmp(name, prefix, sizeof(prefix) - 1) == 0 ?
	    name + sizeof(prefix) - 1 : name;
}

const char *
word_of(const char *const *words, int32_t count, int32_t i)
{
	return i >= 0 && i < count && words[i] != NULL ? words[i] : "?";
}

/* ---- output for people ---------------------------------------------- */

int
text_width(const char *text)
{
	const unsigned char *at;
	int width = 0;

	for (at = (const unsigned char *)text; *at != '\0'; at++)
		width += (*at & 0xC0) != 0x80;
	return width;
}

/* Control characters in what customers typed must not reach a terminal. */
void
print_text(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at != '\0'; at++)
		putchar(*at < 0x20 || *at == 0x7f ? '?' : *at);
}

void
print_column(const char *text, int width)
{
	int done;

	if (text == NULL)
		text = "-";
	print_text(text);
	done = text_width(text);
	printf("%*s", done < width ? width - done + 2 : 2, "");
}

void
print_time(int64_t time)
{
	char text[OMNI_TIME_SIZE], *letter;

	if (time == OMNI_TIME_UNKNOWN ||
	    omni_time_format(time, text, sizeof(text)) != OMNI_OK) {
		printf("%-20s", "-");
		return;
	}
	letter = strchr(text, 'T');
	if (letter != NULL)
		*letter = ' ';
	printf("%-20s", text);
}

/* ---- output for programs -------------------------------------------- */

void
json_escaped(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	for (; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			putchar('\\');
		if (*at < 0x20)
			printf("\\u%04x", (unsigned)*at);
		else
			putchar(*at);
	}
}

void
json_text(const char *text)
{
	if (text == NULL) {
		fputs("null", stdout);
		return;
	}
	putchar('"');
	json_escaped(text);
	putchar('"');
}

void
json_number(const char *before, const char *name, int64_t number)
{
	printf("%s\"%s\":%lld", before, name, (long long)number);
}

void
json_member(const char *before, const char *name, const char *text)
{
	printf("%s\"%s\":", before, name);
	json_text(text);
}

void
json_time(const char *before, const char *name, int64_t time)
{
	char text[OMNI_TIME_SIZE];

	if (time == OMNI_TIME_UNKNOWN ||
	    omni_time_format(time, text, sizeof(text)) != OMNI_OK)
		json_member(before, name, NULL);
	else
		json_member(before, name, text);
}

/* Line ends occur in JSON between values alone. */
void
json_value(const char *before, const char *name, const char *json)
{
	printf("%s\"%s\":", before, name);
	if (json == NULL)
		fputs("null", stdout);
	else
		for (; *json != '\0'; json++)
			putchar(*json == '\n' || *json == '\r' ? ' ' : *json);
}
