/*
 * The zones of this machine: read once, found by name and by country.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/zone_form.h"

/* Bytes of a name, of a path and of a file; real ones have far less. */
#define NAME_SIZE 256
#define PATH_SIZE 2048
#define FILE_SIZE (1 << 20)
/* Names that are none are remembered too, so many of them. */
#define MISSES 256

struct found {
	const struct omni__zone *zone;	/* NULL: none */
	const char *flaw;		/* of a damaged file */
};

struct spot {
	struct spot *next;
	const char *name;
};

struct country {
	struct spot *first, **end;
	const struct omni__zone **zones;	/* once they were asked for */
	size_t told, count, apart;
	bool read;
};

#define LETTERS 26

struct omni__zones {
	struct omni__arena arena;
	const char *folder;
	struct omni__map names;
	struct found *found;
	size_t count, room, misses;
	struct country *(*countries)[LETTERS];	/* NULL: not read */
};

static const int32_t utc_offset[1];
static const struct omni__zone utc = {
	.name = "UTC",
	.offsets = utc_offset,
};

/* ---- the set -------------------------------------------------------- */

struct omni__zones *
omni__zones_new(const struct omni__env *env, const char *folder)
{
	struct omni__zones *zones = omni__realloc(env, NULL, sizeof(*zones));

	if (zones == NULL)
		return NULL;
	memset(zones, 0, sizeof(*zones));
	zones->arena.env = env;
	zones->names.arena = &zones->arena;
	zones->folder = omni__arena_strdup(&zones->arena, folder);
	if (zones->folder == NULL) {
		omni__zones_free(zones);
		return NULL;
	}
	return zones;
}

void
omni__zones_free(struct omni__zones *zones)
{
	const struct omni__env *env;

	if (zones == NULL)
		return;
	env = zones->arena.env;
	omni__free(env, zones->found);
	omni__arena_free(&zones->arena);
	omni__free(env, zones);
}

const char *
omni__zone_name(const struct omni__zone *zone)
{
	return zone->name;
}

/* ---- files ---------------------------------------------------------- */

struct content {
	unsigned char *bytes;
	size_t size;
};

