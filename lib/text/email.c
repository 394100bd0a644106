/*
 * E-mail addresses: one spelling for what is one address (RFC 5321, UTS #46
 * without its transitional rules), and, apart from that, the mailbox key of
 * providers that deliver several spellings to one person.
 *
 * Nothing is ever deleted from a domain but what UTS #46 ignores: an
 * address that differs by a letter is another person's.
 */
#include <string.h>

#include <utf8proc.h>

#include "text/punycode.h"
#include "text/scan.h"
#include "text/text.h"

#define ONE_ROOM 32
#define LABEL_ROOM 128
/* No address is longer than 254 bytes; a name may stand before it. */
#define TYPED_MAX 4096

/* ---- finding the address in what was typed -------------------------- */

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes of a no-break or wide blank at text, which pastes bring along. */
static size_t
wide_blank(const char *text, size_t size)
{
	static const uint16_t blanks[] = {
		0x00a0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff
	};
	size_t i, at = 0;
	uint32_t c = omni__scan_next(text, size, &at);

	/* Those of typesetters, down to no width at all. */
	if (c >= 0x2000 && c <= 0x200b)
		return at;
	for (i = 0; i < OMNI__COUNT(blanks); i++)
		if (c == blanks[i])
			return at;
	return 0;
}

static size_t
blank_before(const struct omni__span *s)
{
	return is_blank(s->text[0]) ? 1 : wide_blank(s->text, s->size);
}

static size_t
blank_behind(const struct omni__span *s)
{
	size_t i;

	if (is_blank(s->text[s->size - 1]))
		return 1;
	for (i = 2; i <= 3 && i <= s->size; i++)
		if (wide_blank(s->text + s->size - i, i) == i)
			return i;
	return 0;
}

static void
trim(struct omni__span *s)
{
	size_t step;

	while (s->size > 0 && (step = blank_before(s)) > 0) {
		s->text += step;
		s->size -= step;
	}
	while (s->size > 0 && (step = blank_behind(s)) > 0)
		s->size -= step;
}

/* "Ann Lee <ann@x.se>" to what the angles hold. */
static void
unwrap(struct omni__span *s)
{
	const char *open;

	if (s->size < 2 || s->text[s->size - 1] != '>')
		return;
	open = memchr(s->text, '<', s->size);
	if (open == NULL)
		return;
	s->size -= (size_t)(open + 1 - s->text) + 1;
	s->text = open + 1;
	trim(s);
}

static bool
begins(const struct omni__span *s, const char *prefix)
{
	size_t i;

	for (i = 0; prefix[i] != '\0'; i++)
		if (i == s->size || omni__scan_lower(s->text[i]) != prefix[i])
			return false;
	return true;
}

static void
unlink_scheme(struct omni__span *s)
{
	static const char scheme[] = "mailto:";
	const char *query;

	if (!begins(s, scheme))
		return;
	s->text += sizeof(scheme) - 1;
	s->size -= sizeof(scheme) - 1;
	query = memchr(s->text, '?', s->size);
	if (query != NULL)
		s->size = (size_t)(query - s->text);
	trim(s);
}

static bool
has_blank(const struct omni__span *s)
{
	size_t i;

	for (i = 0; i < s->size; i++)
		if (is_blank(s->text[i]) || s->text[i] == '\0' ||
		    ((unsigned char)s->text[i] >= 0x80 &&
		    wide_blank(s->text + i, s->size - i) > 0))
			return true;
	return false;
}

/* The last "@": a local part may hold one in quotes. */
static const char *
last_at(const struct omni__span *s)
{
	size_t i;

	for (i = s->size; i > 0; i--)
		if (s->text[i - 1] == '@')
			return s->text + i - 1;
	return NULL;
}

/* False without a local part and a domain. */
static bool
divide(struct omni__span s, struct omni__span *local, struct omni__span *domain)
{
	const char *at;
	size_t before;

	trim(&s);
	if (s.size > TYPED_MAX)
		return false;
	do {
		before = s.size;
		trim(&s);
		unwrap(&s);
		unlink_scheme(&s);
	} while (s.size != before);
	at = last_at(&s);
	if (at == NULL || has_blank(&s))
		return false;
	local->text = s.text;
	local->size = (size_t)(at - s.text);
	domain->text = at + 1;
	domain->size = s.size - local->size - 1;
	while (domain->size > 0 && domain->text[domain->size - 1] == '.')
		domain->size--;
	return local->size > 0 && domain->size > 0;
}

