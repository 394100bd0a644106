/*
 * The command line as scripts see it: forms, exit statuses, what is written
 * where.  Runs the program that was built; OMNI_BUILD says where.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "harness.h"

extern char **environ;

#define WORDS 24

/* ---- running the program -------------------------------------------- */

struct ran {
	int status;
	char out[65536], err[16384];
};

static char scratch[200];

static void
scratch_path(char *out, size_t size, const char *name)
{
	(void)snprintf(out, size, "%s/%s", scratch, name);
}

static void
file_write(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	scratch_path(path, sizeof(path), name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void
file_read(const char *name, char *out, size_t size)
{
	char path[256];
	FILE *file;
	size_t got;

	scratch_path(path, sizeof(path), name);
	file = fopen(path, "rb");
	assert_non_null(file);
	got = fread(out, 1, size - 1, file);
	out[got] = '\0';
	(void)fclose(file);
}

static void
spawn(const char *program, char **arguments, struct ran *ran)
{
	posix_spawn_file_actions_t actions;
	char out[256], err[256];
	pid_t child;

	scratch_path(out, sizeof(out), "stdout");
	scratch_path(err, sizeof(err), "stderr");
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
	    O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&actions, 1, out,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_addopen(&actions, 2, err,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(posix_spawn(&child, program, &actions, NULL,
	    arguments, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(child, &ran->status, 0), child);
	assert_true(WIFEXITED(ran->status));
	ran->status = WEXITSTATUS(ran->status);
	file_read("stdout", ran->out, sizeof(ran->out));
	file_read("stderr", ran->err, sizeof(ran->err));
}

/* Words separated by blanks; a word that begins with @ is a file in the
 * scratch directory. */
static void
run(const char *url, struct ran *ran, const char *words)
{
	const char *build = getenv("OMNI_BUILD");
	char program[512], text[2048], paths[4][256], *rest = NULL, *word;
	char *arguments[WORDS] = { program };
	size_t count = 1, files = 0;

	(void)snprintf(program, sizeof(program), "%s/omni",
	    build == NULL ? "build" : build);
	if (access(program, X_OK) != 0)
		fail_msg("%s is not there: set OMNI_BUILD", program);
	if (url != NULL) {
		arguments[count++] = (char *)(uintptr_t)"-d";
		arguments[count++] = (char *)(uintptr_t)url;
	}
	(void)snprintf(text, sizeof(text), "%s", words);
	for (word = strtok_r(text, " ", &rest); word != NULL;
	    word = strtok_r(NULL, " ", &rest)) {
		assert_true(count < WORDS - 1);
		if (*word == '@') {
			assert_true(files < 4);
			scratch_path(paths[files], sizeof(paths[0]),
			    word + 1);
			word = paths[files++];
		}
		arguments[count++] = word;
	}
	spawn(program, arguments, ran);
}

#define exits(ran, words, wanted) \
	exits_at(h->url, (ran), (words), (wanted), __FILE__, __LINE__)

static void
exits_at(const char *url, struct ran *ran, const char *words, int wanted,
    const char *file, int line)
{
	run(url, ran, words);
	if (ran->status == wanted)
		return;
	print_error("omni %s: exit status %d, wanted %d\n%s%s", words,
	    ran->status, wanted, ran->out, ran->err);
	_fail(file, line);
}

static void
assert_in(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in\n%s", part, text);
}

/* Line n of the output, parsed; to be decref'd.  NULL when there is none. */
static json_t *
json_line(const struct ran *ran, int n)
{
	const char *line = ran->out;
	json_t *value;
	const char *end;

	for (; n > 0 && line != NULL; n--) {
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	if (line == NULL || *line == '\0')
		return NULL;
	end = strchr(line, '\n');
	assert_non_null(end);
	value = json_loadb(line, (size_t)(end - line),
	    JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(value);
	return value;
}

static void
assert_member(const json_t *object, const char *name, const char *text)
{
	const json_t *value = json_object_get(object, name);

	assert_non_null(value);
	if (text == NULL)
		assert_true(json_is_null(value));
	else
		assert_string_equal(json_string_value(value), text);
}

static void
assert_list(const json_t *object, const char *name, const char *const *texts,
    size_t count)
{
	const json_t *list = json_object_get(object, name);
	size_t i;

	assert_int_equal(json_array_size(list), count);
	for (i = 0; i < count; i++)
		assert_string_equal(json_string_value(
		    json_array_get(list, i)), texts[i]);
}

/* ---- a small shop --------------------------------------------------- */

static const char people[] =
    "id,name,mail,phone\n"
    "A,Ann Lee,ann@shop.example,0701740605\n"
    "B,Bo Berg,bo@shop.example,\n";

#define HEAD(id, type, time) "{\"specversion\":\"1.0\",\"id\":\"" id \
	"\",\"source\":\"/s\",\"type\":\"" type "\",\"time\":\"" time "\","
#define SETUP "2020-01-01T00:00:00Z"

static const char events[] =
    HEAD("c1", "omni.channel", SETUP) "\"data\":{\"name\":\"store\","
    "\"direction\":\"in\",\"medium\":\"physical\"}}\n"
    HEAD("c2", "omni.channel", SETUP) "\"data\":{\"name\":\"web\","
    "\"direction\":\"in\",\"medium\":\"digital\"}}\n"
    HEAD("c3", "omni.channel", SETUP) "\"data\":{\"name\":\"email\","
    "\"direction\":\"out\",\"medium\":\"digital\","
    "\"address\":\"email\"}}\n"
    HEAD("c4", "omni.channel", SETUP) "\"data\":{\"name\":\"sms\","
    "\"direction\":\"out\",\"medium\":\"digital\","
    "\"address\":\"phone\"}}\n"
    HEAD("p1", "omni.purpose", SETUP) "\"data\":{\"name\":\"news\","
    "\"basis\":\"consent\",\"class\":\"marketing\","
    "\"channels\":[\"sms\",\"email\"]}}\n"
    HEAD("W1-1", "order.placed", "2025-03-01T10:00:00Z")
    "\"channel\":\"web\",\"data\":{\"who\":{\"email\":"
    "\"ANN@shop.example\"},\"refs\":[\"order:W1\",\"product:P\"],"
    "\"status\":{\"order:W1\":\"placed\"},\"body\":{\"amount\":19.90}}}\n"
    "this is no line\n"
    HEAD("W1-2", "order.collected", "2025-03-02T10:00:00Z")
    "\"channel\":\"store\",\"data\":{\"who\":{\"phone\":"
    "\"+46 70 174 06 05\"},\"status\":{\"order:W1\":\"collected\"}}}\n";

#define IMPORT "import --source crm --key id --map " \
	"name=name.full,mail=email,phone=phone @people.csv"

static void
shop(struct harness *h, struct ran *ran)
{
	file_write("people.csv", people);
	file_write("events.jsonl", events);
	exits(ran, IMPORT, 0);
	exits(ran, "import @events.jsonl", 3);
}

/* ---- tests ---------------------------------------------------------- */

static void
wrong_use_exits_2(void **state)
{
	struct harness *h = harness_of(state);
	static const char *const wrong[] = {
		"show", "show a b", "show nothing", "case order",
		"timeline --limit none email=a@b.example",
		"timeline --limit 0 email=a@b.example",
		"timeline --since today email=a@b.example",
		"timeline --bogus email=a@b.example", "show --csv a=b",
		"find shoe=38", "find email", "why a b", "why a:b",
		"verdict maybe a:b c:d", "say a=b grant",
		"import --source s @f.csv", "import @f.csv", "import",
		"route email=a@b.example", "frobnicate", "--bogus",
		"timeline --kind x --kind y email=a@b.example",
		"customers --csv=yes", "timeline --limit",
		"say a=b --purpose news quiet", "say a=b told",
		"say a=b --purpose news prefer", "contact email",
		"contact email a@b.example gone",
		"contact email a@b.example suppressed",
		"contact pigeon a@b.example",
		"contact email a@b.example valid today tomorrow",
		"token unsubscribe email a@b.example --purpose news",
		"redeem abc", "next none", "replay 0", "routes",
		"routes news --list @nowhere", "route a=b news --at today",
		"permissions a b", "learn now",
	};
	struct ran ran;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		exits(&ran, wrong[i], 2);
		assert_string_equal(ran.out, "");
		assert_true(strlen(ran.err) > 0);
	}
	run(NULL, &ran, "");
	assert_int_equal(ran.status, 2);
	run(NULL, &ran, "check");
	assert_int_equal(ran.status, 2);
	run(NULL, &ran, "--help");
	assert_int_equal(ran.status, 0);
	assert_in(ran.out, "timeline");
}

static void
a_store_that_is_not_there_is_told(void **state)
{
	struct harness *h = harness_of(state);
	char path[256];
	struct ran ran;

	(void)h;
	scratch_path(path, sizeof(path), "none.db");
	file_write("events.jsonl", events);
	run(path, &ran, "import @events.jsonl");
	assert_int_equal(ran.status, 4);
	assert_in(ran.err, "init");
	assert_int_equal(access(path, F_OK), -1);
}

static void
init_makes_a_store_once(void **state)
{
	struct harness *h = harness_of(state);
	char path[256];
	struct ran ran;

	(void)h;
	scratch_path(path, sizeof(path), "new.db");
	run(path, &ran, "init --region SE --zone Europe/Stockholm");
	assert_int_equal(ran.status, 0);
	assert_in(ran.out, "SE");
	run(path, &ran, "init --region SE");
	assert_int_equal(ran.status, 0);
	run(path, &ran, "init --region DE");
	assert_int_equal(ran.status, 4);
	run(path, &ran, "check");
	assert_int_equal(ran.status, 0);
	run(path, &ran, "init --region ZZZ");
	assert_true(ran.status == 2 || ran.status == 4);
}

static void
imports_tell_each_file_and_each_bad_line(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	assert_string_equal(ran.out, "");
	assert_in(ran.err, "events.jsonl:7: not JSON");
	assert_in(ran.err,
	    "8 lines, 7 stored, 0 duplicates, 1 rejected\n");
	exits(&ran, "import --json @events.jsonl", 3);
	assert_in(ran.err,
	    "8 lines, 0 stored, 7 duplicates, 1 rejected; nothing new\n");
	assert_in(ran.out, "\"duplicates\":7,\"rejected\":1}");
	exits(&ran, IMPORT, 0);
	assert_in(ran.err, "nothing new");
	exits(&ran, "import @nowhere.jsonl", 4);
	exits(&ran, "import --source s --key no --map mail=email "
	    "@people.csv", 2);
	assert_in(ran.err, "'no'");
}

static void
customers_come_sorted_as_csv(void **state)
{
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "customers --csv", 0);
	assert_memory_equal(ran.out, "source,key,customer\ncrm,A,", 26);
	assert_in(ran.out, "\ncrm,B,");
	exits(&ran, "customers --json", 0);
	line = json_line(&ran, 1);
	assert_member(line, "source", "crm");
	assert_member(line, "key", "B");
	json_decref(line);
	exits(&ran, "customers --json --all", 0);
	line = json_line(&ran, 2);
	assert_member(line, "source", NULL);
	json_decref(line);
	exits(&ran, "customers", 0);
}

static void
a_customer_is_found_and_shown(void **state)
{
	struct harness *h = harness_of(state);
	json_t *found, *shown;
	char words[128];
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "find --json email=ann@shop.example", 0);
	found = json_line(&ran, 0);
	assert_true(json_number_value(json_object_get(found,
	    "probability")) > 0.5);
	(void)snprintf(words, sizeof(words), "show --json %s",
	    json_string_value(json_object_get(found, "customer")));
	exits(&ran, words, 0);
	shown = json_line(&ran, 0);
	assert_member(shown, "customer",
	    json_string_value(json_object_get(found, "customer")));
	json_decref(shown);
	json_decref(found);
	exits(&ran, "show phone=0701740605", 0);
	assert_in(ran.out, "Ann Lee");
	exits(&ran, "find email=ann@shop.example", 0);
	assert_in(ran.out, "Ann Lee");
	exits(&ran, "find email=nobody@shop.example", 1);
	exits(&ran, "find --why name.given=Ann email=ann@shop.example", 0);
	assert_in(ran.out, "asked");
	assert_in(ran.out, "name.given");
	assert_in(ran.out, "prior");
	exits(&ran, "find --limit 0 email=ann@shop.example", 2);
	exits(&ran, "find --limit 1 --json --why email=ann@shop.example", 0);
	found = json_line(&ran, 0);
	assert_true(json_is_true(json_object_get(found, "certain")));
	assert_true(json_array_size(json_object_get(found, "features")) > 1);
	json_decref(found);
	exits(&ran, "show email=nobody@shop.example", 1);
	exits(&ran, "show 00000000000000000000000000000000", 1);
}

static void
a_timeline_crosses_channels(void **state)
{
	static const char *const refs[] = { "order:W1", "product:P" };
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "timeline --json --oldest email=ann@shop.example", 0);
	line = json_line(&ran, 0);
	assert_member(line, "source", "/s");
	assert_member(line, "id", "W1-1");
	assert_member(line, "time", "2025-03-01T10:00:00Z");
	assert_member(line, "channel", "web");
	assert_member(line, "kind", "order.placed");
	assert_list(line, "refs", refs, 2);
	assert_member(json_object_get(line, "status"), "order:W1",
	    "placed");
	assert_in(ran.out, "\"body\":{\"amount\":19.90}");
	json_decref(line);
	line = json_line(&ran, 1);
	assert_member(line, "id", "W1-2");
	assert_member(line, "body", NULL);
	json_decref(line);
	assert_null(json_line(&ran, 2));

	exits(&ran, "timeline --channel store phone=0701740605", 0);
	assert_in(ran.out, "order.collected");
	assert_null(strstr(ran.out, "order.placed"));
	exits(&ran, "timeline --json --limit 1 phone=0701740605", 0);
	assert_in(ran.out, "W1-2");
	assert_null(json_line(&ran, 1));
	exits(&ran, "timeline --until 2025-03-02 phone=0701740605", 0);
	assert_null(strstr(ran.out, "order.collected"));
	exits(&ran, "timeline --since 2025-03-02 --kind order.placed "
	    "phone=0701740605", 0);
	assert_string_equal(ran.out, "");
}

static void
a_case_is_the_sum_of_its_statuses(void **state)
{
	static const char *const channels[] = { "store", "web" };
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "case --json order:W1", 0);
	line = json_line(&ran, 0);
	assert_member(line, "ref", "order:W1");
	assert_member(line, "state", "collected");
	assert_list(line, "channels", channels, 2);
	assert_int_equal(json_integer_value(json_object_get(line,
	    "changes")), 2);
	assert_true(json_is_string(json_object_get(line, "customer")));
	json_decref(line);
	exits(&ran, "case order:W1", 0);
	assert_in(ran.out, "collected");
	exits(&ran, "case order:none", 1);
}

static void
what_was_said_decides_the_route(void **state)
{
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "route --json email=ann@shop.example news", 0);
	line = json_line(&ran, 0);
	assert_int_equal(json_array_size(json_object_get(line, "steps")), 0);
	assert_int_equal(json_array_size(json_object_get(line,
	    "rejected")), 2);
	assert_member(json_array_get(json_object_get(line, "rejected"), 0),
	    "reason", "NO_CONSENT");
	json_decref(line);

	exits(&ran, "say email=ann@shop.example --purpose news "
	    "--channel email --at 2025-05-01 grant", 0);
	exits(&ran, "route --json email=ann@shop.example news "
	    "--at 2025-06-02T09:00:00Z", 0);
	line = json_line(&ran, 0);
	assert_member(json_array_get(json_object_get(line, "steps"), 0),
	    "channel", "email");
	assert_member(json_array_get(json_object_get(line, "rejected"), 0),
	    "channel", "sms");
	json_decref(line);
	exits(&ran, "route email=ann@shop.example news", 0);
	assert_in(ran.out, "email");

	exits(&ran, "say email=ann@shop.example --purpose news withdraw", 0);
	exits(&ran, "route email=ann@shop.example news", 0);
	assert_in(ran.out, "nowhere");
	exits(&ran, "say email=ann@shop.example --purpose news "
	    "--channel sms prefer 1", 0);
	exits(&ran, "route email=ann@shop.example nonsense", 1);
}

