/*
 * Text as people type it, made comparable: Unicode folding, e-mail, phone,
 * names, dates, postcodes, streets; and how alike two texts are.
 *
 * Normalisers append to a buffer and say OMNI_OK, OMNI_NONE (nothing
 * usable in the input: the feature is kept as typed but points at nobody) or
 * OMNI_NOMEM.  They never reject for validity.  Input is valid UTF-8 (see
 * omni__utf8_check) with an explicit length, output is UTF-8 without a NUL
 * count.
 */
#ifndef OMNI_TEXT_H
#define OMNI_TEXT_H

#include "base/base.h"

/* A piece of somebody's text. */
struct omni__span {
	const char *text;
	size_t size;
};

/* ---- UTF-8 and folding (utf8.c, fold.c) ----------------------------- */

/* True when valid (no surrogates, no overlong forms); else *bad (may be
 * NULL) is the offset of the first bad byte. */
bool omni__utf8_check(const char *, size_t, size_t *bad);
/* True when it has a C0 or C1 control character or a NUL. */
bool omni__utf8_control(const char *, size_t);

/* Lower case, compatibility composed, marks removed from Latin, Greek and
 * Cyrillic bases only (marks of Indic scripts and kana are letters),
 * đ ø ł æ œ þ ð ß ı by table, Cyrillic and Greek transliterated to Latin,
 * white space runs to one blank, trimmed. */
omni_status omni__fold(struct omni__buf *, const char *, size_t);

/* ---- identifiers ---------------------------------------------------- */

/* email.c: "Ann.Lee@BÜCHER.de" to "Ann.Lee@xn--bcher-kva.de" lower-cased
 * ("ann.lee@xn--bcher-kva.de"); the domain by IDNA (utf8proc mapping and
 * Punycode; never deletes characters).  NONE without a local part and a
 * domain with no blank. */
omni_status omni__email_normalise(struct omni__buf *, const char *, size_t);
/* The key under which provider rules (a data table: gmail's dots, plus
 * tags) make equal what is one mailbox; for a normalised address. */
omni_status omni__email_mailbox(struct omni__buf *, const char *, size_t);

/* phone.c over the generated phone_table.h: to E.164 ("+46701234567").
 * region is ISO 3166 alpha-2 or NULL.  Without a usable region or prefix, or
 * where the plan has no number that long, the digits alone; NONE when fewer
 * than 5 digits or more than 17 would come out.  Extensions go. */
omni_status omni__phone_normalise(struct omni__buf *, const char *, size_t,
    const char *region);
/* "SE" for "+46..."; for shared codes the region that its leading digits tell,
 * else the main one; NULL if unknown, or of no region (freephone). */
const char *omni__phone_region(const char *e164);
/* Is this a region the table knows ("SE")? */
bool omni__region_known(const char *region);

/* Loyalty numbers, accounts, devices, national ids: folded, with blanks,
 * dots, dashes and slashes out. */
omni_status omni__code_normalise(struct omni__buf *, const char *, size_t);

/* ---- attributes ----------------------------------------------------- */

/* date.c: "1952-04-03", "19520403", "3.4.1952", "3 April 1952", "04/03/1952"
 * (day first unless it cannot be) to "1952-04-03"; "1952-04" and "1952" stay
 * partial.  NONE when no date: also for a day that is in no calendar, and for
 * a year of two digits. */
omni_status omni__date_normalise(struct omni__buf *, const char *, size_t);
/* For comparing alone: what would be a date but for a slip ("1952-04-93")
 * keeps its digits in that form, year first, so that it is still near what
 * was meant; the rest is as above. */
omni_status omni__date_comparable(struct omni__buf *, const char *, size_t);

/* name.c: tokens of a name, folded, separated by one blank; dots of initials,
 * apostrophes out, hyphens to blanks. */
omni_status omni__name_normalise(struct omni__buf *, const char *, size_t);
/* ... of a given name: titles ("Sir", "Dr") and ordinals are none; NONE when
 * nothing else is there. */
omni_status omni__name_given(struct omni__buf *, const char *, size_t);
/* Splits a full name ("Lee, Ann Mary", "Ann Mary van der Lee") into given,
 * other and family tokens; each may be empty.  Titles and "Jr" go, particles
 * stay with the family; a single word is a given name. */
omni_status omni__name_split(struct omni__buf *given,
    struct omni__buf *other, struct omni__buf *family, const char *, size_t);
/* Takes particles (von, de, van der ...) out of normalised tokens. */
omni_status omni__name_core(struct omni__buf *, const char *, size_t);

/* gender.c: "Female", "kvinna", "Frau" to "f", likewise m and x; NONE when it
 * says that it is not known; other words folded. */
omni_status omni__gender_normalise(struct omni__buf *, const char *, size_t);
/* org.c: folded words without the legal form (AB, GmbH, Ltd) at the ends. */
omni_status omni__org_normalise(struct omni__buf *, const char *, size_t);

/* nickname.c: is one what people call the other ("bill", "william")?  Single
 * folded words; a table of groups. */
bool omni__name_related(const char *, size_t, const char *, size_t);

/* address.c */
omni_status omni__postcode_normalise(struct omni__buf *, const char *,
    size_t, const char *region);
/* Street words folded, common abbreviations by table, flat numbers out; at
 * most 32 words. */
omni_status omni__street_normalise(struct omni__buf *, const char *, size_t);

/* address_split.c: the number of the house at either end of a normalised
 * street; false when there is none, or nothing else. */
bool omni__street_split(const char *, size_t, struct omni__span *street,
    struct omni__span *number);

/* The parts of a line as typed, "Storgatan 12, 111 22 Stockholm, Sweden";
 * empty where it does not tell. */
struct omni__address {
	struct omni__span street, extra, postcode, city, region;
	char country[3];
};
omni_status omni__address_split(const struct omni__env *, const char *,
    size_t, struct omni__address *);
/* country.c: the region of "Sweden", "Sverige", "SE"; NONE when unknown. */
omni_status omni__country_find(const struct omni__env *, const char *, size_t,
    char region[3]);

/* ---- how alike (compare.c): bytes of folded text -------------------- */

/* Jaro-Winkler similarity, 0 to 10000, bit-parallel up to 64 bytes a side.
 * Winkler (1990): prefix of at most 4, scale 0.1, no threshold. */
int32_t omni__jaro_winkler(const char *, size_t, const char *, size_t);
/* Damerau-Levenshtein (optimal string alignment) distance, or limit + 1 when
 * it is greater than limit; Hyyrö's bit-parallel form up to 64 bytes. */
int32_t omni__damerau(const char *, size_t, const char *, size_t,
    int32_t limit);
/*
 * The bytes of a text, counted up to two each in 32 classes: low half once,
 * high half twice.  From those of two texts follows at once how many bytes
 * they can have in common at most, and from that how alike they can be.
 */
uint64_t omni__letters(const char *, size_t);
size_t omni__letters_common(uint64_t a, size_t a_size, uint64_t b,
    size_t b_size);
/* Can Jaro-Winkler be that much with so many bytes in common?  Not if this
 * says no. */
bool omni__jaro_winkler_may(const char *, size_t, const char *, size_t,
    size_t common, int32_t least);
/* American Soundex of the first token: four characters and a NUL in out, or
 * "" without a letter. */
void omni__soundex(char out[5], const char *, size_t);

#endif
