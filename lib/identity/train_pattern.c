/*
 * Agreement patterns: how two records agree, in a byte a field.  Pairs that
 * agree in the same way are counted together.
 */
#include <string.h>

#include "identity/train.h"

/* Half a bit is fine enough for learning. */
#define RATE_CODES (OMNI__CODES - OMNI__CODE_EXACT)

uint8_t
omni__rate_code(uint32_t rate)
{
	int32_t half = omni__log2_ratio(OMNI__WHOLE, rate) / (OMNI__BIT / 2);

	if (half < 0)
		half = 0;
	return (uint8_t)(OMNI__CODE_EXACT + (half < RATE_CODES ? half :
	    RATE_CODES - 1));
}

/* The middle of what has that code. */
uint32_t
omni__code_rate(uint8_t code)
{
	uint32_t half = (uint32_t)(code - OMNI__CODE_EXACT);
	uint64_t rate = (uint64_t)OMNI__WHOLE * (half % 2 == 0 ? 861 : 609) /
	    1024 >> half / 2;

	return rate > 0 ? (uint32_t)rate : 1;
}

omni_status
omni__patterns_start(struct omni__patterns *patterns, struct omni *db,
    const struct omni__census *census)
{
	size_t f;

	memset(patterns, 0, sizeof(*patterns));
	patterns->db = db;
	patterns->census = census;
	for (f = 0; f < OMNI__FIELDS; f++)
		if (census->present[f] > 1 || (f == OMNI__SOURCE &&
		    census->source_count > 1))
			patterns->field[patterns->fields++] = (uint8_t)f;
	patterns->stride = (sizeof(struct omni__pattern) + patterns->fields +
	    3) / 4 * 4;
	return OMNI_OK;
}

void
omni__patterns_free(struct omni__patterns *patterns)
{
	if (patterns->db == NULL)
		return;
	omni__free(&patterns->db->env, patterns->rows);
	omni__free(&patterns->db->env, patterns->slots);
}

const struct omni__pattern *
omni__pattern_at(const struct omni__patterns *patterns, size_t i)
{
	return (const void *)(patterns->rows + i * patterns->stride);
}

/* ---- one pair ------------------------------------------------------- */

static uint8_t
exact_code(const struct omni__patterns *patterns, size_t field,
    const struct omni__item *item)
{
	return omni__rate_code(omni__census_rate(patterns->census, field,
	    item));
}

static uint8_t
column_code(const struct omni__patterns *patterns,
    const struct omni__levels *levels, int c)
{
	const struct omni__model *model = patterns->census->model;
	uint8_t level = levels->level[c];

	if (level != OMNI__EXACT)
		return level;
	if (model->behaviour[c] & OMNI__IDENTIFIER)
		return (uint8_t)(OMNI__CODE_EXACT + levels->step[c]);
	if (levels->left[c] == NULL || !omni__column_valued(model, c))
		return level;
	return exact_code(patterns, (size_t)c, levels->left[c]);
}

static uint8_t
source_code(const struct omni__census *census,
    const struct omni__levels *levels)
{
	size_t a, b;

	if (levels->source[0] == 0 || levels->source[1] == 0)
		return OMNI__MISSING_LEVEL;
	a = omni__census_source(census, levels->source[0]);
	b = omni__census_source(census, levels->source[1]);
	if (a == SIZE_MAX || b == SIZE_MAX)
		return OMNI__MISSING_LEVEL;
	return a == b ? (uint8_t)(OMNI__CODE_EXACT + a) : OMNI__DIFFERS;
}

_Static_assert(OMNI__CODE_EXACT + OMNI__SOURCES_MAX <= OMNI__CODES,
    "a code for each source");

static void
encode(const struct omni__patterns *patterns,
    const struct omni__levels *levels, uint8_t code[OMNI__FIELDS])
{
	size_t i, field;

	memset(code, 0, OMNI__FIELDS);
	for (i = 0; i < patterns->fields; i++) {
		field = patterns->field[i];
		if (field == OMNI__SOURCE)
			code[field] = source_code(patterns->census, levels);
		else if (field < OMNI__COLUMNS && field != OMNI__ATTR)
			code[field] = column_code(patterns, levels,
			    (int)field);
	}
	for (i = 0; i < levels->attributes; i++) {
		const struct omni__attribute *one = &levels->attribute[i];

		field = omni__census_field(patterns->census, one->left);
		if (field < OMNI__FIELDS)
			code[field] = one->level != OMNI__EXACT ?
			    (uint8_t)one->level :
			    exact_code(patterns, field, one->left);
	}
}

/* ---- counting ------------------------------------------------------- */

static omni_status
grow(struct omni__patterns *patterns)
{
	const struct omni__env *env = &patterns->db->env;
	size_t room = patterns->slots != NULL ? 2 * (patterns->mask + 1) :
	    4096;
	uint32_t *slots = omni__realloc(env, NULL, room * sizeof(*slots));
	size_t i, at;

	if (slots == NULL)
		return OMNI_NOMEM;
	memset(slots, 0, room * sizeof(*slots));
	for (i = 0; i < patterns->count; i++) {
		at = (size_t)omni__value_hash(0, (const char *)
		    omni__pattern_at(patterns, i)->code, patterns->fields) &
		    (room - 1);
		while (slots[at] != 0)
			at = (at + 1) & (room - 1);
		slots[at] = (uint32_t)(i + 1);
	}
	omni__free(env, patterns->slots);
	patterns->slots = slots;
	patterns->mask = room - 1;
	return OMNI_OK;
}

static omni_status
count(struct omni__patterns *patterns, const uint8_t *code)
{
	struct omni__pattern *row;
	size_t at;

	if ((patterns->slots == NULL ||
	    2 * patterns->count > patterns->mask) && grow(patterns) != OMNI_OK)
		return OMNI_NOMEM;
	at = (size_t)omni__value_hash(0, (const char *)code,
	    patterns->fields) & patterns->mask;
	for (; patterns->slots[at] != 0; at = (at + 1) & patterns->mask) {
		row = (void *)(patterns->rows + (patterns->slots[at] - 1) *
		    patterns->stride);
		if (memcmp(row->code, code, patterns->fields) == 0) {
			row->pairs++;
			return OMNI_OK;
		}
	}
	if (omni__grow(&patterns->db->env, &patterns->rows, &patterns->room,
	    patterns->count + 1, patterns->stride) != OMNI_OK)
		return OMNI_NOMEM;
	row = (void *)(patterns->rows + patterns->count * patterns->stride);
	row->pairs = 1;
	memcpy(row->code, code, patterns->fields);
	patterns->slots[at] = (uint32_t)++patterns->count;
	return OMNI_OK;
}

omni_status
omni__patterns_add(struct omni__patterns *patterns,
    const struct omni__person *a, const struct omni__person *b)
{
	struct omni__levels levels;
	uint8_t code[OMNI__FIELDS], packed[OMNI__FIELDS];
	size_t i;

	omni__compare(patterns->census->model, a, b, &levels);
	/* As evidence sees it. */
	if (omni__email_explained(&levels))
		levels.level[OMNI__EMAIL] = OMNI__DIFFERS;
	encode(patterns, &levels, code);
	for (i = 0; i < patterns->fields; i++)
		packed[i] = code[patterns->field[i]];
	return count(patterns, packed) == OMNI_OK ? OMNI_OK :
	    omni__nomem(&patterns->db->error);
}
