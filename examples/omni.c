/*
 * omni, the command line: finds the command, reads its options, opens the
 * store and leaves the rest to the command.  It uses omni.h alone, so it is
 * also the largest example of how the library is used.
 */
#include <stdlib.h>
#include <string.h>

#include "omni_command.h"

/* ---- what there is -------------------------------------------------- */

static const struct {
	const char *name;
	bool takes_value;
} options[OPTION_COUNT] = {
	[OPTION_JSON] = { "--json", false },
	[OPTION_CSV] = { "--csv", false },
	[OPTION_ALL] = { "--all", false },
	[OPTION_REGION] = { "--region", true },
	[OPTION_ZONE] = { "--zone", true },
	[OPTION_SOURCE] = { "--source", true },
	[OPTION_KEY] = { "--key", true },
	[OPTION_MAP] = { "--map", true },
	[OPTION_TIME] = { "--time", true },
	[OPTION_LIVE] = { "--live", false },
	[OPTION_CHANNEL] = { "--channel", true },
	[OPTION_KIND] = { "--kind", true },
	[OPTION_SINCE] = { "--since", true },
	[OPTION_UNTIL] = { "--until", true },
	[OPTION_LIMIT] = { "--limit", true },
	[OPTION_OLDEST] = { "--oldest", false },
	[OPTION_PURPOSE] = { "--purpose", true },
	[OPTION_AT] = { "--at", true },
	[OPTION_VIA] = { "--via", true },
	[OPTION_WORDING] = { "--wording", true },
	[OPTION_EXPIRY] = { "--expiry", true },
	[OPTION_AUTHOR] = { "--author", true },
	[OPTION_REASON] = { "--reason", true },
	[OPTION_SURE] = { "--sure", false },
	[OPTION_UNSURE] = { "--unsure", false },
	[OPTION_DRY_RUN] = { "--dry-run", false },
	[OPTION_WHY] = { "--why", false },
	[OPTION_PUT] = { "--put", false },
	[OPTION_MESSAGE] = { "--message", true },
	[OPTION_BRAND] = { "--brand", true },
	[OPTION_URGENT] = { "--urgent", false },
	[OPTION_LIST] = { "--list", true },
	[OPTION_MEDIUM] = { "--medium", true },
	[OPTION_ADDRESS] = { "--address", true },
	[OPTION_EVIDENCE] = { "--evidence", true },
	[OPTION_KEY_FILE] = { "--key-file", true },
	[OPTION_URL] = { "--url", true },
	[OPTION_MAILTO] = { "--mailto", true },
};

_Static_assert(OPTION_COUNT <= 64, "a command's options are 64 bits");

#define O(name) (UINT64_C(1) << OPTION_##name)
/* What tells of a message. */
#define MESSAGE (O(JSON) | O(AT) | O(PUT) | O(MESSAGE) | O(BRAND) | \
	O(EXPIRY) | O(URGENT))
#define MANY 1000000

struct command {
	const char *name;
	int (*run)(struct request *);
	int least, most;		/* words */
	uint64_t options;
	bool makes;			/* opens the store itself */
	const char *usage;
};

