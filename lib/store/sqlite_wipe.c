/*
 * Wipes what SQLite leaves behind in its pages.  secure_delete overwrites
 * the cell that is deleted; but when a page was split earlier, copies of
 * cells that moved stay in the space between its cell pointers and its cells.
 * Nothing reads that space, and this overwrites it.
 *
 * It is written past SQLite, which has no call for it: only while we hold the
 * write lock and every page is at home, so that the file is what every reader
 * sees and nobody else writes; only bytes that mean nothing are touched, so
 * that a reader or a power cut in between sees a sound page.  The commit at
 * the end makes other connections forget the pages they had kept.
 * (File format: "Database File Format", section B-tree Pages.)
 */
#include <string.h>

#include "store/sqlite_store.h"

#define PAGE_MAX 65536

struct wipe {
	struct omni__store *store;
	sqlite3_file *file;
	unsigned char *page, *zeros;
	uint32_t size, usable, pages;
	uint32_t *pending;		/* pages still to be visited */
	size_t count, room;
	bool wiped;
	struct omni__error *error;
};

static uint32_t
get2(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static uint32_t
get4(const unsigned char *bytes)
{
	return get2(bytes) << 16 | get2(bytes + 2);
}

static omni_status
damaged(struct wipe *wipe)
{
	return omni__sqlite_fail(wipe->store, wipe->store->second,
	    SQLITE_CORRUPT, wipe->error);
}

static omni_status
visit_later(struct wipe *wipe, uint32_t page)
{
	/* A tree with a loop in it would never end. */
	if (page < 1 || page > wipe->pages || wipe->count > wipe->pages)
		return damaged(wipe);
	if (omni__grow(wipe->store->env, &wipe->pending, &wipe->room,
	    wipe->count + 1, sizeof(*wipe->pending)) != OMNI_OK)
		return omni__nomem(wipe->error);
	wipe->pending[wipe->count++] = page;
	return OMNI_OK;
}

static omni_status
file_failed(struct wipe *wipe, int code)
{
	return omni__sqlite_fail(wipe->store, wipe->store->second, code,
	    wipe->error);
}

/* The space from `from` to `to` of a page that was read. */
static omni_status
wipe_gap(struct wipe *wipe, uint32_t page, uint32_t from, uint32_t to)
{
	sqlite3_int64 at = (sqlite3_int64)(page - 1) * wipe->size + from;
	int code;

	if (from == to ||
	    memcmp(wipe->page + from, wipe->zeros, to - from) == 0)
		return OMNI_OK;
	code = wipe->file->pMethods->xWrite(wipe->file, wipe->zeros,
	    (int)(to - from), at);
	if (code != SQLITE_OK)
		return file_failed(wipe, code);
	wipe->wiped = true;
	return OMNI_OK;
}

static omni_status
visit_children(struct wipe *wipe, const unsigned char *head,
    uint32_t pointers, uint32_t cells)
{
	omni_status status = visit_later(wipe, get4(head + 8));
	uint32_t i;

	for (i = 0; i < cells && status == OMNI_OK; i++) {
		uint32_t cell = get2(wipe->page + pointers + 2 * i);

		if (cell > wipe->usable - 4)
			return damaged(wipe);
		status = visit_later(wipe, get4(wipe->page + cell));
	}
	return status;
}

static omni_status
visit(struct wipe *wipe, uint32_t page)
{
	const unsigned char *head = wipe->page + (page == 1 ? 100 : 0);
	uint32_t pointers, cells, content;
	omni_status status = OMNI_OK;
	bool interior;
	int code;

	code = wipe->file->pMethods->xRead(wipe->file, wipe->page,
	    (int)wipe->size, (sqlite3_int64)(page - 1) * wipe->size);
	if (code != SQLITE_OK)
		return file_failed(wipe, code);
	interior = head[0] == 2 || head[0] == 5;
	if (!interior && head[0] != 10 && head[0] != 13)
		return damaged(wipe);
	pointers = (uint32_t)(head - wipe->page) + (interior ? 12 : 8);
	cells = get2(head + 3);
	content = get2(head + 5);
	if (content == 0)
		content = PAGE_MAX;
	if (content > wipe->usable || pointers + 2 * cells > content)
		return damaged(wipe);
	if (interior)
		status = visit_children(wipe, head, pointers, cells);
	if (status == OMNI_OK)
		status = wipe_gap(wipe, page, pointers + 2 * cells, content);
	return status;
}

/* The roots of all trees; the schema's own is page 1. */
static omni_status
find_roots(struct wipe *wipe)
{
	sqlite3_stmt *stmt = NULL;
	omni_status status = visit_later(wipe, 1);
	int code;

	code = sqlite3_prepare_v2(wipe->store->db, "SELECT rootpage FROM "
	    "sqlite_schema WHERE rootpage > 1", -1, &stmt, NULL);
	if (code == SQLITE_OK)
		while (status == OMNI_OK &&
		    (code = sqlite3_step(stmt)) == SQLITE_ROW)
			status = visit_later(wipe,
			    (uint32_t)sqlite3_column_int64(stmt, 0));
	(void)sqlite3_finalize(stmt);
	if (status == OMNI_OK && code != SQLITE_DONE)
		status = omni__sqlite_fail(wipe->store, wipe->store->db, code,
		    wipe->error);
	return status;
}

/* The sizes that the head of the file tells. */
static omni_status
read_head(struct wipe *wipe)
{
	unsigned char head[100];
	int code;

	code = wipe->file->pMethods->xRead(wipe->file, head, sizeof(head), 0);
	if (code != SQLITE_OK)
		return file_failed(wipe, code);
	wipe->size = get2(head + 16) == 1 ? PAGE_MAX : get2(head + 16);
	wipe->usable = wipe->size - head[20];
	wipe->pages = get4(head + 28);
	if (wipe->size < 512 || wipe->usable < 480)
		return damaged(wipe);
	return OMNI_OK;
}

static omni_status
wipe_all(struct wipe *wipe)
{
	omni_status status = read_head(wipe);
	int code;

	if (status == OMNI_OK)
		status = find_roots(wipe);
	while (status == OMNI_OK && wipe->count > 0) {
		if (atomic_load(&wipe->store->interrupted))
			return omni__fail(wipe->error, OMNI_INTERRUPTED,
			    "interrupted");
		status = visit(wipe, wipe->pending[--wipe->count]);
	}
	if (status != OMNI_OK || !wipe->wiped)
		return status;
	code = wipe->file->pMethods->xSync(wipe->file, SQLITE_SYNC_FULL);
	return code == SQLITE_OK ? OMNI_OK : file_failed(wipe, code);
}

/* The write lock is held and the log holds nothing that is not at home. */
omni_status
omni__sqlite_wipe(struct omni__store *store, struct omni__error *error)
{
	struct wipe wipe = { .store = store, .error = error };
	omni_status status;
	int code;

	code = sqlite3_file_control(store->second, "main",
	    SQLITE_FCNTL_FILE_POINTER, &wipe.file);
	if (code != SQLITE_OK)
		return file_failed(&wipe, code);
	wipe.page = omni__realloc(store->env, NULL, PAGE_MAX);
	wipe.zeros = omni__realloc(store->env, NULL, PAGE_MAX);
	if (wipe.page == NULL || wipe.zeros == NULL)
		status = omni__nomem(error);
	else {
		memset(wipe.zeros, 0, PAGE_MAX);
		status = wipe_all(&wipe);
	}
	omni__free(store->env, wipe.page);
	omni__free(store->env, wipe.zeros);
	omni__free(store->env, wipe.pending);
	return status;
}
