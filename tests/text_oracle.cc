/*
 * The text room against libraries that are the measure of their field:
 * libphonenumber for telephone numbers, ICU and libidn2 for domains.  They
 * are needed here only; where one is missing its test is skipped.
 */
#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#if __has_include(<phonenumbers/phonenumberutil.h>)
#define HAVE_PHONE 1
#include <phonenumbers/phonenumberutil.h>
#endif
#if __has_include(<unicode/uidna.h>)
#define HAVE_ICU 1
#include <unicode/uidna.h>
#endif
#if __has_include(<idn2.h>)
#define HAVE_IDN2 1
#include <idn2.h>
#endif

extern "C" {
#include <cmocka.h>

#include "text/text.h"
}

namespace {

std::mt19937_64 rng;

size_t
below(size_t limit)
{
	return static_cast<size_t>(rng() % limit);
}

/* A share that agrees, with the first few that do not. */
struct Tally {
	const char *name;
	size_t all = 0, same = 0, shown = 0;

	void
	count(bool agrees, const std::string &input, const std::string &ours,
	    const std::string &theirs)
	{
		all++;
		same += agrees;
		if (!agrees && shown++ < 12)
			std::printf("  %s: \"%s\" is \"%s\", oracle \"%s\"\n",
			    name, input.c_str(), ours.c_str(),
			    theirs.c_str());
	}