static const struct command commands[] = {
	{ "init", command_init, 0, 0, O(REGION) | O(ZONE), true,
	    "init [--region CC] [--zone TZ]" },
	{ "import", command_import, 1, MANY,
	    O(SOURCE) | O(KEY) | O(MAP) | O(TIME) | O(LIVE) | O(JSON), false,
	    "import [--source S --key COL --map COL=KIND[,COL=KIND...]\n"
	    "           [--time COL] [--live]] FILE..." },
	{ "customers", command_customers, 0, 0, O(CSV) | O(ALL) | O(JSON) |
	    O(SURE), false,
	    "customers [--csv | --json] [--all] [--sure]" },
	{ "find", command_find, 1, MANY, O(JSON) | O(SURE) | O(WHY) |
	    O(LIMIT), false,
	    "find [--json] [--sure] [--why] [--limit N] KIND=VALUE..." },
	{ "show", command_show, 1, 1, O(JSON) | O(SURE), false,
	    "show [--json] [--sure] CUSTOMER" },
	{ "related", command_related, 1, 1, O(JSON) | O(SURE), false,
	    "related [--json] [--sure] CUSTOMER" },
	{ "kinds", command_kinds, 0, 0, O(JSON), false, "kinds [--json]" },
	{ "timeline", command_timeline, 1, 1, O(JSON) | O(CHANNEL) | O(KIND) |
	    O(SINCE) | O(UNTIL) | O(LIMIT) | O(OLDEST) | O(SURE), false,
	    "timeline [--json] [--sure] [--channel C] [--kind K] [--since T]\n"
	    "           [--until T] [--limit N] [--oldest] CUSTOMER" },
	{ "case", command_case, 1, 1, O(JSON), false,
	    "case [--json] TYPE:KEY" },
	{ "say", command_say, 2, 3, O(PURPOSE) | O(CHANNEL) | O(VIA) |
	    O(WORDING) | O(EXPIRY) | O(AT) | O(MEDIUM) | O(BRAND) |
	    O(ADDRESS) | O(EVIDENCE), false,
	    "say CUSTOMER --purpose P [--channel C | --medium M] [--brand B]\n"
	    "           [--address KIND=VALUE] [--via C] [--wording W]\n"
	    "           [--evidence TEXT] [--expiry T] [--at T]\n"
	    "           grant|withdraw|confirm|told|prefer N|quiet HOURS\n"
	    "           |language TAG|zone NAME" },
	{ "statements", command_statements, 1, 1, O(PURPOSE) | O(JSON), false,
	    "statements [--purpose P] [--json] CUSTOMER" },
	{ "permissions", command_permissions, 0, 1, O(AT) | O(JSON) | O(SURE),
	    false, "permissions [--at T] [--json] [--sure] [CUSTOMER]" },
	{ "contact", command_contact, 2, 5, O(PURPOSE) | O(AT) | O(JSON),
	    false,
	    "contact [--json] KIND VALUE\n"
	    "    contact [--at T] [--purpose P] KIND VALUE verified\n"
	    "           |unverified|suppressed CAUSE|lifted|primary|secondary\n"
	    "           |valid FROM UNTIL" },
	{ "token", command_token, 3, 3, O(PURPOSE) | O(CHANNEL) | O(BRAND) |
	    O(WORDING) | O(EXPIRY) | O(KEY_FILE) | O(URL) | O(MAILTO), false,
	    "token --key-file F --purpose P [--channel C] [--brand B]\n"
	    "           [--wording W] [--expiry T] [--url U [--mailto M]]\n"
	    "           unsubscribe|confirm KIND VALUE" },
	{ "redeem", command_redeem, 1, 1, O(KEY_FILE) | O(VIA), false,
	    "redeem --key-file F [--via C] TOKEN" },
	{ "route", command_route, 2, 2, MESSAGE | O(SURE), false,
	    "route [--json] [--sure] [--at T] [--expiry T] [--brand B]\n"
	    "           [--message ID] [--urgent] [--put] CUSTOMER PURPOSE" },
	{ "routes", command_routes, 1, 1, MESSAGE | O(LIST) | O(SURE), false,
	    "routes [--json] [--sure] [--at T] [--expiry T] [--brand B]\n"
	    "           [--message ID] [--urgent] [--put] [--list FILE] "
	    "PURPOSE" },
	{ "next", command_next, 1, 1, O(AT) | O(JSON), false,
	    "next [--json] [--at T] ROUTE" },
	{ "replay", command_replay, 1, 1, O(JSON), false,
	    "replay [--json] ROUTE" },
	{ "affinity", command_affinity, 1, 1, O(AT) | O(JSON) | O(SURE), false,
	    "affinity [--json] [--sure] [--at T] CUSTOMER" },
	{ "learn", command_learn, 0, 0, 0, false, "learn" },
	{ "setting", command_setting, 2, 3, O(AT), false,
	    "setting CUSTOMER NAME | setting KIND=VALUE NAME TEXT [--at T]" },
	{ "why", command_why, 1, 2, O(JSON) | O(SURE), false,
	    "why [--json] SOURCE:KEY SOURCE:KEY | why [--json] CUSTOMER\n"
	    "           | why [--json] [--sure] ID ID" },
	{ "verdict", command_verdict, 3, 3, O(AUTHOR) | O(REASON) |
	    O(DRY_RUN) | O(JSON), false,
	    "verdict same|different SOURCE:KEY|CUSTOMER SOURCE:KEY|CUSTOMER\n"
	    "           [--author A] [--reason R] [--dry-run [--json]]" },
	{ "verdicts", command_verdicts, 0, 0, O(JSON) | O(LIMIT), false,
	    "verdicts [--json] [--limit N]" },
	{ "review", command_review, 0, 0, O(JSON) | O(LIMIT) | O(UNSURE),
	    false, "review [--json] [--unsure] [--limit N]" },
	{ "remove", command_remove, 2, 2, 0, false, "remove SOURCE KEY" },
	{ "export", command_export, 1, 1, 0, false, "export CUSTOMER" },
	{ "erase", command_erase, 1, 1, O(DRY_RUN) | O(JSON), false,
	    "erase [--dry-run [--json]] CUSTOMER" },
	{ "feed", command_feed, 0, 0, O(JSON) | O(SINCE), false,
	    "feed [--json] [--since POSITION]" },
	{ "check", command_check, 0, 0, 0, false, "check" },
	{ "rebuild", command_rebuild, 0, 0, 0, false, "rebuild" },
	{ "train", command_train, 0, 0, 0, false, "train" },
	{ "model", command_model, 0, 1, 0, false, "model [FILE]" },
	{ "backup", command_backup, 1, 1, 0, false, "backup FILE" },
	{ "maintain", command_maintain, 0, 0, 0, false, "maintain" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* ---- help ----------------------------------------------------------- */

static void
help(FILE *out)
{
	size_t i;

	fputs("usage: omni -d URL COMMAND ...\n"
	    "URL is a path (SQLite) or postgresql://...\n\n", out);
	for (i = 0; i < COMMANDS; i++)
		fprintf(out, "    %s\n", commands[i].usage);
	fputs("\nCUSTOMER is an id or KIND=VALUE.  Times are ISO 8601.\n"
	    "--sure goes by what is surely one person.\n"
	    "Files are JSON Lines (CloudEvents, Segment-spec), or CSV with "
	    "--source.\n"
	    "Exit status: 0 done, 1 no such or several, 2 wrong use, 3 some "
	    "rows were\nrejected, 4 failure.\n", out);
}

static int
usage(const struct command *command)
{
	fprintf(stderr, "usage: omni -d URL %s\n", command->usage);
	return DONE_WRONG;
}

/* ---- reading the arguments ------------------------------------------ */

static const struct command *
command_find_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* The number of the option, and where its value begins when it follows an
 * equals sign. */
static int
option_find(const char *word, const char **value)
{
	size_t size = strcspn(word, "=");
	int i;

	*value = word[size] == '=' ? word + size + 1 : NULL;
	for (i = 0; i < OPTION_COUNT; i++)
		if (strlen(options[i].name) == size &&
		    strncmp(options[i].name, word, size) == 0)
			return i;
	return -1;
}

/* Takes one option off the words; *used is how many it was. */
static int
option_read(struct request *request, const struct command *command,
    char **words, int count, int *used)
{
	const char *value;
	int option = option_find(words[0], &value);

	*used = 1;
	if (option < 0 || (command->options & UINT64_C(1) << option) == 0) {
		complain("%s has no option %s", command->name, words[0]);
		return usage(command);
	}
	if (request->options[option] != NULL) {
		complain("%s is given twice", options[option].name);
		return usage(command);
	}
	if (options[option].takes_value && value == NULL && count > 1) {
		value = words[1];
		*used = 2;
	}
	if (options[option].takes_value != (value != NULL)) {
		complain("%s %s a value", options[option].name,
		    value == NULL ? "needs" : "takes no");
		return usage(command);
	}
	request->options[option] = value == NULL ? "" : value;
	return DONE_WELL;
}

/* Options may stand anywhere; what is left are the words.  A lone "-" is a
 * word and "--" ends the options. */
static int
arguments_read(struct request *request, const struct command *command,
    char **words, int count)
{
	int i = 0, used, status;

	request->words = words;
	while (i < count) {
		if (strcmp(words[i], "--") == 0) {
			for (i++; i < count; i++)
				words[request->count++] = words[i];
			break;
		}
		if (words[i][0] != '-' || words[i][1] == '\0') {
			words[request->count++] = words[i++];
			continue;
		}
		status = option_read(request, command, words + i, count - i,
		    &used);
		if (status != DONE_WELL)
			return status;
		i += used;
	}
	if (request->count < command->least || request->count > command->most)
		return usage(command);
	return DONE_WELL;
}

/* ---- opening and running -------------------------------------------- */

#define KEY_MOST 4096

/* The secret that signs tokens is the bytes of a file. */
static int
key_read(const struct request *request, omni_config *config)
{
	const char *path = request->options[OPTION_KEY_FILE];
	unsigned char key[KEY_MOST];
	volatile unsigned char *wipe = key;
	omni_status status;
	size_t size, i;
	FILE *file;

	if (path == NULL)
		return DONE_WELL;
	file = fopen(path, "rb");
	if (file == NULL) {
		complain("%s cannot be read", path);
		return DONE_WRONG;
	}
	(void)setvbuf(file, NULL, _IONBF, 0);
	size = fread(key, 1, sizeof(key), file);
	(void)fclose(file);
	status = omni_config_set_token_key(config, key, size);
	for (i = 0; i < size; i++)
		wipe[i] = 0;
	if (status == OMNI_OK)
		return DONE_WELL;
	complain("%s: %s", path, omni_config_errmsg(config));
	return exit_of(status);
}

/* A store that cannot be written can still be read. */
static int
config_open(struct request *request, omni_config *config)
{
	omni_status status = omni_config_set_mode(config, OMNI_MODE_EXISTING);

	if (status == OMNI_OK)
		status = omni_open(config, request->url, &request->db);
	if (status == OMNI_READONLY &&
	    omni_config_set_mode(config, OMNI_MODE_READONLY) == OMNI_OK)
		status = omni_open(config, request->url, &request->db);
	if (status != OMNI_OK)
		complain("%s", omni_config_errmsg(config));
	if (status == OMNI_MISSING)
		complain("omni -d URL init makes a store");
	return status == OMNI_OK ? DONE_WELL : DONE_FAILED;
}

static int
store_open(struct request *request)
{
	omni_config *config = omni_config_new();
	int result;

	if (config == NULL) {
		complain("out of memory");
		return DONE_FAILED;
	}
	result = key_read(request, config);
	if (result == DONE_WELL)
		result = config_open(request, config);
	omni_config_free(config);
	return result;
}

static int
command_run(struct request *request, const struct command *command)
{
	int status = DONE_WELL;

	if (!command->makes)
		status = store_open(request);
	if (status == DONE_WELL && request->options[OPTION_SURE] != NULL &&
	    omni_set_sure(request->db, 1) != OMNI_OK)
		status = complain_failure(request, OMNI_INTERNAL);
	if (status == DONE_WELL)
		status = command->run(request);
	omni_close(request->db);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == DONE_WELL) {
		complain("standard output cannot be written");
		status = DONE_FAILED;
	}
	return status;
}

/* What may stand before the command. */
static int
head_read(struct request *request, int argc, char **argv, int *at)
{
	for (*at = 1; *at < argc && argv[*at][0] == '-'; ++*at) {
		if (strcmp(argv[*at], "-d") == 0 && *at + 1 < argc) {
			request->url = argv[++*at];
		} else if (strcmp(argv[*at], "--version") == 0) {
			printf("omni %s\n", omni_version());
			return -1;
		} else if (strcmp(argv[*at], "--help") == 0 ||
		    strcmp(argv[*at], "-h") == 0) {
			help(stdout);
			return -1;
		} else {
			complain("%s is not known here", argv[*at]);
			help(stderr);
			return DONE_WRONG;
		}
	}
	if (*at < argc)
		return DONE_WELL;
	help(stderr);
	return DONE_WRONG;
}

int
main(int argc, char **argv)
{
	struct request request = { .url = NULL };
	const struct command *command;
	int at, status = head_read(&request, argc, argv, &at);

	if (status != DONE_WELL)
		return status < 0 ? DONE_WELL : status;
	command = command_find_by_name(argv[at]);
	if (command == NULL) {
		complain("there is no command %s; see omni --help", argv[at]);
		return DONE_WRONG;
	}
	if (request.url == NULL) {
		complain("which store?  -d URL comes before the command");
		return usage(command);
	}
	status = arguments_read(&request, command, argv + at + 1,
	    argc - at - 1);
	if (status != DONE_WELL)
		return status;
	return command_run(&request, command);
}
