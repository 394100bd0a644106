/*
 * The import command: gives files to the library as they are read, tells
 * each rejected line and sums up.
 */
#define _POSIX_C_SOURCE 200809L

#include "omni_command.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PIECE ((size_t)256 * 1024)

struct source {
	const char *name;
	FILE *file;
	int64_t size, read;		/* size: 0 when unknown */
	double shown;			/* when the bar was drawn last */
	bool terminal;
};

struct counts {
	int64_t lines, stored, duplicates, rejected;
};

/* ---- the progress bar ----------------------------------------------- */

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
bar_draw(struct source *source, const omni_import *import)
{
	static const char full[] = "####################";
	double now;
	int share;

	if (!source->terminal || source->size == 0)
		return;
	now = seconds();
	if (now - source->shown < 0.1)
		return;
	source->shown = now;
	share = (int)(source->read * 20 / source->size);
	if (share > 20)
		share = 20;
	fprintf(stderr, "\r%s  [%-20.*s] %3d %%  %lld lines ", source->name,
	    share, full, share * 5, (long long)omni_import_lines(import));
}

static void
bar_clear(const struct source *source)
{
	if (source->terminal && source->shown > 0)
		fputs("\r\033[K", stderr);
}

/* ---- what to do with the columns ------------------------------------ */

/* One "COL=KIND"; the kind has no equals sign, the column may. */
static omni_status
map_one(omni_import *import, char *pair)
{
	char *equals = strrchr(pair, '=');

	if (equals == NULL || equals == pair) {
		complain("--map: %s is not COL=KIND", pair);
		return OMNI_DONE;
	}
	*equals = '\0';
	return omni_import_map(import, pair, equals + 1);
}

/* OMNI_DONE: already complained about. */
static omni_status
map_all(omni_import *import, const char *map)
{
	omni_status status = OMNI_OK;
	char *copy, *pair, *rest = NULL;

	copy = strdup(map);
	if (copy == NULL)
		return OMNI_NOMEM;
	for (pair = strtok_r(copy, ",", &rest); pair != NULL;
	    pair = strtok_r(NULL, ",", &rest)) {
		status = map_one(import, pair);
		if (status != OMNI_OK)
			break;
	}
	free(copy);
	return status;
}

static omni_status
columns_set(const struct request *request, omni_import *import)
{
	const char *time = request->options[OPTION_TIME];
	const char *map = request->options[OPTION_MAP];
	omni_status status = omni_import_set_source(import,
	    request->options[OPTION_SOURCE]);

	if (status == OMNI_OK)
		status = omni_import_set_key_column(import,
		    request->options[OPTION_KEY]);
	if (status == OMNI_OK && time != NULL)
		status = omni_import_set_time_column(import, time);
	if (status == OMNI_OK)
		status = map_all(import, map);
	if (status == OMNI_OK && request->options[OPTION_LIVE] == NULL)
		status = omni_import_set_bulk(import);
	return status;
}

/* Rows need all three of them, lines none. */
static int
format_choose(const struct request *request, int32_t *format)
{
	int given = (request->options[OPTION_SOURCE] != NULL) +
	    (request->options[OPTION_KEY] != NULL) +
	    (request->options[OPTION_MAP] != NULL);
	int i;

	*format = given == 0 ? OMNI_FORMAT_LINES : OMNI_FORMAT_CSV;
	if (given == 3)
		return DONE_WELL;
	if (given > 0 || request->options[OPTION_TIME] != NULL) {
		complain("rows need --source, --key and --map");
		return DONE_WRONG;
	}
	for (i = 0; i < request->count; i++) {
		const char *end = strrchr(request->words[i], '.');

		if (end != NULL && strcmp(end, ".csv") == 0) {
			complain("%s: rows need --source, --key and --map",
			    request->words[i]);
			return DONE_WRONG;
		}
	}
	return DONE_WELL;
}

/* ---- reading -------------------------------------------------------- */

static void
problems_tell(const struct source *source, omni_import *import)
{
	const char *reason;
	int64_t line;

	while (omni_import_problem(import, &line, &reason) == OMNI_OK) {
		bar_clear(source);
		fprintf(stderr, "%s:%lld: %s\n", source->name,
		    (long long)line, reason);
	}
}