/* Line n of the output; its member `name` is that text. */
static void
line_says(const struct ran *ran, int n, const char *name, const char *text)
{
	json_t *line = json_line(ran, n);

	assert_non_null(line);
	assert_member(line, name, text);
	json_decref(line);
}

static int64_t
line_number(const struct ran *ran, const char *name)
{
	json_t *line = json_line(ran, 0);
	int64_t number = json_integer_value(json_object_get(line, name));

	json_decref(line);
	assert_true(number > 0);
	return number;
}

#define ANN "email=ann@shop.example"

static void
what_was_said_is_shown_with_its_proof(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "say " ANN " --purpose news --channel email --brand Norr "
	    "--via web --wording A --evidence box-ticked --at 2025-05-01 "
	    "grant", 0);
	exits(&ran, "say " ANN " --purpose news --medium digital "
	    "--at 2025-05-02 withdraw", 0);
	exits(&ran, "say " ANN " --at 2025-05-03 quiet 22:00-07:00", 0);
	exits(&ran, "say " ANN " language sv-SE", 0);
	exits(&ran, "say " ANN " zone Asia/Kolkata", 0);
	exits(&ran, "say " ANN " quiet 25:00-07:00", 2);
	exits(&ran, "say " ANN " --purpose news --medium air withdraw", 2);
	exits(&ran, "statements " ANN " --json", 0);
	line_says(&ran, 0, "said", "grant");
	line_says(&ran, 0, "evidence", "box-ticked");
	line_says(&ran, 0, "brand", "Norr");
	line_says(&ran, 0, "standing", "withdrawn");
	line_says(&ran, 1, "medium", "digital");
	line_says(&ran, 1, "standing", "holds");
	line_says(&ran, 2, "value", "22:00-07:00");
	exits(&ran, "statements " ANN, 0);
	assert_in(ran.out, "box-ticked");
	exits(&ran, "statements " ANN " --purpose receipt --json", 0);
	line_says(&ran, 0, "said", "quiet");
}

