/*
 * The schema: numbered steps, each in a transaction of its own.  A released
 * step never changes; a new need is a new step at the end.
 */
#include <string.h>

#include "store/db.h"

/* Version 1.  Facts first, then the append-only logs, then projections. */
static const char step_1_facts[] =
"CREATE TABLE omni_meta (\n"
"  name TEXT PRIMARY KEY,\n"
"  value BLOB NOT NULL\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_term (\n"
"  number INTEGER PRIMARY KEY,\n"
"  text TEXT NOT NULL UNIQUE\n"
") STRICT;\n"
/* A leased sequence of one open handle; machine changes with a copy. */
"CREATE TABLE omni_writer (\n"
"  number INTEGER PRIMARY KEY,\n"
"  id BLOB NOT NULL,\n"
"  machine BLOB NOT NULL,\n"
"  token INTEGER NOT NULL,\n"
"  lease INTEGER NOT NULL,\n"
"  seq INTEGER NOT NULL,\n"
"  stamp INTEGER NOT NULL,\n"
"  feed INTEGER NOT NULL\n"
") STRICT;\n"
/* recorded is NULL when it equals stamp, as it nearly always does. */
"CREATE TABLE omni_fact (\n"
"  id INTEGER PRIMARY KEY,\n"
"  noun INTEGER NOT NULL,\n"
"  happened INTEGER,\n"
"  stamp INTEGER NOT NULL,\n"
"  recorded INTEGER,\n"
"  record BLOB,\n"
"  source INTEGER,\n"
"  key TEXT,\n"
"  channel INTEGER,\n"
"  kind INTEGER,\n"
"  refs TEXT,\n"
"  body TEXT\n"
") STRICT;\n"
/* The host's idempotency keys: hash of (source, key), hash of the content. */
"CREATE TABLE omni_host_key (\n"
"  hash INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  content INTEGER NOT NULL,\n"
"  PRIMARY KEY (hash, fact)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_tombstone (\n"
"  hash BLOB PRIMARY KEY,\n"
"  until INTEGER NOT NULL\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_feed (\n"
"  writer INTEGER NOT NULL,\n"
"  number INTEGER NOT NULL,\n"
"  stamp INTEGER NOT NULL,\n"
"  change INTEGER NOT NULL,\n"
"  customer BLOB NOT NULL,\n"
"  other BLOB,\n"
"  PRIMARY KEY (writer, number)\n"
") STRICT, WITHOUT ROWID;\n"
/* Where the id of a record that is gone leads. */
"CREATE TABLE omni_alias (\n"
"  id BLOB PRIMARY KEY,\n"
"  leads BLOB NOT NULL\n"
") STRICT, WITHOUT ROWID;\n"
/* Who led to a customer that is erased. */
"CREATE INDEX omni_alias_leads ON omni_alias (leads)";

static const char step_1_projections[] =
/* The record as it is now: its current version, its place in identity. */
"CREATE TABLE omni_record (\n"
"  id BLOB PRIMARY KEY,\n"
"  fact INTEGER NOT NULL,\n"
"  happened INTEGER,\n"
"  content INTEGER NOT NULL,\n"
"  first INTEGER,\n"
"  flags INTEGER NOT NULL,\n"
"  pool BLOB,\n"
"  customer BLOB NOT NULL,\n"
"  sure BLOB,\n"
"  strength INTEGER,\n"
"  features BLOB\n"
") STRICT, WITHOUT ROWID;\n"
/* Pool members: every resolution and every look-up of a customer.  A pool is
 * called by its oldest record, whose own row has none: most are alone. */