	bool
	reaches(double share) const
	{
		double reached = all == 0 ? 0 :
		    static_cast<double>(same) / static_cast<double>(all);

		std::printf("%s: %zu of %zu agree, %.4f %% (at least %.2f)\n",
		    name, same, all, 100 * reached, 100 * share);
		return reached >= share;
	}
};

#if HAVE_PHONE
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

std::string
our_phone(const std::string &text, const std::string &region)
{
	omni__buf buf = {};
	std::string result = "(none)";

	if (omni__phone_normalise(&buf, text.data(), text.size(),
	    region.c_str()) == OMNI_OK)
		result.assign(buf.bytes, buf.size);
	omni__buf_free(&buf);
	return result;
}

/* A number like the example, other digits behind its first few; false when
 * that is no number of the region. */
bool
vary(const PhoneNumberUtil &util, const PhoneNumber &example,
    const std::string &region, PhoneNumber *out)
{
	std::string digits;
	size_t keep, i;

	util.GetNationalSignificantNumber(example, &digits);
	keep = 1 + below(digits.size());
	for (i = keep; i < digits.size(); i++)
		digits[i] = static_cast<char>('0' + below(10));
	*out = example;
	out->set_national_number(std::strtoull(digits.c_str(), nullptr, 10));
	return util.IsValidNumberForRegion(*out, region);
}

/* As libphonenumber writes it; *home is where that was. */
std::string
written(const PhoneNumberUtil &util, const PhoneNumber &number, size_t how,
    const std::vector<std::string> &regions, std::string *home)
{
	static const PhoneNumberUtil::PhoneNumberFormat formats[] = {
		PhoneNumberUtil::NATIONAL, PhoneNumberUtil::INTERNATIONAL,
		PhoneNumberUtil::E164, PhoneNumberUtil::RFC3966
	};
	std::string text;

	if (how < 4) {
		util.Format(number, formats[how], &text);
	} else {
		*home = regions[below(regions.size())];
		util.FormatOutOfCountryCallingNumber(number, *home, &text);
	}
	return text;
}

const char *const ways[] = {
	"national", "international", "E.164", "RFC 3966", "out of country"
};

/* We agree when we say what libphonenumber reads in a text, or, as it does
 * not always read what it writes, the number that it wrote. */
void
check_number(const PhoneNumberUtil &util, const PhoneNumber &number,
    const std::string &region, const std::vector<std::string> &regions,
    std::vector<Tally> *tallies, std::map<std::string, size_t> *wrong)
{
	for (size_t how = 0; how < 5; how++) {
		std::string home = region;
		std::string text = written(util, number, how, regions, &home);
		std::string ours = our_phone(text, home), meant;
		std::string theirs = "(none)";
		PhoneNumber parsed;
		bool agrees;

		util.Format(number, PhoneNumberUtil::E164, &meant);
		if (util.Parse(text, home, &parsed) ==
		    PhoneNumberUtil::NO_PARSING_ERROR)
			util.Format(parsed, PhoneNumberUtil::E164, &theirs);
		agrees = ours == theirs || ours == meant;
		(*tallies)[how].count(agrees, text + " in " + home, ours,
		    theirs);
		(*wrong)[region] += !agrees;
	}
}

std::vector<PhoneNumber>
examples(const PhoneNumberUtil &util, const std::string &region)
{
	std::vector<PhoneNumber> found;
	PhoneNumber example;

	for (int type = 0; type <= PhoneNumberUtil::VOICEMAIL; type++)
		if (util.GetExampleNumberForType(region,
		    static_cast<PhoneNumberUtil::PhoneNumberType>(type),
		    &example))
			found.push_back(example);
	return found;
}

bool
phones(size_t wanted)
{
	const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
	std::set<std::string> names;
	std::vector<std::string> regions;
	std::vector<Tally> tallies;
	std::map<std::string, size_t> wrong;
	Tally all = { "phones" };
	size_t numbers = 0;

	util.GetSupportedRegions(&names);
	regions.assign(names.begin(), names.end());
	for (const char *way : ways)
		tallies.push_back(Tally{ way });
	for (const std::string &region : regions) {
		std::vector<PhoneNumber> like = examples(util, region);
		size_t share = wanted / regions.size() + 1, tries = 0;

		for (size_t made = 0; made < share && tries < 40 * share;
		    tries++) {
			PhoneNumber number;

			if (!vary(util, like[below(like.size())], region,
			    &number))
				continue;
			check_number(util, number, region, regions, &tallies,
			    &wrong);
			made++;
			numbers++;
		}
	}
	for (const Tally &tally : tallies) {
		tally.reaches(0);
		all.all += tally.all;
		all.same += tally.same;
	}
	for (const auto &entry : wrong)
		if (entry.second > 0)
			std::printf("  %s: %zu\n", entry.first.c_str(),
			    entry.second);
	std::printf("phones: %zu numbers of %zu regions\n", numbers,
	    regions.size());
	return all.reaches(.999) && numbers >= wanted;
}
#endif

#if HAVE_ICU || HAVE_IDN2
std::string
our_domain(const std::string &domain)
{
	omni__buf buf = {};
	std::string email = "a@" + domain, result = "(none)";

	if (omni__email_normalise(&buf, email.data(), email.size()) == OMNI_OK)
		result.assign(buf.bytes + 2, buf.size - 2);
	omni__buf_free(&buf);
	return result;
}

void
put_utf8(std::string *text, uint32_t c)
{
	if (c < 0x80) {
		*text += static_cast<char>(c);
	} else if (c < 0x800) {
		*text += static_cast<char>(0xc0 | c >> 6);
		*text += static_cast<char>(0x80 | (c & 0x3f));
	} else {
		*text += static_cast<char>(0xe0 | c >> 12);
		*text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
		*text += static_cast<char>(0x80 | (c & 0x3f));
	}
}

/* A label of one script's letters, sometimes with ASCII between. */
std::string
random_label()
{
	static const struct {
		uint32_t first, last;
	} scripts[] = {
		{ 'a', 'z' }, { 'A', 'Z' }, { 0xc0, 0x17f }, { 0x386, 0x3ce },
		{ 0x400, 0x45f }, { 0x5d0, 0x5ea }, { 0x620, 0x64a },
		{ 0x905, 0x939 }, { 0xe01, 0xe30 }, { 0x3041, 0x3096 },
		{ 0x30a1, 0x30fa }, { 0x4e00, 0x9fff }, { 0xac00, 0xd7a3 },
		{ 0x1ea0, 0x1ef9 }, { 0xff21, 0xff5a }
	};
	const auto &script = scripts[below(sizeof(scripts) /
	    sizeof(scripts[0]))];
	std::string label;
	size_t size = 1 + below(12);

	for (size_t i = 0; i < size; i++)
		if (below(4) == 0)
			label += static_cast<char>('a' + below(26));
		else
			put_utf8(&label, script.first + static_cast<uint32_t>(
			    below(script.last - script.first + 1)));
	return label;
}
#endif

#if HAVE_ICU
/* False when ICU sees an error in the domain, which we do not look for. */
bool
icu_domain(UIDNA *idna, const std::string &domain, std::string *out)
{
	char room[1024];
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode error = U_ZERO_ERROR;
	int32_t size = uidna_nameToASCII_UTF8(idna, domain.data(),
	    static_cast<int32_t>(domain.size()), room, sizeof(room), &info,
	    &error);

	if (U_FAILURE(error) || info.errors != 0)
		return false;
	out->assign(room, static_cast<size_t>(size));
	return true;
}

bool
domains_icu(size_t wanted)
{
	UErrorCode error = U_ZERO_ERROR;
	UIDNA *idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
	Tally tally = { "domains, ICU" };

	for (size_t tries = 0; tally.all < wanted && tries < 20 * wanted;
	    tries++) {
		std::string domain = random_label() + ".se", theirs, ours;

		if (!icu_domain(idna, domain, &theirs))
			continue;
		ours = our_domain(domain);
		tally.count(ours == theirs, domain, ours, theirs);
	}
	uidna_close(idna);
	return tally.reaches(.999) && tally.all == wanted;
}
#endif

#if HAVE_IDN2
bool
domains_idn2(size_t wanted)
{
	Tally tally = { "domains, libidn2" };

	for (size_t tries = 0; tally.all < wanted && tries < 20 * wanted;
	    tries++) {
		std::string domain = random_label() + ".se", ours;
		char *theirs = nullptr;

		if (idn2_to_ascii_8z(domain.c_str(), &theirs,
		    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			continue;
		ours = our_domain(domain);
		tally.count(ours == theirs, domain, ours, theirs);
		idn2_free(theirs);
	}
	return tally.reaches(.999) && tally.all == wanted;
}
#endif

void
phones_agree_with_libphonenumber(void **)
{
#if HAVE_PHONE
	assert_true(phones(200000));
#else
	print_message("libphonenumber is not installed\n");
	skip();
#endif
}

void
domains_agree_with_icu(void **)
{
#if HAVE_ICU
	assert_true(domains_icu(50000));
#else
	print_message("ICU is not installed\n");
	skip();
#endif
}

void
domains_agree_with_libidn2(void **)
{
#if HAVE_IDN2
	assert_true(domains_idn2(50000));
#else
	print_message("libidn2 is not installed\n");
	skip();
#endif
}

} // namespace

int
main()
{
	const char *given = std::getenv("OMNI_TEST_SEED");
	unsigned long long seed = given != nullptr ?
	    std::strtoull(given, nullptr, 10) : std::random_device()();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phones_agree_with_libphonenumber),
		cmocka_unit_test(domains_agree_with_icu),
		cmocka_unit_test(domains_agree_with_libidn2)
	};

	std::printf("OMNI_TEST_SEED=%llu\n", seed);
	rng.seed(seed);
	return cmocka_run_group_tests_name("text_oracle", tests, nullptr,
	    nullptr);
}
