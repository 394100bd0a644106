/*
 * Commands about the model: learning one, showing it, taking another.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "omni_command.h"

/* ---- train ---------------------------------------------------------- */

#define BAR 40

static int32_t
progress_show(void *user, int32_t done)
{
	int i, full = done * BAR / 1000;

	(void)user;
	fputs("\rlearning [", stderr);
	for (i = 0; i < BAR; i++)
		fputc(i < full ? '#' : ' ', stderr);
	fprintf(stderr, "] %3d %%", done / 10);
	fflush(stderr);
	return 0;
}

static void
model_print(const omni_model *model)
{
	if (omni_model_version(model) == 0)
		printf("no model was learned: the defaults hold\n");
	else {
		printf("model of ");
		print_time(omni_model_time(model));
		printf(": learned from %lld records and %lld pairs, of which "
		    "it believes %lld to be one person's\n",
		    (long long)omni_model_records(model),
		    (long long)omni_model_pairs(model),
		    (long long)omni_model_matches(model));
	}
	printf("customers join from %+.1f bits, and are surely one from "
	    "%+.1f\n", omni_model_join(model), omni_model_sure(model));
}

int
command_train(struct request *request)
{
	bool shown = isatty(STDERR_FILENO) != 0;
	omni_model *model = NULL;
	omni_status status;

	status = omni_model_train(request->db, shown ? progress_show : NULL,
	    NULL);
	if (shown)
		fputc('\n', stderr);
	if (status == OMNI_NONE) {
		complain("there is nothing to learn from: import records with "
		    "a source and key first");
		return DONE_NONE;
	}
	if (status == OMNI_OK)
		status = omni_model_get(request->db, &model);
	if (status != OMNI_OK)
		return complain_failure(request, status);
	model_print(model);
	omni_model_free(model);
	return DONE_WELL;
}

/* ---- model ---------------------------------------------------------- */

#define FILE_MAX (8 << 20)

/* All of a file, "-" being standard input; NULL after a complaint. */
static char *
file_read(const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *text = malloc(FILE_MAX + 1);
	size_t size = 0;

	if (file == NULL || text == NULL) {
		complain("%s: %s", path, file == NULL ? strerror(errno) :
		    "out of memory");
		free(text);
		text = NULL;
	} else {
		size = fread(text, 1, FILE_MAX + 1, file);
		if (ferror(file) != 0 || size > FILE_MAX ||
		    memchr(text, '\0', size) != NULL) {
			complain("%s: cannot be read, or is no model", path);
			free(text);
			text = NULL;
		} else
			text[size] = '\0';
	}
	if (file != NULL && file != stdin)
		(void)fclose(file);
	return text;
}

static int
model_take(struct request *request, const char *path)
{
	omni_model *model = NULL;
	omni_status status;
	char *text = file_read(path);

	if (text == NULL)
		return DONE_FAILED;
	status = omni_model_import(request->db, text, NULL);
	free(text);
	if (status == OMNI_OK)
		status = omni_model_get(request->db, &model);
	if (status != OMNI_OK)
		return complain_failure(request, status);
	model_print(model);
	omni_model_free(model);
	return DONE_WELL;
}

int
command_model(struct request *request)
{
	omni_status status;
	char *text = NULL;

	if (request->count > 0)
		return model_take(request, request->words[0]);
	status = omni_model_export(request->db, &text);
	if (status != OMNI_OK)
		return complain_failure(request, status);
	fputs(text, stdout);
	omni_text_free(text);
	return DONE_WELL;
}
