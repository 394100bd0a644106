/*
 * Countries as people write them in an address, to ISO 3166: only those whose
 * customers write them often.  Two letters that are a region stand for it.
 */
#include <string.h>

#include "text/scan.h"
#include "text/text.h"

static const struct country {
	char name[16];
	char region[3];
} countries[] = {
	{ "australia", "AU" }, { "austria", "AT" }, { "belgie", "BE" },
	{ "belgien", "BE" }, { "belgique", "BE" }, { "belgium", "BE" },
	{ "brasil", "BR" }, { "brazil", "BR" }, { "canada", "CA" },
	{ "ceska republika", "CZ" }, { "cesko", "CZ" }, { "czechia", "CZ" },
	{ "danmark", "DK" }, { "denmark", "DK" }, { "deutschland", "DE" },
	{ "eesti", "EE" }, { "eire", "IE" }, { "ellada", "GR" },
	{ "england", "GB" }, { "espana", "ES" }, { "estland", "EE" },
	{ "estonia", "EE" }, { "finland", "FI" }, { "france", "FR" },
	{ "frankrike", "FR" }, { "germany", "DE" }, { "great britain", "GB" },
	{ "greece", "GR" }, { "hungary", "HU" }, { "iceland", "IS" },
	{ "india", "IN" }, { "ireland", "IE" }, { "island", "IS" },
	{ "italia", "IT" }, { "italien", "IT" }, { "italy", "IT" },
	{ "japan", "JP" }, { "latvia", "LV" }, { "latvija", "LV" },
	{ "lietuva", "LT" }, { "lithuania", "LT" }, { "luxembourg", "LU" },
	{ "magyarorszag", "HU" }, { "mexico", "MX" }, { "nederland", "NL" },
	{ "netherlands", "NL" }, { "new zealand", "NZ" }, { "norge", "NO" },
	{ "northern ireland", "GB" }, { "norway", "NO" },
	{ "osterreich", "AT" }, { "poland", "PL" }, { "polen", "PL" },
	{ "polska", "PL" }, { "portugal", "PT" }, { "schweiz", "CH" },
	{ "scotland", "GB" }, { "slovakia", "SK" }, { "slovensko", "SK" },
	{ "spain", "ES" }, { "spanien", "ES" }, { "suisse", "CH" },
	{ "suomi", "FI" }, { "sverige", "SE" }, { "sweden", "SE" },
	{ "switzerland", "CH" }, { "the netherlands", "NL" },
	{ "turkey", "TR" }, { "turkiye", "TR" }, { "tyskland", "DE" },
	{ "uk", "GB" }, { "united kingdom", "GB" }, { "united states", "US" },
	{ "usa", "US" }, { "wales", "GB" }
};

static const char *
named(const struct omni__span *name)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(countries); i++)
		if (omni__span_is(name, countries[i].name))
			return countries[i].region;
	return NULL;
}

omni_status
omni__country_find(const struct omni__env *env, const char *text,
    size_t size, char region[3])
{
	struct omni__buf buf = { .env = env };
	omni_status status = omni__name_normalise(&buf, text, size);
	struct omni__span name = { buf.bytes, buf.size };
	const char *found;

	region[0] = '\0';
	if (status == OMNI_OK && (found = named(&name)) != NULL)
		memcpy(region, found, 3);
	else if (status == OMNI_OK && buf.size == 2) {
		region[0] = (char)(buf.bytes[0] - ('a' - 'A'));
		region[1] = (char)(buf.bytes[1] - ('a' - 'A'));
		region[2] = '\0';
		if (!omni__region_known(region))
			region[0] = '\0';
	}
	omni__buf_free(&buf);
	return status == OMNI_NOMEM ? status :
	    region[0] != '\0' ? OMNI_OK : OMNI_NONE;
}
