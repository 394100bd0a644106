/*
 * The row reader, inside: csv_read.c cuts bytes into lines and gives them to
 * libcsv; csv.c knows columns and makes records of rows.
 */
#ifndef OMNI_CSV_H
#define OMNI_CSV_H

#include <csv.h>

#include "ingest/import.h"

/* What a column feeds. */
enum omni__use { OMNI__USE_KEY, OMNI__USE_TIME, OMNI__USE_FEATURE };

struct omni__wish {
	enum omni__use use;
	const char *column, *kind;
	size_t index;			/* of the column, from the header */
};

struct omni__field {
	size_t offset, size;
};

struct omni__csv {
	struct csv_parser parser;
	bool parser_made;
	struct omni__arena names;
	const char *source;
	struct omni__wish *wishes;
	size_t wish_count, wish_room;

	struct omni__buf row;		/* the fields, each with a NUL */
	struct omni__buf raw;		/* the row's bytes, to read again */
	struct omni__field *fields;
	size_t field_count, field_room;
	bool too_many;

	size_t columns;			/* of the header; 0 before it */
	size_t bom;			/* bytes of the mark seen; 3: decided */
	size_t row_bytes;
	int64_t line, row_line;
	bool open, skipping, broken, carriage;
	omni_status status;		/* of the callbacks */
};

/* What libcsv calls, with the import as user. */
void omni__csv_on_field(void *bytes, size_t size, void *user);
void omni__csv_on_row(int end, void *user);
/* Forgets the row at hand. */
void omni__csv_clear(struct omni__csv *);
/* A row that libcsv could not read; a broken header ends the import. */
omni_status omni__csv_reject(struct omni_import *, const char *reason);
/* Are a source and a key column set? */
omni_status omni__csv_check(struct omni_import *);

#endif