static void
permissions_are_a_matrix(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "say " ANN " --purpose news --channel email "
	    "--at 2025-05-01 grant", 0);
	exits(&ran, "permissions " ANN " --json", 0);
	line_says(&ran, 0, "channel", "email");
	line_says(&ran, 0, "reason", NULL);
	line_says(&ran, 1, "channel", "sms");
	line_says(&ran, 1, "reason", "NO_CONSENT");
	exits(&ran, "permissions " ANN, 0);
	assert_in(ran.out, "yes");
	exits(&ran, "permissions --json", 0);
	assert_in(ran.out, "\"number\":1");
	exits(&ran, "permissions", 0);
	assert_in(ran.out, "NO_CONSENT");
	exits(&ran, "permissions email=none@shop.example", 1);
}

static void
all_that_is_told_of_an_address_is_listed(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "contact email ann@shop.example verified "
	    "--at 2025-05-01", 0);
	exits(&ran, "contact email ann@shop.example suppressed bounce "
	    "--purpose news --at 2025-05-02", 0);
	exits(&ran, "contact email ANN@shop.example lifted --purpose news "
	    "--at 2025-05-03", 0);
	exits(&ran, "contact email ann@shop.example primary", 0);
	exits(&ran, "contact email ann@shop.example valid - 2026-01-01", 0);
	exits(&ran, "contact --json email ann@shop.example", 0);
	line_says(&ran, 0, "what", "verified");
	line_says(&ran, 1, "cause", "bounce");
	line_says(&ran, 1, "purpose", "news");
	line_says(&ran, 2, "cause", NULL);
	exits(&ran, "contact email ann@shop.example", 0);
	assert_in(ran.out, "no longer suppressed for news");
	assert_in(ran.out, "valid from");
}