static omni_status
take_content(const struct omni__env *env, int fd, struct content *content)
{
	struct stat about;
	ssize_t got = 1;

	if (fstat(fd, &about) != 0)
		return OMNI_IO;
	if (!S_ISREG(about.st_mode))
		return OMNI_MISSING;
	if (about.st_size > FILE_SIZE)
		return OMNI_CORRUPT;
	content->bytes = omni__realloc(env, NULL, (size_t)about.st_size + 1);
	if (content->bytes == NULL)
		return OMNI_NOMEM;
	while (got > 0 && content->size < (size_t)about.st_size) {
		got = read(fd, content->bytes + content->size,
		    (size_t)about.st_size - content->size);
		if (got > 0)
			content->size += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	return got < 0 ? OMNI_IO : OMNI_OK;
}

/* MISSING, IO, NOMEM, or CORRUPT when it is too big; content is to be freed
 * whatever comes back. */
static omni_status
read_content(const struct omni__zones *zones, const char *name,
    struct content *content)
{
	char path[PATH_SIZE];
	size_t folder = strlen(zones->folder), size = strlen(name);
	omni_status status;
	int fd;

	memset(content, 0, sizeof(*content));
	if (folder + size + 2 > sizeof(path))
		return OMNI_MISSING;
	memcpy(path, zones->folder, folder);
	path[folder] = '/';
	memcpy(path + folder + 1, name, size + 1);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENFILE || errno == EMFILE || errno == EIO ?
		    OMNI_IO : errno == ENOMEM ? OMNI_NOMEM : OMNI_MISSING;
	status = take_content(zones->arena.env, fd, content);
	(void)close(fd);
	return status;
}

/* ---- zones by name -------------------------------------------------- */

/* What may be a file in the folder: no dot, so that nothing leads out. */
static bool
plausible(const char *name)
{
	const char *c;

	if (*name == '\0' || *name == '/')
		return false;
	for (c = name; *c != '\0'; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && strchr("_+-/", *c) == NULL)
			return false;
	return true;
}

static omni_status
read_file(struct omni__zones *zones, const char *name,
    struct omni__zone *zone, const char **flaw)
{
	struct content content;
	omni_status status;

	if (!plausible(name))
		return OMNI_MISSING;
	*flaw = "it is too big";
	status = read_content(zones, name, &content);
	if (status == OMNI_OK)
		status = omni__zone_file(&zones->arena, content.bytes,
		    content.size, zone, flaw);
	omni__free(zones->arena.env, content.bytes);
	return status;
}

/* A POSIX TZ string is its own rule. */
static omni_status
read_rule(struct omni__zones *zones, const char *name,
    struct omni__zone *zone)
{
	struct omni__zone_draft draft = { .arena = &zones->arena };
	struct omni__zone_rule rule;

	if (!omni__zone_rule_parse(name, strlen(name), &rule))
		return OMNI_MISSING;
	if (!omni__zone_draft_begin(&draft, 0, &rule, rule.winter) ||
	    !omni__zone_draft_rule(&draft, &rule, zone))
		return OMNI_NOMEM;
	omni__zone_draft_end(&draft, zone);
	return OMNI_OK;
}

/* found->zone is NULL when there is none; NOMEM or IO: nobody knows. */
static omni_status
read_zone(struct omni__zones *zones, const char *name, struct found *found)
{
	struct omni__zone *zone = omni__arena_zero(&zones->arena,
	    sizeof(*zone));
	omni_status status;

	if (zone == NULL)
		return OMNI_NOMEM;
	status = read_file(zones, name, zone, &found->flaw);
	if (status == OMNI_MISSING)
		status = read_rule(zones, name, zone);
	if (status != OMNI_CORRUPT)
		found->flaw = NULL;
	if (status == OMNI_NOMEM || status == OMNI_IO)
		return status;
	zone->name = name;
	found->zone = status == OMNI_OK ? zone : NULL;
	return OMNI_OK;
}

/* Enters it; what could not be made goes again. */
static omni_status
enter(struct omni__zones *zones, const char *name, struct found *found)
{
	struct omni__mark mark = omni__arena_mark(&zones->arena);
	char *own = omni__arena_strdup(&zones->arena, name);
	omni_status status;
	bool there;

	if (own == NULL || omni__grow(zones->arena.env, &zones->found,
	    &zones->room, zones->count + 1, sizeof(*found)) != OMNI_OK)
		return OMNI_NOMEM;
	status = read_zone(zones, own, found);
	if (status != OMNI_OK || (found->zone == NULL &&
	    zones->misses >= MISSES)) {
		omni__arena_release(&zones->arena, mark);
		return status;
	}
	if (omni__map_put(&zones->names, own, strlen(own), zones->count,
	    &there) == NULL)
		return OMNI_NOMEM;
	zones->misses += found->zone == NULL;
	zones->found[zones->count++] = *found;
	return OMNI_OK;
}

omni_status
omni__zone_find(struct omni__zones *zones, const char *name,
    const struct omni__zone **zone, struct omni__error *error)
{
	struct found found = { NULL, NULL };
	const size_t *known;
	omni_status status = OMNI_OK;

	*zone = &utc;
	if (strcmp(name, "UTC") == 0)
		return OMNI_OK;
	known = omni__map_get(&zones->names, name, strlen(name));
	if (known != NULL)
		found = zones->found[*known];
	else if (strlen(name) < NAME_SIZE)
		status = enter(zones, name, &found);
	*zone = found.zone;
	if (status != OMNI_OK)
		return omni__fail(error, status, status == OMNI_NOMEM ?
		    "out of memory" : "the time zone %s in %s cannot be read",
		    name, zones->folder);
	if (found.zone != NULL)
		return OMNI_OK;
	if (found.flaw != NULL)
		return omni__fail(error, OMNI_CORRUPT,
		    "the time zone %s in %s is damaged: %s", name,
		    zones->folder, found.flaw);
	return omni__fail(error, OMNI_MISSING,
	    "there is no time zone %.64s in %s", name, zones->folder);
}

/* ---- zones by country ----------------------------------------------- */

/* The field of a line that begins at `at`, and `at` behind it. */
static bool
field(const char **at, const char *end, const char **start, size_t *size)
{
	*start = *at;
	while (*at < end && **at != '\t')
		(*at)++;
	*size = (size_t)(*at - *start);
	if (*at < end)
		(*at)++;
	return *size > 0;
}

static struct country **
country_at(const struct omni__zones *zones, const char *code)
{
	if (code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z')
		return NULL;
	return &zones->countries[code[0] - 'A'][code[1] - 'A'];
}

static bool
add_spot(struct omni__zones *zones, struct country **place, const char *name,
    size_t size)
{
	struct omni__arena *arena = &zones->arena;
	struct spot *spot = omni__arena_zero(arena, sizeof(*spot));

	if (spot == NULL ||
	    (spot->name = omni__arena_text(arena, name, size)) == NULL)
		return false;
	if (*place == NULL) {
		*place = omni__arena_zero(arena, sizeof(**place));
		if (*place == NULL)
			return false;
		(*place)->end = &(*place)->first;
	}
	*(*place)->end = spot;
	(*place)->end = &spot->next;
	(*place)->told++;
	return true;
}

/* "SE\t+5920+01803\tEurope/Stockholm"; others are remarks. */
static bool
add_line(struct omni__zones *zones, const char *line, const char *end)
{
	const char *code, *name;
	struct country **place;
	size_t size;

	if (!field(&line, end, &code, &size) || size != 2 ||
	    (place = country_at(zones, code)) == NULL ||
	    !field(&line, end, &name, &size) ||
	    !field(&line, end, &name, &size) || size >= NAME_SIZE)
		return true;
	return add_spot(zones, place, name, size);
}

static bool
add_lines(struct omni__zones *zones, const char *text, size_t size)
{
	const char *end = text + size, *next;

	zones->countries = omni__arena_zero(&zones->arena,
	    LETTERS * sizeof(*zones->countries));
	if (zones->countries == NULL)
		return false;
	for (; text < end; text = next + 1) {
		next = memchr(text, '\n', (size_t)(end - text));
		if (next == NULL)
			next = end;
		if (!add_line(zones, text, next))
			return false;
	}
	return true;
}

static omni_status
read_countries(struct omni__zones *zones, struct omni__error *error)
{
	struct omni__mark mark = omni__arena_mark(&zones->arena);
	struct content content;
	omni_status status;

	status = read_content(zones, "zone.tab", &content);
	if (status == OMNI_MISSING || status == OMNI_CORRUPT)
		status = OMNI_OK;
	if (status == OMNI_OK && !add_lines(zones,
	    (const char *)content.bytes, content.size)) {
		omni__arena_release(&zones->arena, mark);
		zones->countries = NULL;
		status = OMNI_NOMEM;
	}
	omni__free(zones->arena.env, content.bytes);
	if (status == OMNI_OK)
		return OMNI_OK;
	return omni__fail(error, status, status == OMNI_NOMEM ?
	    "out of memory" : "%s/zone.tab cannot be read", zones->folder);
}

/* 2020, and how far to look from there. */
#define LATELY (INT64_C(1577836800) * OMNI__SECOND)
#define SPELL (100 * 366 * OMNI__DAY)

static bool
alike(const struct omni__zone *left, const struct omni__zone *right)
{
	int64_t time = LATELY;

	while (time < LATELY + SPELL &&
	    omni__zone_offset(left, time) == omni__zone_offset(right, time) &&
	    omni__zone_next(left, time) == omni__zone_next(right, time))
		time = omni__zone_next(left, time);
	return time >= LATELY + SPELL;
}

static bool
is_apart(const struct country *country, const struct omni__zone *zone)
{
	size_t i = 0;

	while (i < country->apart && !alike(country->zones[i], zone))
		i++;
	return i == country->apart;
}

/* Brings those that differ to the front.  Clocks that were apart only in the
 * past need no guess. */
static void
sort_out(struct country *country)
{
	const struct omni__zone **zones = country->zones, *zone;
	size_t i;

	country->apart = 0;
	for (i = 0; i < country->count; i++) {
		zone = zones[i];
		if (!is_apart(country, zone))
			continue;
		memmove(&zones[country->apart + 1], &zones[country->apart],
		    (i - country->apart) * sizeof(const struct omni__zone *));
		zones[country->apart++] = zone;
	}
	if (country->apart == 1)
		country->count = 1;
}

static omni_status
read_country(struct omni__zones *zones, struct country *country,
    struct omni__error *error)
{
	const struct spot *spot;
	omni_status status;

	if (country->zones == NULL)
		country->zones = omni__arena_alloc(&zones->arena,
		    country->told * sizeof(const struct omni__zone *));
	if (country->zones == NULL)
		return omni__nomem(error);
	country->count = 0;
	for (spot = country->first; spot != NULL; spot = spot->next) {
		status = omni__zone_find(zones, spot->name,
		    &country->zones[country->count], error);
		if (status == OMNI_OK)
			country->count++;
		else if (status != OMNI_MISSING && status != OMNI_CORRUPT)
			return status;
	}
	if (error != NULL)
		omni__error_clear(error);
	sort_out(country);
	country->read = true;
	return OMNI_OK;
}

omni_status
omni__zones_of(struct omni__zones *zones, const char *code,
    const struct omni__zone *const **list, size_t *count,
    struct omni__error *error)
{
	struct country **place, *country;
	omni_status status = OMNI_OK;

	*list = NULL;
	*count = 0;
	if (zones->countries == NULL)
		status = read_countries(zones, error);
	if (status != OMNI_OK || strlen(code) != 2)
		return status;
	place = country_at(zones, code);
	if (place == NULL || *place == NULL)
		return OMNI_OK;
	country = *place;
	if (!country->read)
		status = read_country(zones, country, error);
	if (status == OMNI_OK) {
		*list = country->zones;
		*count = country->count;
	}
	return status;
}

size_t
omni__zones_apart(const struct omni__zones *zones, const char *code)
{
	struct country **place = zones->countries == NULL ||
	    strlen(code) != 2 ? NULL : country_at(zones, code);

	return place != NULL && *place != NULL && (*place)->read ?
	    (*place)->apart : 0;
}
