/*
 * A nightly job: gives the lines of standard input to the store as they
 * come, tells which were rejected and why, and how many were new.
 *
 * usage: import STORE < events.jsonl
 */
#include <stdio.h>

#include "omni.h"

/* As often as one likes: lines that are told need no more memory. */
static void
tell_problems(omni_import *import)
{
	const char *reason;
	int64_t line;

	while (omni_import_problem(import, &line, &reason) == OMNI_OK)
		fprintf(stderr, "line %lld: %s\n", (long long)line, reason);
}

static omni_status
read_all(FILE *file, omni_import *import)
{
	static char bytes[65536];
	omni_status status = OMNI_OK;
	size_t size;

	while (status == OMNI_OK &&
	    (size = fread(bytes, 1, sizeof(bytes), file)) > 0) {
		status = omni_import_write(import, bytes, size);
		tell_problems(import);
	}
	if (status == OMNI_OK)
		status = omni_import_finish(import);
	tell_problems(import);
	return status;
}

int
main(int argc, char **argv)
{
	omni_import *import = NULL;
	omni *db = NULL;
	omni_status status = OMNI_INVALID;

	if (argc == 2)
		status = omni_open(NULL, argv[1], &db);
	if (status == OMNI_OK)
		status = omni_import_new(db, OMNI_FORMAT_LINES, &import);
	if (status == OMNI_OK)
		status = read_all(stdin, import);
	printf("%lld lines, %lld new\n",
	    (long long)omni_import_lines(import),
	    (long long)omni_import_stored(import));
	if (status < 0)
		fprintf(stderr, "import: %s: %s\n", omni_status_text(status),
		    import == NULL ? "usage: import STORE < LINES" :
		    omni_import_errmsg(import));
	omni_import_free(import);
	omni_close(db);
	return status < 0;
}
