#!/usr/bin/env python3
"""Runs another resolver on one data set, in this process alone.

usage: peer.py splink|goldenmatch SET DATA_DIR OUT_PREFIX

Settings are those that its authors publish for this very data set: for Splink
the examples of its documentation, for GoldenMatch zero configuration.  Writes
OUT_PREFIX-THRESHOLD.csv (source,key,customer) and prints a line of JSON a
threshold.  The first threshold is the published one; seconds and memory are
taken there.  The others tell what it could reach if one knew the truth.
"""
import csv
import json
import os
import resource
import sys
import tempfile
import time

FILES = {
    "historical_50k": ["historical_50k.csv"], "fake_1000": ["fake_1000.csv"],
    "febrl3": ["febrl3.csv"], "febrl4": ["febrl4a.csv", "febrl4b.csv"],
}
SOURCES = {"febrl4": ["a", "b"]}
TRUTH = {"historical_50k": "cluster", "fake_1000": "cluster"}


def rows_of(path):
    """Names and values lose the blanks around them."""
    with open(path, newline="", encoding="utf-8") as f:
        rows = csv.reader(f, skipinitialspace=True)
        head = [h.strip() for h in next(rows)]
        return head, [[v.strip() for v in r] for r in rows if r]


def spent():
    use = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/stat", encoding="ascii") as f:
        started = int(f.read().rsplit(")", 1)[1].split()[19])
    with open("/proc/uptime", encoding="ascii") as f:
        up = float(f.read().split()[0])
    return {
        "seconds": round(up - started / os.sysconf("SC_CLK_TCK"), 2),
        "cpu": round(use.ru_utime + use.ru_stime, 2),
        "mib": round(use.ru_maxrss / 1024),
    }


def write(prefix, threshold, pairs, cost):
    path = f"{prefix}-{threshold}.csv"
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["source", "key", "customer"])
        out.writerows(pairs)
    print(json.dumps({"threshold": threshold, "file": path} | cost),
          flush=True)


# ---- GoldenMatch -----------------------------------------------------------

def goldenmatch(name, data, prefix):
    """The key and the truth are not shown to it: they tell who is who."""
    import goldenmatch as gm

    keys, files = [], []
    with tempfile.TemporaryDirectory() as directory:
        for i, file in enumerate(FILES[name]):
            head, rows = rows_of(f"{data}/{file}")
            hidden = {head.index(KEY[name])}
            if name in TRUTH:
                hidden.add(head.index(TRUTH[name]))
            keep = [j for j in range(len(head)) if j not in hidden]
            source = SOURCES.get(name, ["all"])[i]
            keys += [(source, r[head.index(KEY[name])]) for r in rows]
            files.append(f"{directory}/{i}.csv")
            with open(files[-1], "w", newline="", encoding="utf-8") as f:
                out = csv.writer(f)
                out.writerow([head[j] for j in keep])
                out.writerows([[r[j] for j in keep] for r in rows])
        result = gm.dedupe(*files)
        found = [(*keys[m], c) for c, v in result.clusters.items()
                 for m in v["members"]]
        write(prefix, "auto", found, spent())


KEY = {"historical_50k": "unique_id", "fake_1000": "unique_id",
       "febrl3": "rec_id", "febrl4": "rec_id"}


# ---- Splink ----------------------------------------------------------------

def settings_historical(cl, block_on):
    names = ("first_name", "surname")
    code = "substr(postcode_fake,1,3)"
    return {
        "settings": dict(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
                block_on("surname", "dob"), block_on("first_name", "dob"),
                block_on("postcode_fake", "first_name"),
                block_on("postcode_fake", "surname"),
                block_on("dob", "birth_place"), block_on(code, "dob"),
                block_on(code, "first_name"), block_on(code, "surname"),
                block_on("substr(first_name,1,2)", "substr(surname,1,2)",
                         "substr(dob,1,4)")],
            comparisons=[
                cl.ForenameSurnameComparison(
                    *names, forename_surname_concat_col_name="both_names"),
                cl.DateOfBirthComparison("dob", input_is_string=True),
                cl.PostcodeComparison("postcode_fake"),
                cl.ExactMatch("birth_place").configure(
                    term_frequency_adjustments=True),
                cl.ExactMatch("occupation").configure(
                    term_frequency_adjustments=True)]),
        "columns": "*, first_name || ' ' || surname AS both_names",
        "prior": ([block_on(*names, "dob"),
                   block_on("substr(first_name,1,2)", "surname",
                            "substr(postcode_fake,1,2)"),
                   block_on("dob", "postcode_fake")], 0.6),
        "u": {"max_pairs": 1e7},
        "em": [block_on(*names), block_on("dob")],
        "em_options": {"estimate_without_term_frequencies": True},
        "predict": {}, "thresholds": [0.95, 0.5, 0.8, 0.99, 0.999]}


