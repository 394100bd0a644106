/*
 * Faults on demand, for the programs test_fault_*.c: memory that runs out,
 * disks that fail or lose power, servers that hang up; and the scenarios that
 * are run under them, which together make every public call.  A new call gets
 * a scenario in scenario_*.c; a new kind of fault is a struct fault.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

#include "../harness.h"
#include "base/base.h"

/* ---- faults --------------------------------------------------------- */

struct fault {
	const char *name;
	/* From now on the n-th (from 1) operation fails, as the fault says. */
	void (*arm)(uint64_t n);
	/* All is well again.  Did it fail? */
	bool (*disarm)(void);
	/* May a call say that under this fault? */
	bool (*fits)(omni_status);
	/* So that no call can leave anything behind: counted when all is
	 * closed (NULL: nothing to count). */
	int64_t (*held)(void);
	/* A commit may have landed although the call failed. */
	bool uncertain;
};

/* One allocation, or it and all that follow (memory.c). */
extern const struct fault fault_memory_once, fault_memory_gone;
/* Blocks that are allocated now, by anybody in the process. */
int64_t fault_memory_held(void);

/* Reads, writes, syncs and whatever else SQLite asks of files (disk.c). */
extern const struct fault fault_disk_once, fault_disk_gone, fault_disk_full;
/* Puts the disk below SQLite; before the first store is opened. */
void fault_disk_insert(void);

/* The line to the server is cut at the n-th piece in either direction, once
 * or until disarmed (network.c). */
extern const struct fault fault_network_once, fault_network_gone;
/* Comes between the harness and its server: handles opened from now on. */
void fault_network_insert(struct harness *);
void fault_network_remove(void);

/* ---- power cuts (disk.c, power.c) ----------------------------------- */

/* What became of a file, in the order it happened. */
enum { DISK_OPEN, DISK_WRITE, DISK_TRUNCATE, DISK_SYNC, DISK_DELETE };
enum { DISK_MAIN, DISK_LOG, DISK_JOURNAL, DISK_FILES };
extern const char *const disk_suffixes[DISK_FILES];

struct disk_event {
	int what, file;
	int64_t offset;		/* DISK_DELETE: 1 when synced */
	size_t size;
	unsigned char *bytes;
};

struct disk_recording {
	struct disk_event *events;
	size_t count, room;
};

/* Everything that is written to the store at `path` from now on. */
void fault_disk_record(const char *path);
/* How many events there are so far. */
size_t fault_disk_events(void);
/* Ends it. */
struct disk_recording fault_disk_recorded(void);
void fault_disk_recording_free(struct disk_recording *);

/* The disk as it may be found after a power cut: what was synced, and of
 * the rest what chance left, torn between sectors. */
struct power_file {
	bool there, named;	/* now; for good */
	unsigned char *durable;
	size_t size, room;
	struct disk_event *waiting;	/* borrowed bytes */
	size_t count, waiting_room;
};
struct power {
	struct power_file files[DISK_FILES];
};
void fault_power_apply(struct power *, const struct disk_event *);
/* Writes an image in place of the store; chance gives 0 to below - 1. */
void fault_power_cut(const struct power *, const char *path,
    struct harness *chance);
/* Is the text anywhere in the image? */
bool fault_power_holds(const char *path, const char *text);
void fault_power_free(struct power *);

/* ---- what a store holds --------------------------------------------- */

/* How many rows each table has: what must not change when a call fails. */
#define FAULT_TABLES 19
struct fault_rows {
	int64_t rows[FAULT_TABLES];
};
struct fault_rows fault_count(omni *);
bool fault_rows_equal(const struct fault_rows *, const struct fault_rows *);
/* All that a host can see, as a text to be freed. */
char *fault_portrait(omni *);
void fault_check(omni *);

/* ---- scenarios ------------------------------------------------------ */

struct scenario {
	const char *name;
	/* Undisturbed, before each serial number (NULL: nothing). */
	void (*prepare)(struct harness *, int64_t serial);
	/* The status of the first call that failed. */
	omni_status (*run)(struct harness *, int64_t serial);
	/* A failure may come behind a commit (erasing, then wiping). */
	bool late;
	/* How many changes it makes in the feed depends on the ids. */
	bool varies;
	/* Long: tried with a stride. */
	bool heavy;
};

extern const struct scenario scenarios_write[], scenarios_read[],
    scenarios_whole[], scenarios_steward[], scenarios_send[];
extern const size_t scenarios_write_count, scenarios_read_count,
    scenarios_whole_count, scenarios_steward_count, scenarios_send_count;
const struct scenario *scenario_named(const char *name);
/* A few customers on several channels, for the scenarios to work with. */
void scenario_populate(struct harness *);
/* The id of the customer who has this e-mail address; to be freed. */
char *scenario_customer(struct harness *, const char *email);

/* ---- running -------------------------------------------------------- */

struct fault_tally {
	uint64_t points, failures, benign, losses;
};

/* OMNI_FAULT_LONG: every point, whatever it takes. */
bool fault_long(void);
/* The n-th operation fails, for all n, on a handle that has made the call
 * before (warm) or on a fresh one (cold). */
void fault_try(struct harness *, const struct scenario *,
    const struct fault *, bool cold, uint64_t stride, struct fault_tally *);
/* Each scenario under each fault, warm and cold, in a populated store; then
 * the store is checked, and nothing may have been lost.  Of cold and heavy
 * ones only every so many points, unless all are wanted. */
void fault_torture(struct harness *, const char *test,
    const struct scenario *list, size_t count,
    const struct fault *const *faults, size_t fault_count,
    uint64_t stride);
void fault_report(const char *test, const struct fault_tally *);

#endif