static void
a_link_unsubscribes(void **state)
{
	struct harness *h = harness_of(state);
	char words[1200], token[512];
	struct ran ran;

	shop(h, &ran);
	file_write("key", "thirty-two bytes of secret, or so");
	file_write("short", "no secret");
	exits(&ran, "say " ANN " --purpose news --channel email "
	    "--at 2025-05-01 grant", 0);
	exits(&ran, "token unsubscribe email ann@shop.example "
	    "--purpose news --key-file @short", 2);
	exits(&ran, "token unsubscribe email ann@shop.example "
	    "--purpose news --key-file @key --url https://shop.example/u?t=",
	    0);
	assert_in(ran.out, "List-Unsubscribe-Post: "
	    "List-Unsubscribe=One-Click\r\n");
	exits(&ran, "token unsubscribe email ann@shop.example "
	    "--purpose news --key-file @key", 0);
	assert_true(strlen(ran.out) < sizeof(token));
	strcpy(token, ran.out);
	token[strcspn(token, "\n")] = '\0';
	(void)snprintf(words, sizeof(words), "redeem --key-file @key %s",
	    token);
	exits(&ran, words, 0);
	assert_in(ran.out, "noted");
	exits(&ran, words, 0);
	assert_in(ran.out, "already");
	exits(&ran, "redeem --key-file @key nonsense", 2);
	exits(&ran, "route " ANN " news", 0);
	assert_in(ran.out, "WITHDRAWN");
}

