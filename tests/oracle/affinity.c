/*
 * How a customer responds: decayed counts and the population's, in plain
 * floating point.
 */
#include <math.h>

#include "decide.h"
#include "omni.h"

#define SPAN (28 * O_DAY)
#define SPANS 27		/* of two years */

/* Of all channels of which nothing was learned. */
#define ANSWERED 2.0
#define UNANSWERED 8.0

static bool
is_answer(int what)
{
	return what == OMNI_RESULT_OPENED || what == OMNI_RESULT_CLICKED ||
	    what == OMNI_RESULT_ANSWERED;
}

double
o_estimate(const struct o_world *w, uint32_t members, const char *channel,
    int64_t at)
{
	double k = 0, n = 0;
	int age;
	size_t i;

	for (age = 0; age < SPANS; age++) {
		double weight = pow(2, -age * 28.0 / 90.0);
		int sent = 0, answered = 0;

		for (i = 0; i < w->sent_count; i++) {
			const struct o_sent *row = &w->sent[i];

			if (row->record < 0 ||
			    (members >> row->record & 1) == 0 ||
			    !o_same(row->channel, channel) ||
			    row->time / SPAN != at / SPAN - age)
				continue;
			sent += row->what == OMNI_RESULT_SENT;
			answered += is_answer(row->what);
		}
		n += sent * weight;
		k += (answered < sent ? answered : sent) * weight;
	}
	return (k + ANSWERED) / (n + ANSWERED + UNANSWERED);
}
