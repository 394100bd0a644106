/*
 * TZif files, RFC 8536, versions 1 to 4: the changes that a file tells, and
 * its footer, which tells all that comes after them.
 */
#include <string.h>

#include "base/zone_form.h"

/* Offsets further out are nobody's. */
#define OFFSET_MAX (26 * 3600)
/* Seconds that can be microseconds. */
#define SECONDS_MAX (INT64_MAX / OMNI__SECOND - OFFSET_MAX)

struct block {
	const unsigned char *bytes;	/* behind its header */
	uint64_t leaps, times, types, chars, standard, universal;
	size_t wide;			/* bytes of a time */
	unsigned char version;
};

struct file {
	const unsigned char *at, *end;
	const char *flaw;
};

static int64_t
number(const unsigned char *bytes, size_t wide)
{
	uint64_t n = bytes[0] & 0x80 ? UINT64_MAX : 0;
	size_t i;

	for (i = 0; i < wide; i++)
		n = n << 8 | bytes[i];
	return (int64_t)n;
}

static bool
flawed(struct file *file, const char *flaw)
{
	file->flaw = flaw;
	return false;
}

static uint64_t
count_at(const unsigned char *bytes)
{
	return (uint64_t)number(bytes, 4) & 0xffffffff;
}

/* Takes a header and what it says comes behind it. */
static bool
take_block(struct file *file, size_t wide, struct block *block)
{
	const unsigned char *head = file->at;
	uint64_t size;

	if (file->end - head < 44 || memcmp(head, "TZif", 4) != 0)
		return flawed(file, "it is no TZif file");
	block->version = head[4];
	block->universal = count_at(head + 20);
	block->standard = count_at(head + 24);
	block->leaps = count_at(head + 28);
	block->times = count_at(head + 32);
	block->types = count_at(head + 36);
	block->chars = count_at(head + 40);
	block->wide = wide;
	block->bytes = head + 44;
	size = block->times * (wide + 1) + block->types * 6 + block->chars +
	    block->leaps * (wide + 4) + block->standard + block->universal;
	if (size > (uint64_t)(file->end - block->bytes))
		return flawed(file, "it ends too early");
	/* Those of the folder "right" do, and know no summer to come. */
	if (block->leaps > 0)
		return flawed(file, "it counts leap seconds");
	if (block->times > OMNI__ZONE_CHANGES)
		return flawed(file, "it has too many changes");
	if (block->types == 0 || block->types > 256)
		return flawed(file, "it has no types of time, or too many");
	file->at = block->bytes + size;
	return true;
}

/* "\nCET-1CEST,M3.5.0,M10.5.0/3\n"; empty: nothing is known of later. */
static bool
take_footer(struct file *file, struct omni__zone_rule *rule, bool *told)
{
	const unsigned char *start = file->at + 1, *end;

	if (file->at == file->end || *file->at != '\n' ||
	    (end = memchr(start, '\n', (size_t)(file->end - start))) == NULL)
		return flawed(file, "its footer is missing");
	*told = end > start;
	if (*told && !omni__zone_rule_parse((const char *)start,
	    (size_t)(end - start), rule))
		return flawed(file, "its footer is no rule");
	return true;
}

static bool
offset_of(const struct block *block, size_t type, int32_t *offset)
{
	const unsigned char *types = block->bytes + block->times *
	    (block->wide + 1);

	if (type >= block->types)
		return false;
	*offset = (int32_t)number(types + type * 6, 4);
	return *offset >= -OFFSET_MAX && *offset <= OFFSET_MAX;
}

static bool
add_changes(struct file *file, const struct block *block,
    struct omni__zone_draft *draft)
{
	const unsigned char *types = block->bytes + block->times *
	    block->wide;
	int64_t before = INT64_MIN, second;
	int32_t offset;
	size_t i;

	for (i = 0; i < block->times; i++) {
		second = number(block->bytes + i * block->wide, block->wide);
		if ((i > 0 && second <= before) || second > SECONDS_MAX)
			return flawed(file, "its times are in no order");
		if (!offset_of(block, types[i], &offset))
			return flawed(file, "it has an impossible offset");
		before = second;
		/* "Since the Big Bang", as some files begin. */
		if (second < -SECONDS_MAX)
			draft->offsets[0] = offset;
		else
			omni__zone_draft_add(draft, second * OMNI__SECOND,
			    offset);
	}
	return true;
}

static bool
take_all(struct file *file, struct block *block, struct omni__zone_rule *rule,
    bool *ruled)
{
	*ruled = false;
	if (!take_block(file, 4, block))
		return false;
	if (block->version < '2')
		return true;
	return take_block(file, 8, block) && take_footer(file, rule, ruled);
}

omni_status
omni__zone_file(struct omni__arena *arena, const unsigned char *bytes,
    size_t size, struct omni__zone *zone, const char **flaw)
{
	struct file file = { bytes, bytes + size, NULL };
	struct omni__zone_draft draft = { .arena = arena };
	struct omni__zone_rule rule;
	struct block block;
	int32_t first = 0;
	bool ruled;

	if (!take_all(&file, &block, &rule, &ruled)) {
		*flaw = file.flaw;
		return OMNI_CORRUPT;
	}
	*flaw = "it has an impossible offset";
	if (!offset_of(&block, 0, &first))
		return OMNI_CORRUPT;
	if (!omni__zone_draft_begin(&draft, (size_t)block.times,
	    ruled ? &rule : NULL, first))
		return OMNI_NOMEM;
	if (!add_changes(&file, &block, &draft)) {
		*flaw = file.flaw;
		return OMNI_CORRUPT;
	}
	*flaw = NULL;
	if (ruled && !omni__zone_draft_rule(&draft, &rule, zone))
		return OMNI_NOMEM;
	omni__zone_draft_end(&draft, zone);
	return OMNI_OK;
}