static void
a_kept_route_goes_on(void **state)
{
	struct harness *h = harness_of(state);
	char words[200];
	int64_t fact;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "say " ANN " --purpose news --at 2025-05-01 grant", 0);
	exits(&ran, "route " ANN " news --put --message M1 --json "
	    "--at 2025-06-02T09:00:00Z", 0);
	fact = line_number(&ran, "route");
	line_says(&ran, 0, "result", "nothing yet");
	line_says(&ran, 0, "due", "2025-06-03T09:00:00Z");
	exits(&ran, "route phone=0701740605 news --put --message M1", 0);
	assert_in(ran.err, "routed before");
	(void)snprintf(words, sizeof(words),
	    "next %lld --at 2025-06-02T10:00:00Z", (long long)fact);
	exits(&ran, words, 0);
	assert_in(ran.err, "not due yet");
	(void)snprintf(words, sizeof(words),
	    "next %lld --at 2025-06-03T10:00:00Z", (long long)fact);
	exits(&ran, words, 0);
	assert_in(ran.out, "email");
	assert_in(ran.out, "TRIED");
	(void)snprintf(words, sizeof(words), "replay %lld",
	    (long long)fact);
	exits(&ran, words, 0);
	assert_in(ran.out, "the same as it was kept");
	exits(&ran, "next 4711", 1);
	exits(&ran, "replay 4711", 1);
}