/* ---- labels --------------------------------------------------------- */

struct label {
	int32_t points[LABEL_ROOM];
	size_t count;
	bool ascii;
};

static void
label_add(struct label *label, int32_t c)
{
	if (label->count < LABEL_ROOM)
		label->points[label->count] = c;
	label->count++;
	if (c >= 0x80)
		label->ascii = false;
}

/* UTS #46's mapping of one character.  ß and ς are letters of their own;
 * joiners shape Persian and Indic words. */
static void
label_map(struct label *label, uint32_t c)
{
	utf8proc_int32_t parts[ONE_ROOM];
	utf8proc_ssize_t count, i;
	int bound = 0;

	if (c < 0x80) {
		label_add(label, (unsigned char)omni__scan_lower((char)c));
		return;
	}
	count = -1;
	if (c != 0xdf && c != 0x3c2 && c != 0x200c && c != 0x200d)
		count = utf8proc_decompose_char((utf8proc_int32_t)c, parts,
		    ONE_ROOM, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
		    UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &bound);
	if (count < 0 || count > ONE_ROOM) {
		label_add(label, (int32_t)c);
		return;
	}
	for (i = 0; i < count; i++)
		label_add(label, parts[i]);
}

/* Canonical order, then composition, where they stand. */
static void
label_compose(struct label *label)
{
	utf8proc_ssize_t count;
	size_t i, j;

	if (label->ascii || label->count > LABEL_ROOM)
		return;
	for (i = 1; i < label->count; i++) {
		int32_t c = label->points[i];
		int class = utf8proc_get_property(c)->combining_class;

		for (j = i; class != 0 && j > 0 && utf8proc_get_property(
		    label->points[j - 1])->combining_class > class; j--)
			label->points[j] = label->points[j - 1];
		label->points[j] = c;
	}
	count = utf8proc_normalize_utf32(label->points,
	    (utf8proc_ssize_t)label->count, UTF8PROC_COMPOSE |
	    UTF8PROC_STABLE);
	if (count >= 0)
		label->count = (size_t)count;
}

/* As Punycode, or composed where the label has no such form. */
static void
label_put(struct omni__buf *buf, struct label *label)
{
	char encoded[OMNI__PUNYCODE_ROOM];
	size_t size = 0, i;

	label_compose(label);
	if (!label->ascii)
		size = omni__punycode_encode(encoded, label->points,
		    label->count);
	if (size > 0) {
		omni__buf_str(buf, "xn--");
		omni__buf_add(buf, encoded, size);
		return;
	}
	for (i = 0; i < label->count; i++)
		omni__scan_put(buf, (uint32_t)label->points[i]);
}

