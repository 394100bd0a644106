/*
 * Blocks: composite blocking keys.  Two parts of what a record says, hashed
 * together, bring records to each other's notice that share no identifier;
 * a sketch of the holder, kept beside the key, tells most strangers from
 * possible selves before a row is read.
 *
 * The choice was measured by leaving out one family at a time: two sounds of
 * the name; a sound with the year, the day, the birth date, the district, the
 * place, the street; the birth date or the postcode alone where little else
 * is known; the local part of an e-mail.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/model.h"
#include "text/text.h"

#define SOUND 5			/* soundex and its NUL */
#define TOKENS 3		/* name tokens that count */

struct part {
	const char *text;
	size_t size;
};

/* What blocks and sketches are made of; size 0 where it is not known. */
struct parts {
	char sound[TOKENS][SOUND];
	size_t sounds;
	char given[SOUND], family[SOUND];
	struct part birth, year, day;	/* day: month and day */
	struct part postcode, district, city, street, local;
	struct part attribute[2];
};

static struct part
first_of(const struct omni__person *person, int column)
{
	struct part part = { "", 0 };
	const struct omni__item *item;

	if (person->begin[column] < person->begin[column + 1]) {
		item = &person->items[person->begin[column]];
		part.text = item->text;
		part.size = item->size;
	}
	return part;
}

/* ---- the name's sounds ---------------------------------------------- */

static bool
next_token(struct part *rest, struct part *token)
{
	const char *blank;

	if (rest->size == 0)
		return false;
	blank = memchr(rest->text, ' ', rest->size);
	token->text = rest->text;
	token->size = blank != NULL ? (size_t)(blank - rest->text) :
	    rest->size;
	rest->size -= token->size;
	rest->text += token->size;
	while (rest->size > 0 && *rest->text == ' ') {
		rest->text++;
		rest->size--;
	}
	return true;
}

static struct part
last_token(struct part tokens)
{
	struct part token = tokens;

	while (next_token(&tokens, &token))
		;
	return token;
}

/* A script without Latin letters has no Soundex: its own first bytes. */
static void
sound_of(char out[SOUND], struct part token)
{
	memset(out, 0, SOUND);
	if (token.size == 0)
		return;
	omni__soundex(out, token.text, token.size);
	if (out[0] == '\0')
		memcpy(out, token.text, token.size < 4 ? token.size : 4);
}

static void
add_sound(struct parts *p, struct part token)
{
	char sound[SOUND];
	size_t i;

	if (token.size < 2 || p->sounds == TOKENS)
		return;
	sound_of(sound, token);
	for (i = 0; i < p->sounds; i++)
		if (memcmp(p->sound[i], sound, SOUND) == 0)
			return;
	memcpy(p->sound[p->sounds++], sound, SOUND);
}

static int
compare_sounds(const void *left, const void *right)
{
	return memcmp(left, right, SOUND);
}

/* First given, last family, then what else there is; in an order that does
 * not tell given from family names, for they get swapped. */
static void
find_sounds(const struct omni__person *person, struct parts *p)
{
	struct part given = first_of(person, OMNI__GIVEN), token;
	struct part family = first_of(person, OMNI__FAMILY);
	struct part other = first_of(person, OMNI__OTHER);
	struct part first = { "", 0 };

	(void)(next_token(&given, &first));
	sound_of(p->given, first);
	add_sound(p, first);
	token = last_token(family);
	sound_of(p->family, token);
	add_sound(p, token);
	while (next_token(&other, &token))
		add_sound(p, token);
	while (next_token(&given, &token))
		add_sound(p, token);
	while (next_token(&family, &token))
		add_sound(p, token);
	qsort(p->sound, p->sounds, SOUND, compare_sounds);
}

/* ---- the other parts ------------------------------------------------ */

static struct part
cut(struct part part, size_t from, size_t size)
{
	struct part none = { "", 0 };

	if (part.size < from + size)
		return none;
	part.text += from;
	part.size = size;
	return part;
}

/* The outward part of "sw1a 1aa", the first three of "11122". */
static struct part
district_of(struct part postcode)
{
	const char *blank = postcode.size > 0 ?
	    memchr(postcode.text, ' ', postcode.size) : NULL;

	if (blank != NULL)
		postcode.size = (size_t)(blank - postcode.text);
	else if (postcode.size > 3)
		postcode.size = 3;
	return postcode;
}

