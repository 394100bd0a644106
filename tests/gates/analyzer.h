/*
 * For clang-tidy alone: what the calls that report failures return.  The
 * analyzer looks at one file at a time; without this it has to assume that a
 * failure may come back as success, and then warns of every result that
 * was not filled in.
 */
struct omni__error;

#define omni__fail omni__fail_known
#define omni__fail_once omni__fail_once_known
#define omni__nomem omni__nomem_known

static inline int
omni__fail_known(struct omni__error *error, int status, const char *format,
    ...)
{
	(void)error;
	(void)format;
	if (status == 0)
		__builtin_unreachable();
	return status;
}

static inline int
omni__fail_once_known(struct omni__error *error, int status,
    const char *format, ...)
{
	(void)error;
	(void)format;
	if (status == 0)
		__builtin_unreachable();
	return status;
}

static inline int
omni__nomem_known(struct omni__error *error)
{
	(void)error;
	return -1;
}

/* Not in the file that defines it. */
#ifndef LEAVE_IS_HERE
struct omni;

#define omni__leave omni__leave_known

static inline int
omni__leave_known(struct omni *db, int status)
{
	(void)db;
	return status;
}
#endif