/* OMNI_DONE: already complained about. */
static omni_status
source_read(struct source *source, omni_import *import)
{
	omni_status status = OMNI_OK;
	char *bytes = malloc(PIECE);
	size_t size;

	if (bytes == NULL)
		return OMNI_NOMEM;
	while (status == OMNI_OK &&
	    (size = fread(bytes, 1, PIECE, source->file)) > 0) {
		status = omni_import_write(import, bytes, size);
		source->read += (int64_t)size;
		problems_tell(source, import);
		bar_draw(source, import);
	}
	free(bytes);
	if (status == OMNI_OK && ferror(source->file)) {
		bar_clear(source);
		complain("%s cannot be read", source->name);
		return OMNI_DONE;
	}
	return status;
}

static void
counts_tell(const char *name, const struct counts *counts)
{
	fprintf(stderr, "%s: %lld lines, %lld stored, %lld duplicates, "
	    "%lld rejected%s\n", name, (long long)counts->lines,
	    (long long)counts->stored, (long long)counts->duplicates,
	    (long long)counts->rejected,
	    counts->stored == 0 && counts->duplicates > 0 ?
	    "; nothing new" : "");
}

static void
counts_json(const char *name, const struct counts *counts)
{
	json_member("{", "file", name);
	printf(",\"lines\":%lld,\"stored\":%lld,\"duplicates\":%lld,"
	    "\"rejected\":%lld}\n", (long long)counts->lines,
	    (long long)counts->stored, (long long)counts->duplicates,
	    (long long)counts->rejected);
}

static void
counts_take(const struct request *request, const struct source *source,
    const omni_import *import, struct counts *sum)
{
	struct counts counts = {
		omni_import_lines(import), omni_import_stored(import),
		omni_import_duplicates(import), omni_import_rejected(import),
	};

	bar_clear(source);
	counts_tell(source->name, &counts);
	if (request->options[OPTION_JSON] != NULL)
		counts_json(source->name, &counts);
	sum->lines += counts.lines;
	sum->stored += counts.stored;
	sum->duplicates += counts.duplicates;
	sum->rejected += counts.rejected;
}

static int
source_import(struct request *request, int32_t format, struct source *source,
    struct counts *sum)
{
	omni_import *import = NULL;
	omni_status status = omni_import_new(request->db, format, &import);
	int result = DONE_WELL;

	if (status != OMNI_OK)
		return complain_failure(request, status);
	if (format == OMNI_FORMAT_CSV)
		status = columns_set(request, import);
	if (status != OMNI_OK) {
		if (status != OMNI_DONE)
			complain("%s", omni_import_errmsg(import));
		omni_import_free(import);
		return DONE_WRONG;
	}
	status = source_read(source, import);
	if (status == OMNI_OK)
		status = omni_import_finish(import);
	problems_tell(source, import);
	counts_take(request, source, import, sum);
	if (status < 0)
		complain("%s: %s", source->name, omni_import_errmsg(import));
	result = status == OMNI_DONE ? DONE_FAILED : exit_of(status);
	omni_import_free(import);
	return result;
}

static int
file_import(struct request *request, int32_t format, const char *name,
    struct counts *sum)
{
	struct source source = { .name = name };
	struct stat about;
	int result;

	source.file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
	if (source.file == NULL) {
		complain("%s cannot be read", name);
		return DONE_FAILED;
	}
	source.terminal = isatty(STDERR_FILENO) != 0;
	if (fstat(fileno(source.file), &about) == 0 && S_ISREG(about.st_mode))
		source.size = (int64_t)about.st_size;
	result = source_import(request, format, &source, sum);
	if (source.file != stdin)
		fclose(source.file);
	return result;
}

/* Files are in order; after a failure the later ones are left alone. */
int
command_import(struct request *request)
{
	struct counts sum = { 0, 0, 0, 0 };
	int32_t format;
	int i, result = format_choose(request, &format);
	bool rejected = false;

	for (i = 0; i < request->count && result == DONE_WELL; i++) {
		result = file_import(request, format, request->words[i],
		    &sum);
		if (result == DONE_REJECTED) {
			rejected = true;
			result = DONE_WELL;
		}
	}
	if (request->count > 1 && i > 1)
		counts_tell("together", &sum);
	return result == DONE_WELL && rejected ? DONE_REJECTED : result;
}