static void
find_parts(const struct omni__person *person, struct parts *p)
{
	const uint8_t *begin = person->begin;
	const char *at;
	size_t i;

	memset(p, 0, sizeof(*p));
	find_sounds(person, p);
	p->birth = first_of(person, OMNI__BIRTH);
	p->year = cut(p->birth, 0, 4);
	p->day = p->birth.size == 10 ? cut(p->birth, 5, 5) : p->day;
	p->postcode = first_of(person, OMNI__POSTCODE);
	p->district = district_of(p->postcode);
	p->city = first_of(person, OMNI__CITY);
	p->street = first_of(person, OMNI__STREET);
	p->local = first_of(person, OMNI__EMAIL);
	at = p->local.size > 0 ? memchr(p->local.text, '@', p->local.size) :
	    NULL;
	if (at != NULL)
		p->local.size = (size_t)(at - p->local.text);
	for (i = 0; i < 2 && begin[OMNI__ATTR] + i < begin[OMNI__ATTR + 1];
	    i++) {
		const struct omni__item *item =
		    &person->items[begin[OMNI__ATTR] + i];

		p->attribute[i].text = item->text;
		p->attribute[i].size = item->size;
	}
}

/* ---- blocks --------------------------------------------------------- */

/* Families of blocks; part of the hash, so numbers stay. */
enum {
	LOCAL = 1, BIRTH, POSTCODE, NAMES, NAMES_YEAR, NAMES_DISTRICT,
	SOUND_YEAR, SOUND_DAY, SOUND_BIRTH, SOUND_DISTRICT, SOUND_CITY,
	SOUND_STREET, SOUND_ATTRIBUTE
};

struct blocks {
	const struct omni *db;
	struct omni__block *out;
	size_t count;
};

static size_t
put(char *bytes, size_t at, const void *text, size_t size)
{
	if (size > 60)
		size = 60;
	memcpy(bytes + at, text, size);
	bytes[at + size] = '\0';
	return at + size + 1;
}

/* The upper half of the hash is that of what is named first (`near`), so that
 * blocks of one record lie together in the index and share its pages. */
static void
add(struct blocks *b, int family, struct part near, struct part rest)
{
	char bytes[128];
	size_t size = 1;
	uint64_t high, low;

	if (near.size == 0 || rest.size == 0 || b->count == OMNI__BLOCKS_MAX)
		return;
	bytes[0] = 1;
	size = put(bytes, size, near.text, near.size);
	high = omni__hash64(b->db->tenant_key, bytes, size);
	bytes[0] = (char)(1 + family);
	size = put(bytes, size, rest.text, rest.size);
	low = omni__hash64(b->db->tenant_key, bytes, size);
	b->out[b->count].hash = (int64_t)((high & ~UINT64_C(0xffffffff)) |
	    (low & UINT64_C(0xffffffff)));
	b->count++;
}

static struct part
sound(const struct parts *p, size_t i)
{
	struct part part = { p->sound[i], SOUND - 1 };

	return part;
}

static void
add_names(struct blocks *b, const struct parts *p)
{
	static const struct part alone = { "-", 1 };
	char both[2 * SOUND];
	struct part names = { both, sizeof(both) };
	size_t i, j;

	for (i = 0; i < p->sounds; i++)
		for (j = i + 1; j < p->sounds; j++) {
			memcpy(both, p->sound[i], SOUND);
			memcpy(both + SOUND, p->sound[j], SOUND);
			add(b, NAMES, names, alone);
			add(b, NAMES_YEAR, names, p->year);
			add(b, NAMES_DISTRICT, names, p->district);
		}
}

static void
add_sounds(struct blocks *b, const struct parts *p)
{
	size_t i;

	for (i = 0; i < p->sounds; i++) {
		add(b, SOUND_BIRTH, p->birth, sound(p, i));
		add(b, SOUND_YEAR, p->year, sound(p, i));
		add(b, SOUND_DAY, p->day, sound(p, i));
		add(b, SOUND_DISTRICT, p->district, sound(p, i));
		add(b, SOUND_STREET, p->street, sound(p, i));
		if (p->postcode.size == 0)
			add(b, SOUND_CITY, p->city, sound(p, i));
		add(b, SOUND_ATTRIBUTE, p->attribute[0], sound(p, i));
		add(b, SOUND_ATTRIBUTE, p->attribute[1], sound(p, i));
	}
}

static int
compare_blocks(const void *left, const void *right)
{
	const struct omni__block *a = left, *b = right;

	return a->hash < b->hash ? -1 : a->hash > b->hash;
}

size_t
omni__person_blocks(const struct omni *db, const struct omni__person *person,
    struct omni__block out[OMNI__BLOCKS_MAX])
{
	static const struct part alone = { "-", 1 };
	struct blocks b = { .db = db, .out = out };
	struct parts p;
	size_t i, kept = 0;

