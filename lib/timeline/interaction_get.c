/*
 * An interaction as it is read: from its fact, and by its getters.
 */
#include <string.h>

#include "timeline/interaction.h"

/* ---- from a fact ---------------------------------------------------- */

static const char *
slice_text(struct omni__arena *arena, const struct omni__slice *slice)
{
	return omni__arena_text(arena, slice->bytes, slice->size);
}

static omni_status
read_references(struct omni__arena *arena, const char *text,
    struct omni_interaction *it)
{
	struct omni__mention mention;
	struct omni__reference *to;
	omni_status status;

	it->references = omni__arena_zero(arena,
	    omni__references_bound(text) * sizeof(*it->references));
	if (it->references == NULL)
		return OMNI_NOMEM;
	for (;;) {
		status = omni__reference_next(arena, &text, &mention);
		if (status != OMNI_OK)
			return status == OMNI_DONE ? OMNI_OK : status;
		to = &it->references[it->count++];
		to->type = slice_text(arena, &mention.type);
		to->key = slice_text(arena, &mention.key);
		if (mention.status.bytes != NULL)
			to->status = slice_text(arena, &mention.status);
		if (to->type == NULL || to->key == NULL ||
		    (mention.status.bytes != NULL && to->status == NULL))
			return OMNI_NOMEM;
	}
}

static omni_status
read_texts(struct omni__arena *arena, const struct omni__fact *fact,
    struct omni_interaction *it)
{
	const struct {
		const char *from;
		const char **to;
	} texts[] = {
		{ fact->channel, &it->channel }, { fact->kind, &it->kind },
		{ fact->source, &it->source }, { fact->key, &it->key },
		{ fact->body, &it->body }
	};
	size_t i;

	for (i = 0; i < OMNI__COUNT(texts); i++) {
		if (texts[i].from == NULL)
			continue;
		*texts[i].to = omni__arena_strdup(arena, texts[i].from);
		if (*texts[i].to == NULL)
			return OMNI_NOMEM;
	}
	return OMNI_OK;
}

omni_status
omni__interaction_read(struct omni__error *error, struct omni__arena *arena,
    const struct omni__fact *fact, struct omni_interaction *it)
{
	omni_status status;

	it->fact = fact->id;
	it->time = fact->happened;
	it->recorded = fact->recorded;
	it->placed = omni__fact_time(fact);
	status = read_texts(arena, fact, it);
	if (status == OMNI_OK && fact->refs != NULL)
		status = read_references(arena, fact->refs, it);
	if (status == OMNI_NOMEM)
		return omni__nomem(error);
	if (status != OMNI_OK)
		return omni__fail(error, OMNI_CORRUPT,
		    "fact %lld: its references are damaged",
		    (long long)fact->id);
	return OMNI_OK;
}

/* ---- getters -------------------------------------------------------- */

int64_t
omni_interaction_fact(const omni_interaction *it)
{
	return it != NULL ? it->fact : 0;
}

const char *
omni_interaction_channel(const omni_interaction *it)
{
	return it != NULL ? it->channel : NULL;
}

const char *
omni_interaction_kind(const omni_interaction *it)
{
	return it != NULL ? it->kind : NULL;
}

int64_t
omni_interaction_time(const omni_interaction *it)
{
	return it != NULL && it->time != OMNI_NOW ? it->time :
	    OMNI_TIME_UNKNOWN;
}

int64_t
omni_interaction_recorded(const omni_interaction *it)
{
	return it != NULL && it->fact != 0 ? it->recorded :
	    OMNI_TIME_UNKNOWN;
}

int32_t
omni_interaction_time_doubtful(const omni_interaction *it)
{
	return it != NULL && it->fact != 0 &&
	    (!omni__time_trusted(it->time, it->recorded) ||
	    it->time >= OMNI__DOUBTED);
}

const char *
omni_interaction_source(const omni_interaction *it)
{
	return it != NULL ? it->source : NULL;
}

const char *
omni_interaction_key(const omni_interaction *it)
{
	return it != NULL ? it->key : NULL;
}

const char *
omni_interaction_body(const omni_interaction *it)
{
	return it != NULL ? it->body : NULL;
}

int32_t
omni_interaction_reference_count(const omni_interaction *it)
{
	return it != NULL ? (int32_t)it->count : 0;
}

static const struct omni__reference *
reference_at(const struct omni_interaction *it, int32_t i)
{
	if (it == NULL || i < 0 || (size_t)i >= it->count)
		return NULL;
	return &it->references[i];
}

const char *
omni_interaction_reference_type(const omni_interaction *it, int32_t i)
{
	const struct omni__reference *reference = reference_at(it, i);

	return reference != NULL ? reference->type : NULL;
}

const char *
omni_interaction_reference_key(const omni_interaction *it, int32_t i)
{
	const struct omni__reference *reference = reference_at(it, i);

	return reference != NULL ? reference->key : NULL;
}

const char *
omni_interaction_reference_status(const omni_interaction *it, int32_t i)
{
	const struct omni__reference *reference = reference_at(it, i);

	return reference != NULL ? reference->status : NULL;
}

omni_status
omni_interaction_keep(const omni_interaction *it, omni_interaction **copy)
{
	if (copy == NULL)
		return OMNI_MISUSE;
	*copy = NULL;
	if (it == NULL)
		return OMNI_MISUSE;
	return omni__interaction_copy(it, copy);
}
