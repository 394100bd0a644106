/*
 * A model as JSON: readable, in one order, whole numbers only.  Rates are
 * parts of 1,000,000,000, bits are in 1/1024.
 */
#include <string.h>

#include "identity/rates.h"

static void
write_levels(struct omni__buf *buf, const char *name,
    const uint32_t levels[OMNI__LEVELS])
{
	int l;

	omni__buf_printf(buf, "\"%s\": [", name);
	for (l = OMNI__EXACT; l < OMNI__LEVELS; l++)
		omni__buf_printf(buf, "%s%u", l > OMNI__EXACT ? ", " : "",
		    levels[l]);
	omni__buf_str(buf, "]");
}

/* The text is a slice, and the buffer's writer wants a string. */
static void
write_text(struct omni__buf *buf, const char *text, size_t size)
{
	char copy[513];

	if (size >= sizeof(copy))
		size = sizeof(copy) - 1;
	memcpy(copy, text, size);
	copy[size] = '\0';
	omni__buf_json(buf, copy);
}

/* Of one column, or of one attribute: those that begin with `name=`. */
static void
write_values(struct omni__buf *buf, const struct omni__learned *learned,
    int column, const char *name)
{
	size_t i, n = 0, skip = name != NULL ? strlen(name) + 1 : 0;

	for (i = 0; i < learned->value_count; i++) {
		const struct omni__frequency *value = &learned->values[i];

		if (value->column != column || value->size < skip ||
		    (name != NULL && (value->text[skip - 1] != '=' ||
		    memcmp(value->text, name, skip - 1) != 0)))
			continue;
		omni__buf_str(buf, n++ == 0 ? ",\n    \"values\": {\n      " :
		    ",\n      ");
		write_text(buf, value->text + skip, value->size - skip);
		omni__buf_printf(buf, ": %u", value->rate);
	}
	if (n > 0)
		omni__buf_str(buf, "\n    }");
}

static void
write_rates(struct omni__buf *buf, const char *name,
    const struct omni__rates *rates)
{
	omni__buf_str(buf, "\n  ");
	omni__buf_json(buf, name);
	omni__buf_str(buf, ": {\n    ");
	write_levels(buf, "same", rates->same);
	omni__buf_str(buf, ",\n    ");
	write_levels(buf, "others", rates->others);
	omni__buf_printf(buf, ",\n    \"household\": %u", rates->household);
}

static void
write_source(struct omni__buf *buf, const struct omni__source_rate *source)
{
	omni__buf_str(buf, "\n  ");
	omni__buf_json(buf, source->name != NULL ? source->name : "");
	omni__buf_printf(buf, ": {\"same\": %u, \"others\": %u}",
	    source->same, source->others);
}

static void
write_head(struct omni__buf *buf, const struct omni__learned *learned)
{
	omni__buf_printf(buf, "{\"model\": 1,\n\"records\": %lld,\n"
	    "\"pairs\": %lld,\n\"matches\": %lld,\n\"population\": %lld,\n",
	    (long long)learned->records, (long long)learned->pairs,
	    (long long)learned->matches, (long long)learned->population);
	omni__buf_printf(buf, "\"prior\": {\"strangers\": %d, "
	    "\"relatives\": %d},\n\"join\": %d,\n\"sure\": %d,\n"
	    "\"edge\": %d,\n", learned->prior.strangers,
	    learned->prior.relatives, learned->join, learned->sure,
	    learned->edge);
}

void
omni__learned_write(const struct omni__learned *learned,
    struct omni__buf *buf)
{
	size_t i;
	int c;

	write_head(buf, learned);
	omni__buf_str(buf, "\"columns\": {");
	for (c = 0; c < OMNI__SOURCE; c++) {
		if (c > 0)
			omni__buf_char(buf, ',');
		write_rates(buf, omni__column_name[c], &learned->rates[c]);
		if (c != OMNI__ATTR)
			write_values(buf, learned, c, NULL);
		omni__buf_char(buf, '}');
	}
	omni__buf_str(buf, "},\n\"attributes\": {");
	for (i = 0; i < learned->named_count; i++) {
		const struct omni__named_rates *named = &learned->named[i];

		if (i > 0)
			omni__buf_char(buf, ',');
		write_rates(buf, named->name, &named->rates);
		write_values(buf, learned, OMNI__ATTR, named->name);
		omni__buf_char(buf, '}');
	}
	omni__buf_str(buf, "},\n\"sources\": {");
	for (i = 0; i < learned->source_count; i++) {
		if (i > 0)
			omni__buf_char(buf, ',');
		write_source(buf, &learned->sources[i]);
	}
	omni__buf_str(buf, "}}\n");
}