"CREATE INDEX omni_record_pool ON omni_record (pool)\n"
"WHERE pool IS NOT NULL;\n"
/* All versions of records that have more than one. */
"CREATE TABLE omni_version (\n"
"  record BLOB NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  happened INTEGER,\n"
"  content INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, fact)\n"
") STRICT, WITHOUT ROWID;\n"
/* Who holds an identifier: (keyed hash, mark of the holder, holder). */
"CREATE TABLE omni_key (\n"
"  hash INTEGER NOT NULL,\n"
"  mark INTEGER NOT NULL,\n"
"  record BLOB NOT NULL,\n"
"  PRIMARY KEY (hash, mark, record)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_verdict (\n"
"  record BLOB NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  what INTEGER NOT NULL,\n"
"  side INTEGER NOT NULL,\n"
"  stamp INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, fact, side)\n"
") STRICT, WITHOUT ROWID;\n"
/* The members of one verdict. */
"CREATE INDEX omni_verdict_fact ON omni_verdict (fact);\n"
/* Customers that may be one, and parts of one that may be two. */
"CREATE TABLE omni_review (\n"
"  customer BLOB NOT NULL,\n"
"  other BLOB NOT NULL,\n"
"  which INTEGER NOT NULL,\n"
"  weight INTEGER NOT NULL,\n"
"  PRIMARY KEY (customer, other)\n"
") STRICT, WITHOUT ROWID;\n"
/* The likeliest, or the weakest, first. */
"CREATE INDEX omni_review_weight"
" ON omni_review (which, weight, customer, other);\n"
"CREATE TABLE omni_timeline (\n"
"  record BLOB NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  channel INTEGER NOT NULL,\n"
"  kind INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, happened, fact)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_reference (\n"
"  type TEXT NOT NULL,\n"
"  key TEXT NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  status TEXT,\n"
"  PRIMARY KEY (type, key, happened, fact)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_usage (\n"
"  record BLOB NOT NULL,\n"
"  channel INTEGER NOT NULL,\n"
"  kind INTEGER NOT NULL,\n"
"  count INTEGER NOT NULL,\n"
"  latest INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, channel, kind)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_setting (\n"
"  record BLOB NOT NULL,\n"
"  name INTEGER NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  value TEXT,\n"
"  PRIMARY KEY (record, name)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE omni_definition (\n"
"  noun INTEGER NOT NULL,\n"
"  name INTEGER NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  PRIMARY KEY (noun, name)\n"
") STRICT, WITHOUT ROWID;\n"
/* What the customer said.  held: a record that was the customer's then. */
"CREATE TABLE omni_statement (\n"
"  record BLOB NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  said INTEGER NOT NULL,\n"
"  purpose TEXT NOT NULL,\n"
"  channel INTEGER NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  source INTEGER NOT NULL,\n"
"  held INTEGER NOT NULL,\n"
"  body TEXT NOT NULL,\n"
"  PRIMARY KEY (record, fact)\n"
") STRICT, WITHOUT ROWID;\n"
/* Addresses by keyed hash: verified, suppressed. */
"CREATE TABLE omni_contact (\n"
"  address BLOB PRIMARY KEY,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  verified INTEGER NOT NULL,\n"
"  suppressed TEXT\n"
") STRICT, WITHOUT ROWID";

/* Version 2.  Definitions and addresses keep their history, statements are
 * packed, and what routing reads of a record lies in one place.  Projections
 * alone: they are filled from the facts when the store is opened, and until
 * then a row of omni_meta says so. */
static const char step_2[] =
"DROP TABLE omni_definition;\n"
"DROP TABLE omni_statement;\n"
"DROP TABLE omni_contact;\n"
/* The last of a name holds. */
"CREATE TABLE omni_definition (\n"
"  noun INTEGER NOT NULL,\n"
"  name INTEGER NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  PRIMARY KEY (noun, name, happened, fact)\n"
") STRICT, WITHOUT ROWID;\n"
/* What the customer said: by the record that spoke, by each that was held
 * then, and by the address that it binds.  pack: consent/pack.c. */
"CREATE TABLE omni_statement (\n"
"  record BLOB NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  pack BLOB NOT NULL,\n"
"  PRIMARY KEY (record, fact)\n"
") STRICT, WITHOUT ROWID;\n"
/* What is known of addresses, by keyed hash; what: OMNI_CONTACT_*. */
"CREATE TABLE omni_contact (\n"
"  address BLOB NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  what INTEGER NOT NULL,\n"
"  flag INTEGER NOT NULL,\n"
"  since INTEGER,\n"
"  until INTEGER,\n"
"  purpose TEXT,\n"
"  cause TEXT,\n"
"  PRIMARY KEY (address, happened, fact, what)\n"
") STRICT, WITHOUT ROWID;\n"
/* Where a record can be reached, of its current version: consent/reach.c. */
"CREATE TABLE omni_reach (\n"
"  record BLOB PRIMARY KEY,\n"
"  happened INTEGER,\n"
"  content INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  pack BLOB NOT NULL\n"
") STRICT, WITHOUT ROWID;\n"
/* Messages routed and what became of them, by record; letters to a household
 * also by its address.  what: OMNI_RESULT_*, 0 for a route. */
"CREATE TABLE omni_message (\n"
"  record BLOB NOT NULL,\n"
"  happened INTEGER NOT NULL,\n"
"  fact INTEGER NOT NULL,\n"
"  what INTEGER NOT NULL,\n"
"  channel INTEGER NOT NULL,\n"
"  purpose INTEGER NOT NULL,\n"
"  message INTEGER NOT NULL,\n"
"  priority INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, happened, fact)\n"
") STRICT, WITHOUT ROWID;\n"
/* How many messages were sent and answered, in spans of four weeks. */
"CREATE TABLE omni_response (\n"
"  record BLOB NOT NULL,\n"
"  channel INTEGER NOT NULL,\n"
"  span INTEGER NOT NULL,\n"
"  sent INTEGER NOT NULL,\n"
"  answered INTEGER NOT NULL,\n"
"  PRIMARY KEY (record, channel, span)\n"
") STRICT, WITHOUT ROWID;\n"
"INSERT INTO omni_meta (name, value)\n"
"SELECT 'unfilled', CAST('2' AS BLOB)\n"
"WHERE EXISTS (SELECT 1 FROM omni_fact)";

/* Scripts of a step; a string has its limits. */
#define SCRIPTS 2
static const char *const steps[][SCRIPTS] = {
	{ step_1_facts, step_1_projections },
	{ step_2 },
};