static void
many_are_counted(void **state)
{
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "say " ANN " --purpose news --at 2025-05-01 grant", 0);
	exits(&ran, "routes news --json", 0);
	line = json_line(&ran, 0);
	assert_int_equal(json_integer_value(json_object_get(line,
	    "decided")), 2);
	assert_int_equal(json_integer_value(json_object_get(line,
	    "nowhere")), 1);
	assert_true(json_array_size(json_object_get(line, "totals")) > 0);
	json_decref(line);
	exits(&ran, "routes news", 0);
	assert_in(ran.out, "first step");
	file_write("list", "00000000000000000000000000000000\n\n");
	exits(&ran, "routes news --list @list --put --message M2", 0);
	assert_in(ran.out, "0 decided");
	file_write("list", "Ann Lee\n");
	exits(&ran, "routes news --list @list", 2);
	exits(&ran, "routes nonsense", 1);
}

/* Everybody gets a mail, and every third opens it. */
static void
mails_write(void)
{
	static char text[32768];
	size_t used = 0;
	int i;

	for (i = 0; i < 120; i++) {
		bool opened = i >= 90;
		int who = opened ? i % 90 * 3 : i;

		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "{\"specversion\":\"1.0\",\"id\":\"m%d\","
		    "\"source\":\"/s\",\"type\":\"mail.%s\","
		    "\"time\":\"2025-05-0%dT10:00:00Z\","
		    "\"channel\":\"email\",\"data\":{\"who\":"
		    "{\"email\":\"p%d@shop.example\"}}}\n", i,
		    opened ? "opened" : "sent", opened ? 2 : 1, who);
		assert_true(used < sizeof(text));
	}
	file_write("sent.jsonl", text);
}

static void
responses_are_learned_from(void **state)
{
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "learn", 1);
	mails_write();
	exits(&ran, "import @sent.jsonl", 0);
	exits(&ran, "affinity email=p0@shop.example", 0);
	assert_in(ran.out, "nothing was learned yet of all customers");
	exits(&ran, "learn", 0);
	assert_in(ran.out, "learned");
	exits(&ran, "affinity email=p0@shop.example --json --at 2025-06-01",
	    0);
	line = json_line(&ran, 0);
	assert_member(line, "channel", "email");
	assert_true(json_number_value(json_object_get(line, "sent")) > 0.5);
	assert_true(json_number_value(json_object_get(line, "rate")) >
	    json_number_value(json_object_get(line, "population")));
	json_decref(line);
	exits(&ran, "affinity email=p0@shop.example", 0);
	assert_in(ran.out, "messages; all customers");
}

static void
a_setting_holds_on_every_channel(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "setting email=ann@shop.example language", 1);
	exits(&ran, "setting email=ann@shop.example language sv", 0);
	exits(&ran, "setting phone=0701740605 language", 0);
	assert_string_equal(ran.out, "sv\n");
}

