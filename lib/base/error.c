/*
 * Error texts: one sentence that belongs to a handle.  Setting one cannot
 * fail.  Also the names of the statuses, made from the map in omni.h.
 */
#include <stdio.h>
#include <string.h>

#include "base/base.h"

/* Takes a UTF-8 sequence that was cut at the end out again. */
static void
trim_partial(char *text, size_t room)
{
	size_t size = strlen(text), back = 0;
	unsigned char lead;

	if (size + 1 < room)
		return;
	while (back < 4 && back < size &&
	    ((unsigned char)text[size - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back >= size)
		return;
	lead = (unsigned char)text[size - 1 - back];
	if (lead >= 0xc0)
		text[size - 1 - back] = '\0';
}

static omni_status
fail(struct omni__error *error, omni_status status, const char *format,
    va_list ap)
{
	if (error == NULL)
		return status;
	error->status = status;
	(void)vsnprintf(error->text, sizeof(error->text), format, ap);
	trim_partial(error->text, sizeof(error->text));
	return status;
}

omni_status
omni__fail(struct omni__error *error, omni_status status, const char *format,
    ...)
{
	va_list ap;

	va_start(ap, format);
	(void)fail(error, status, format, ap);
	va_end(ap);
	return status;
}

omni_status
omni__fail_once(struct omni__error *error, omni_status status,
    const char *format, ...)
{
	va_list ap;

	if (error != NULL && error->status < 0)
		return error->status;
	va_start(ap, format);
	(void)fail(error, status, format, ap);
	va_end(ap);
	return status;
}

omni_status
omni__nomem(struct omni__error *error)
{
	return omni__fail(error, OMNI_NOMEM, "out of memory");
}

void
omni__error_clear(struct omni__error *error)
{
	error->status = OMNI_OK;
	error->text[0] = '\0';
}

static const struct {
	omni_status status;
	const char *name;
	const char *text;
} statuses[] = {
#define STATUS_ROW(name, number, text) { (number), "OMNI_" #name, text },
	OMNI_STATUS_MAP(STATUS_ROW)
#undef STATUS_ROW
};

const char *
omni_status_name(omni_status status)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].name;
	return "OMNI_?";
}

const char *
omni_status_text(omni_status status)
{
	size_t i;

	for (i = 0; i < OMNI__COUNT(statuses); i++)
		if (statuses[i].status == status)
			return statuses[i].text;
	return "unknown status";
}
