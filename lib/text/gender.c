/*
 * Gender, where a form asked for it: the words that people and systems write
 * in some languages, to m, f and x.  What is none of them stays as it is.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

static const struct gender {
	char word[13];
	char sign;
} genders[] = {
	{ "1", 'm' }, { "2", 'f' },	/* ISO 5218 */
	{ "boy", 'm' }, { "chico", 'm' }, { "dame", 'f' }, { "donna", 'f' },
	{ "f", 'f' }, { "female", 'f' }, { "feminin", 'f' },
	{ "femenino", 'f' }, { "femme", 'f' }, { "femminile", 'f' },
	{ "flicka", 'f' }, { "frau", 'f' }, { "fru", 'f' }, { "girl", 'f' },
	{ "h", 'm' }, { "herr", 'm' }, { "hombre", 'm' }, { "homem", 'm' },
	{ "homme", 'm' }, { "k", 'f' }, { "kille", 'm' }, { "kobieta", 'f' },
	{ "kvinde", 'f' }, { "kvinna", 'f' }, { "kvinne", 'f' },
	{ "m", 'm' }, { "male", 'm' }, { "man", 'm' }, { "mand", 'm' },
	{ "mann", 'm' }, { "mannlich", 'm' }, { "maennlich", 'm' },
	{ "masculin", 'm' }, { "masculino", 'm' }, { "maschile", 'm' },
	{ "mees", 'm' }, { "mies", 'm' }, { "miss", 'f' }, { "mr", 'm' },
	{ "mrs", 'f' }, { "ms", 'f' }, { "mujer", 'f' }, { "mulher", 'f' },
	{ "muz", 'm' }, { "muzh", 'm' }, { "mezczyzna", 'm' },
	{ "nainen", 'f' }, { "naine", 'f' }, { "tjej", 'f' },
	{ "uomo", 'm' }, { "v", 'f' }, { "vrouw", 'f' }, { "w", 'f' },
	{ "weiblich", 'f' }, { "woman", 'f' }, { "zena", 'f' },
	{ "zhen", 'f' },
	{ "annat", 'x' }, { "d", 'x' }, { "div", 'x' }, { "divers", 'x' },
	{ "diverse", 'x' }, { "nb", 'x' }, { "nonbinary", 'x' },
	{ "other", 'x' }, { "x", 'x' }
};

/* What says that it is not known says nothing. */
static const char *const unknown[] = {
	"0", "9", "n a", "na", "none", "not known", "not specified", "null",
	"okand", "okant", "u", "unbekannt", "unknown", "unspecified"
};

static bool
is_unknown(const struct omni__span *text)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(unknown); i++)
		if (omni__span_is(text, unknown[i]))
			return true;
	return false;
}

omni_status
omni__gender_normalise(struct omni__buf *buf, const char *text, size_t size)
{
	size_t start = buf->size, i;
	omni_status status = omni__fold(buf, text, size);
	struct omni__span word;

	if (status == OMNI_OK)
		status = omni__words(buf, start, "-");
	if (status != OMNI_OK)
		return status;
	word.text = buf->bytes + start;
	word.size = buf->size - start;
	if (is_unknown(&word)) {
		omni__scan_done(buf, buf->bytes + start);
		return OMNI_NONE;
	}
	for (i = 0; i < OMNI__COUNT(genders); i++)
		if (omni__span_is(&word, genders[i].word)) {
			buf->bytes[start] = genders[i].sign;
			omni__scan_done(buf, buf->bytes + start + 1);
			break;
		}
	return OMNI_OK;
}