def settings_fake(cl, block_on):
    near = "levenshtein(r.dob::VARCHAR, l.dob::VARCHAR) <= 1"
    return {
        "settings": dict(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on(c) for c in ("first_name", "surname", "dob",
                                      "email")],
            comparisons=[
                cl.ForenameSurnameComparison("first_name", "surname"),
                cl.DateOfBirthComparison("dob", input_is_string=False),
                cl.ExactMatch("city").configure(
                    term_frequency_adjustments=True),
                cl.EmailComparison("email")]),
        "columns": "* REPLACE (try_cast(dob AS date) AS dob)",
        "prior": ([f"l.first_name = r.first_name and {near}",
                   f"l.surname = r.surname and {near}",
                   "l.first_name = r.first_name and"
                   " levenshtein(r.surname, l.surname) <= 2",
                   "l.email = r.email"], 0.7),
        "u": {"max_pairs": 1e6, "seed": 5},
        "em": [block_on("dob"), block_on("email"),
               block_on("first_name", "surname")],
        "em_options": {"estimate_without_term_frequencies": True},
        "predict": {}, "thresholds": [0.5, 0.8, 0.95, 0.99]}


def settings_febrl3(cl, block_on):
    return {
        "settings": dict(
            unique_id_column_name="rec_id", link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on(c) for c in ("soc_sec_id", "given_name", "surname",
                                      "date_of_birth", "postcode")],
            comparisons=[
                cl.NameComparison("given_name"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison(
                    "date_of_birth", input_is_string=True,
                    datetime_format="%Y%m%d"),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
                cl.ExactMatch("street_number").configure(
                    term_frequency_adjustments=True),
                cl.ExactMatch("postcode").configure(
                    term_frequency_adjustments=True)]),
        "columns": "*",
        "prior": ([block_on("soc_sec_id"),
                   block_on("given_name", "surname", "date_of_birth"),
                   "l.given_name = r.surname and l.surname = r.given_name"
                   " and l.date_of_birth = r.date_of_birth"], 0.9),
        "u": {"max_pairs": 1e6, "seed": 2},
        "em": [block_on("date_of_birth"), block_on("postcode")],
        "em_options": {},
        "predict": {"threshold_match_probability": 0.2},
        "thresholds": [0.2, 0.5, 0.95, 0.99, 0.999, 0.9999]}


def settings_febrl4(cl, block_on):
    often = {"term_frequency_adjustments": True}
    return {
        "settings": dict(
            unique_id_column_name="rec_id", link_type="link_only",
            blocking_rules_to_generate_predictions=[
                block_on("given_name", "surname"),
                "l.given_name = r.surname and l.surname = r.given_name",
                block_on("date_of_birth"), block_on("soc_sec_id"),
                block_on("state", "address_1"),
                block_on("street_number", "address_1"),
                block_on("postcode")],
            comparisons=[
                cl.NameComparison("given_name").configure(**often),
                cl.NameComparison("surname").configure(**often),
                cl.DateOfBirthComparison(
                    "date_of_birth", input_is_string=True,
                    datetime_format="%Y%m%d", invalid_dates_as_null=True),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
                cl.ExactMatch("street_number").configure(**often),
                cl.DamerauLevenshteinAtThresholds(
                    "postcode", [1, 2]).configure(**often)]),
        "columns": "*",
        "prior": ([block_on("soc_sec_id"),
                   block_on("given_name", "surname", "date_of_birth")], 0.8),
        "u": {"max_pairs": 1e6},
        "em": [block_on("date_of_birth"), block_on("postcode")],
        "em_options": {"estimate_without_term_frequencies": True},
        "predict": {"threshold_match_probability": 0.2},
        "thresholds": [0.99, 0.2, 0.5, 0.95, 0.999]}


SETTINGS = {"historical_50k": settings_historical, "fake_1000": settings_fake,
            "febrl3": settings_febrl3, "febrl4": settings_febrl4}


def tables_of(db, name, data, columns):
    """Empty values are missing ones."""
    import pyarrow

    tables = []
    for file in FILES[name]:
        head, rows = rows_of(f"{data}/{file}")
        raw = pyarrow.table({h: [r[i] or None for r in rows]
                             for i, h in enumerate(head)})
        tables.append(db.duckdb_con.sql(f"SELECT {columns} FROM raw")
                      .to_arrow_table())
    return [db.register(t) for t in tables]


def splink(name, data, prefix):
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    how = SETTINGS[name](cl, block_on)
    db = DuckDBAPI()
    tables = tables_of(db, name, data, how["columns"])
    linker = Linker(tables if len(tables) > 1 else tables[0],
                    SettingsCreator(**how["settings"]))
    train = linker.training
    rules, recall = how["prior"]
    train.estimate_probability_two_random_records_match(rules, recall=recall)
    train.estimate_u_using_random_sampling(**how["u"])
    for rule in how["em"]:
        train.estimate_parameters_using_expectation_maximisation(
            rule, **how["em_options"])
    predicted = linker.inference.predict(**how["predict"])
    cost = None
    for threshold in how["thresholds"]:
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold)
        found = clusters.as_record_list()
        cost = cost or spent()
        # Keys of the two files of febrl4 differ: "-org" and "-dup-0".
        write(prefix, threshold,
              [(SOURCES[name]["dup" in r[KEY[name]]] if name in SOURCES
                else "all", r[KEY[name]], r["cluster_id"]) for r in found],
              cost)


if __name__ == "__main__":
    tool, which, folder, to = sys.argv[1:]
    {"splink": splink, "goldenmatch": goldenmatch}[tool](which, folder, to)