static bool
is_dot(uint32_t c)
{
	return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

/* A label too long for any name server stays as it was typed. */
static void
label_read(struct omni__buf *buf, const char *text, size_t size)
{
	struct label label = { .count = 0, .ascii = true };
	size_t at = 0;

	while (at < size)
		label_map(&label, omni__scan_next(text, size, &at));
	if (label.count <= LABEL_ROOM)
		label_put(buf, &label);
	else
		omni__buf_add(buf, text, size);
}

static void
domain_put(struct omni__buf *buf, const struct omni__span *domain)
{
	size_t from = 0, at = 0, here;

	while (at < domain->size) {
		here = at;
		if (!is_dot(omni__scan_next(domain->text, domain->size, &at)))
			continue;
		label_read(buf, domain->text + from, here - from);
		omni__buf_char(buf, '.');
		from = at;
	}
	label_read(buf, domain->text + from, domain->size - from);
}

/* What the mapping may have made: a dot at the end, a blank, nothing.  False
 * when that is no domain. */
static bool
domain_settle(struct omni__buf *buf, size_t start)
{
	if (buf->failed)
		return true;
	while (buf->size > start && buf->bytes[buf->size - 1] == '.')
		omni__scan_done(buf, buf->bytes + buf->size - 1);
	return buf->size > start &&
	    memchr(buf->bytes + start, ' ', buf->size - start) == NULL;
}

/* ---- local parts ---------------------------------------------------- */

static void
lower_put(struct omni__buf *buf, const struct omni__span *s)
{
	char *out = omni__scan_room(buf, s->size);
	size_t i;

	if (out == NULL)
		return;
	for (i = 0; i < s->size; i++)
		*out++ = omni__scan_lower(s->text[i]);
	omni__scan_done(buf, out);
}

/* Lower case and composed (RFC 6532 asks for NFC), nothing more: providers
 * tell é from e. */
static void
local_put(struct omni__buf *buf, const struct omni__span *local)
{
	struct label label = { .count = 0, .ascii = true };
	utf8proc_int32_t parts[ONE_ROOM];
	utf8proc_ssize_t count, i;
	size_t at = 0;
	int bound = 0;

	while (at < local->size) {
		uint32_t c = omni__scan_next(local->text, local->size, &at);

		count = utf8proc_decompose_char((utf8proc_int32_t)c, parts,
		    ONE_ROOM, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, &bound);
		for (i = 0; i < count && i < ONE_ROOM; i++)
			label_add(&label, parts[i]);
	}
	if (label.count > LABEL_ROOM) {
		omni__buf_add(buf, local->text, local->size);
		return;
	}
	label_compose(&label);
	for (at = 0; at < label.count; at++)
		omni__scan_put(buf, (uint32_t)label.points[at]);
}

omni_status
omni__email_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	struct omni__span local, domain;
	size_t start = buf->size, at;

	if (!divide((struct omni__span){ text, size }, &local, &domain))
		return OMNI_NONE;
	if (omni__scan_ascii(local.text, local.size))
		lower_put(buf, &local);
	else
		local_put(buf, &local);
	omni__buf_char(buf, '@');
	at = buf->size;
	if (omni__scan_ascii(domain.text, domain.size))
		lower_put(buf, &domain);
	else
		domain_put(buf, &domain);
	if (!domain_settle(buf, at)) {
		omni__scan_done(buf, buf->bytes + start);
		return OMNI_NONE;
	}
	return buf->failed ? OMNI_NOMEM : OMNI_OK;
}

/* ---- mailboxes ------------------------------------------------------ */

static const struct provider {
	const char *domain;
	const char *same_as;	/* the domain that stands for it */
	char tag;		/* begins what the provider ignores */
	bool dots;		/* ignores dots as well */
} providers[] = {
	{ .domain = "gmail.com", .tag = '+', .dots = true },
	{ .domain = "googlemail.com", .same_as = "gmail.com", .tag = '+',
	    .dots = true },
	{ .domain = "outlook.com", .tag = '+' },
	{ .domain = "hotmail.com", .tag = '+' },
	{ .domain = "live.com", .tag = '+' },
	{ .domain = "icloud.com", .tag = '+' },
	{ .domain = "fastmail.com", .tag = '+' },
	{ .domain = "proton.me", .tag = '+' },
	{ .domain = "protonmail.com", .tag = '+' },
	{ .domain = "yahoo.com", .tag = '-' }
};

static const struct provider *
provider_of(const struct omni__span *domain)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(providers); i++)
		if (strlen(providers[i].domain) == domain->size &&
		    memcmp(providers[i].domain, domain->text, domain->size)
		    == 0)
			return &providers[i];
	return NULL;
}

/* The local part as the provider reads it; as it stands when nothing
 * would be left. */
static void
mailbox_put(struct omni__buf *buf, const struct omni__span *local,
    const struct provider *provider)
{
	const char *tag = memchr(local->text, provider->tag, local->size);
	size_t start = buf->size, i, size = local->size;

	if (tag != NULL)
		size = (size_t)(tag - local->text);
	for (i = 0; i < size; i++)
		if (!provider->dots || local->text[i] != '.')
			omni__buf_char(buf, local->text[i]);
	if (buf->size == start)
		omni__buf_add(buf, local->text, local->size);
}

omni_status
omni__email_mailbox(struct omni__buf *buf, const char *text, size_t size)
{
	struct omni__span local, domain;
	const struct provider *provider;

	if (!divide((struct omni__span){ text, size }, &local, &domain))
		return OMNI_NONE;
	provider = provider_of(&domain);
	if (provider == NULL) {
		omni__buf_add(buf, text, size);
		return buf->failed ? OMNI_NOMEM : OMNI_OK;
	}
	mailbox_put(buf, &local, provider);
	omni__buf_char(buf, '@');
	if (provider->same_as != NULL)
		omni__buf_str(buf, provider->same_as);
	else
		omni__buf_add(buf, domain.text, domain.size);
	return buf->failed ? OMNI_NOMEM : OMNI_OK;
}