static void
why_and_verdict_are_about_two_records(void **state)
{
	struct harness *h = harness_of(state);
	json_t *line;
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "why --json crm:A crm:B", 0);
	line = json_line(&ran, 0);
	assert_true(json_is_false(json_object_get(line, "same")));
	assert_true(json_is_array(json_object_get(line, "features")));
	json_decref(line);
	exits(&ran, "verdict same crm:A crm:B --author me --reason test", 0);
	exits(&ran, "why crm:A crm:B", 0);
	assert_in(ran.out, "one customer");
	exits(&ran, "verdict different crm:A crm:B", 0);
	exits(&ran, "why crm:A crm:B", 0);
	assert_in(ran.out, "two customers");
	exits(&ran, "why crm:A crm:none", 1);
}

static void
a_record_goes_and_a_person_goes(void **state)
{
	struct harness *h = harness_of(state);
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "remove crm B", 0);
	exits(&ran, "remove crm B", 1);
	exits(&ran, "find email=bo@shop.example", 1);
	exits(&ran, "export email=ann@shop.example", 0);
	assert_in(ran.out, "ann@shop.example");
	exits(&ran, "erase email=ann@shop.example", 0);
	exits(&ran, "find email=ann@shop.example", 1);
	exits(&ran, "feed --json", 0);
	assert_in(ran.out, "\"change\":\"erased\"");
	exits(&ran, "feed", 0);
	exits(&ran, "check", 0);
}

static void
the_house_is_kept(void **state)
{
	struct harness *h = harness_of(state);
	bool embedded = strcmp(h->engine, "sqlite") == 0;
	char path[256];
	struct ran ran;

	shop(h, &ran);
	exits(&ran, "rebuild", 0);
	exits(&ran, "check", 0);
	exits(&ran, "maintain", 0);
	exits(&ran, "backup @copy.db", embedded ? 0 : 4);
	if (!embedded)
		return;
	scratch_path(path, sizeof(path), "copy.db");
	run(path, &ran, "show email=ann@shop.example");
	assert_int_equal(ran.status, 0);
}

/* ---- the scratch directory ------------------------------------------ */

static int
scratch_make(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	(void)snprintf(scratch, sizeof(scratch), "%s/omni-cli-XXXXXX",
	    base != NULL ? base : "/tmp");
	return mkdtemp(scratch) == NULL ? -1 : 0;
}

static int
scratch_remove(void **state)
{
	static const char *const names[] = {
		"stdout", "stderr", "people.csv", "events.jsonl", "new.db",
		"new.db-wal", "new.db-shm", "copy.db", "copy.db-wal",
		"copy.db-shm", "key", "short", "list", "sent.jsonl",
	};
	char path[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		scratch_path(path, sizeof(path), names[i]);
		(void)unlink(path);
	}
	(void)rmdir(scratch);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HARNESS_TEST(wrong_use_exits_2),
		{ "a_store_that_is_not_there_is_told",
		    a_store_that_is_not_there_is_told, harness_sqlite,
		    harness_close, NULL },
		{ "init_makes_a_store_once", init_makes_a_store_once,
		    harness_sqlite, harness_close, NULL },
		HARNESS_TEST(imports_tell_each_file_and_each_bad_line),
		HARNESS_TEST(customers_come_sorted_as_csv),
		HARNESS_TEST(a_customer_is_found_and_shown),
		HARNESS_TEST(a_timeline_crosses_channels),
		HARNESS_TEST(a_case_is_the_sum_of_its_statuses),
		HARNESS_TEST(what_was_said_decides_the_route),
		HARNESS_TEST(what_was_said_is_shown_with_its_proof),
		HARNESS_TEST(permissions_are_a_matrix),
		HARNESS_TEST(all_that_is_told_of_an_address_is_listed),
		HARNESS_TEST(a_link_unsubscribes),
		HARNESS_TEST(a_kept_route_goes_on),
		HARNESS_TEST(many_are_counted),
		HARNESS_TEST(responses_are_learned_from),
		HARNESS_TEST(a_setting_holds_on_every_channel),
		HARNESS_TEST(why_and_verdict_are_about_two_records),
		HARNESS_TEST(a_record_goes_and_a_person_goes),
		HARNESS_TEST(the_house_is_kept),
	};

	return cmocka_run_group_tests_name("cli", tests, scratch_make,
	    scratch_remove);
}