	find_parts(person, &p);
	add(&b, LOCAL, p.local, alone);
	add_names(&b, &p);
	add(&b, BIRTH, p.birth, alone);
	/* Beside a street it finds nobody more. */
	if (p.street.size == 0)
		add(&b, POSTCODE, p.postcode, alone);
	add_sounds(&b, &p);
	qsort(out, b.count, sizeof(*out), compare_blocks);
	for (i = 0; i < b.count; i++)
		if (kept == 0 || out[kept - 1].hash != out[i].hash)
			out[kept++] = out[i];
	return kept;
}

/* ---- sketches ------------------------------------------------------- */

/* The parts of a sketch: bits, points for agreement and against. */
static const struct {
	uint8_t bits;
	int8_t agrees, differs;
} sketch_parts[] = {
	{ 9, 3, 2 },		/* sound of the given name */
	{ 9, 3, 2 },		/* ... of the family name */
	{ 7, 2, 2 },		/* year of birth */
	{ 4, 1, 1 },		/* month */
	{ 5, 1, 1 },		/* day */
	{ 8, 2, 1 },		/* district */
	{ 6, 1, 1 },		/* city, or the first attribute */
	{ 7, 5, 0 },		/* local part of the e-mail */
	{ 7, 2, 1 }		/* street */
};

/* With fewer points than this, a pair is not weighed. */
#define POINTS_MIN (-2)

/* 1 to 2^bits - 1; 0 where the part is not known. */
static uint64_t
small_hash(const struct omni *db, struct part part, unsigned int bits)
{
	uint64_t hash;

	if (part.size == 0)
		return 0;
	hash = omni__hash64(db->tenant_key, part.text, part.size);
	return 1 + hash % ((UINT64_C(1) << bits) - 1);
}

int64_t
omni__person_sketch(const struct omni *db, const struct omni__person *person)
{
	struct part part[OMNI__COUNT(sketch_parts)];
	struct parts p;
	uint64_t sketch = 0;
	size_t i;

	find_parts(person, &p);
	part[0].text = p.given;
	part[0].size = strlen(p.given);
	part[1].text = p.family;
	part[1].size = strlen(p.family);
	part[2] = p.year;
	part[3] = cut(p.day, 0, 2);
	part[4] = cut(p.day, 3, 2);
	part[5] = p.district;
	part[6] = p.city.size > 0 ? p.city : p.attribute[0];
	part[7] = p.local;
	part[8] = p.street;
	for (i = 0; i < OMNI__COUNT(part); i++)
		sketch = sketch << sketch_parts[i].bits |
		    small_hash(db, part[i], sketch_parts[i].bits);
	return (int64_t)sketch;
}

int
omni__sketches_points(int64_t left, int64_t right)
{
	uint64_t a = (uint64_t)left, b = (uint64_t)right, x, y;
	uint64_t given_a = a >> 53 & 511, given_b = b >> 53 & 511;
	uint64_t family_a = a >> 44 & 511, family_b = b >> 44 & 511;
	int points = 0;
	size_t i;

	/* Swapped names count as agreeing. */
	if (given_a != 0 && given_a == family_b && given_a != given_b) {
		points += 3 + (given_b != 0 ? 2 : 0);
	}
	if (family_a != 0 && family_a == given_b && family_a != family_b) {
		points += 3 + (family_b != 0 ? 2 : 0);
	}
	for (i = OMNI__COUNT(sketch_parts); i-- > 0;) {
		uint64_t mask = (UINT64_C(1) << sketch_parts[i].bits) - 1;

		x = a & mask;
		y = b & mask;
		a >>= sketch_parts[i].bits;
		b >>= sketch_parts[i].bits;
		if (x == 0 || y == 0)
			continue;
		points += x == y ? sketch_parts[i].agrees :
		    -sketch_parts[i].differs;
	}
	return points;
}

bool
omni__sketches_meet(int64_t a, int64_t b)
{
	return omni__sketches_points(a, b) >= POINTS_MIN;
}

/* ---- neighbours ----------------------------------------------------- */

/* Blocks named after a street lie together, whatever else is in them. */
bool
omni__street_range(const struct omni *db, const struct omni__person *person,
    int64_t *least, int64_t *most)
{
	struct part street = first_of(person, OMNI__STREET);
	char bytes[128];
	size_t size;
	uint64_t high;

	if (street.size == 0)
		return false;
	bytes[0] = 1;
	size = put(bytes, 1, street.text, street.size);
	high = omni__hash64(db->tenant_key, bytes, size) &
	    ~UINT64_C(0xffffffff);
	*least = (int64_t)high;
	*most = (int64_t)(high | UINT64_C(0xffffffff));
	return true;
}

/* The last part of a sketch is the street, the fourth last the district. */
bool
omni__sketches_near(int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;
	uint64_t district_x = x >> 20 & 255, district_y = y >> 20 & 255;

	return ((x ^ y) & 127) == 0 && (district_x == 0 || district_y == 0 ||
	    district_x == district_y);
}