const char *const omni__projections[] = {
	"omni_record", "omni_version", "omni_key", "omni_verdict",
	"omni_review",
	"omni_timeline", "omni_reference", "omni_usage", "omni_setting",
	"omni_definition", "omni_statement", "omni_contact", "omni_reach",
	"omni_message", "omni_response", NULL
};

static const char clear_projections[] =
"DELETE FROM omni_record;\n"
"DELETE FROM omni_version;\n"
"DELETE FROM omni_key;\n"
"DELETE FROM omni_verdict;\n"
"DELETE FROM omni_review;\n"
"DELETE FROM omni_timeline;\n"
"DELETE FROM omni_reference;\n"
"DELETE FROM omni_usage;\n"
"DELETE FROM omni_setting;\n"
"DELETE FROM omni_definition;\n"
"DELETE FROM omni_statement;\n"
"DELETE FROM omni_contact;\n"
"DELETE FROM omni_reach;\n"
"DELETE FROM omni_message;\n"
"DELETE FROM omni_response";

static const struct omni__sql meta_get = {
	.name = "meta_get",
	.in = "name:t",
	.out = "b",
	.sql = "SELECT m.value FROM omni_meta m WHERE m.name = $name",
};

static const struct omni__sql meta_put = {
	.name = "meta_put",
	.in = "name:t value:b",
	.sql = "INSERT INTO omni_meta (name, value)\n"
	    "SELECT $name, $value FROM p WHERE true\n"
	    "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
};

omni_status
omni__meta_get(struct omni *db, const char *name, struct omni__value *value)
{
	struct omni__value in = omni__text(name);
	struct omni__result result;
	omni_status status;

	status = omni__query(db, &meta_get, &in, 1, &result);
	if (status == OMNI_OK)
		*value = result.count > 0 ? result.values[0] : omni__null();
	return status;
}

omni_status
omni__meta_put(struct omni *db, const char *name, struct omni__value value)
{
	struct omni__value in[2] = { omni__text(name), value };

	return omni__exec(db, &meta_put, in, 1);
}

static omni_status
run_step(struct omni *db, void *context)
{
	int64_t *version = context;
	int64_t now;
	omni_status status;
	int i;

	/* Somebody else may have taken the step meanwhile. */
	status = db->ops->schema(db->store, &now, &db->error);
	if (status != OMNI_OK || now != *version)
		return status;
	for (i = 0; i < SCRIPTS && status == OMNI_OK; i++)
		if (steps[*version][i] != NULL)
			status = db->ops->script(db->store,
			    steps[*version][i], &db->error);
	if (status == OMNI_OK)
		status = db->ops->set_schema(db->store, *version + 1,
		    &db->error);
	return status;
}

omni_status
omni__schema_upgrade(struct omni *db)
{
	int64_t version, newest = (int64_t)OMNI__COUNT(steps);
	omni_status status;

	for (;;) {
		status = db->ops->schema(db->store, &version, &db->error);
		if (status != OMNI_OK)
			return status;
		if (version > newest)
			return omni__fail(&db->error, OMNI_NEWER,
			    "the store has schema %lld and this libomni %s "
			    "knows %lld: use a newer libomni",
			    (long long)version, omni_version(),
			    (long long)newest);
		if (version == newest)
			return OMNI_OK;
		if (db->mode == OMNI_MODE_READONLY)
			return omni__fail(&db->error, OMNI_READONLY,
			    "the store has schema %lld and must be opened "
			    "for writing once to become %lld",
			    (long long)version, (long long)newest);
		if (version == 0 && db->mode != OMNI_MODE_CREATE)
			return omni__fail(&db->error, OMNI_MISSING,
			    "there is no libomni store: create it first");
		status = omni__transact(db, true, run_step, &version);
		if (status != OMNI_OK)
			return status;
	}
}

static const struct omni__sql filled = {
	.name = "meta_filled",
	.in = "",
	.sql = "DELETE FROM omni_meta WHERE name = 'unfilled'",
};

static omni_status
run_fill(struct omni *db, void *context)
{
	const omni__work_fn *fill = context;
	struct omni__value unfilled;
	omni_status status = omni__meta_get(db, "unfilled", &unfilled);

	/* Somebody else may have done it meanwhile. */
	if (status != OMNI_OK || unfilled.type == OMNI__NULL)
		return status;
	status = (*fill)(db, NULL);
	return status == OMNI_OK ? omni__exec(db, &filled, NULL, 1) : status;
}

omni_status
omni__schema_fill(struct omni *db, omni__work_fn fill)
{
	struct omni__value unfilled;
	omni_status status = omni__meta_get(db, "unfilled", &unfilled);

	if (status != OMNI_OK || unfilled.type == OMNI__NULL)
		return status;
	if (db->mode == OMNI_MODE_READONLY)
		return omni__fail(&db->error, OMNI_READONLY,
		    "the store's schema was upgraded and must be opened for "
		    "writing once, to be filled anew");
	return omni__transact(db, true, run_fill, &fill);
}

omni_status
omni__projections_clear(struct omni *db)
{
	return db->ops->script(db->store, clear_projections, &db->error);
}
