"""Checks the SQL in lib/ for what only one of the two stores would notice.

A statement's parameters are columns of a relation p on PostgreSQL.  Where p
stands beside a table (UPDATE ... FROM p, DELETE ... USING p, the SELECT of an
INSERT), a column that is called like a parameter needs its table's name, or it
is ambiguous there, while SQLite takes it.
"""
import re
import sys


def texts(block, field):
    match = re.search(r'\.%s\s*=\s*((?:"(?:[^"\\]|\\.)*"\s*)+)' % field, block)
    if not match:
        return None
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))
    return "".join(parts).replace("\\n", "\n")


def visible(sql):
    """The parts of a statement in which p can be confused."""
    word = sql.split(None, 1)[0].upper()
    if word == "UPDATE":
        targets = re.search(r"\bSET\b(.*?)\bFROM p\b", sql, re.S)
        if not targets:
            return ""
        clause = re.sub(r"(^|,)\s*[a-z_]+\s*=(?!=)", r"\1 ", targets.group(1))
        clause = re.sub(r"(^|,)\s*\([a-z_, ]+\)\s*=", r"\1 ", clause)
        return clause + sql[targets.end():]
    if word == "DELETE":
        match = re.search(r"\bUSING p\b", sql)
        return sql[match.end():] if match else ""
    if word == "INSERT":
        match = re.search(r"\bSELECT\b(.*)", sql, re.S)
        body = match.group(1) if match else ""
        body = re.split(r"\bON CONFLICT\b|\bRETURNING\b", body)[0]
        # Alone, p has no rival.
        return body if re.search(r"\bFROM p\s*,|\bJOIN\b", body) else ""
    return ""


def outer(text):
    """Without what stands in a subquery of its own tables."""
    depth, out, hidden = 0, [], []
    for i, char in enumerate(text):
        if char == "(":
            depth += 1
            if re.match(r"\(\s*SELECT\b", text[i:]):
                hidden.append(depth)
        if not hidden:
            out.append(char)
        if char == ")":
            if hidden and hidden[-1] == depth:
                hidden.pop()
            depth -= 1
    return "".join(out)


def main():
    bad = count = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            source = file.read()
        # Single ones and rows of tables: what has braces around a .sql.
        for match in re.finditer(r"\{[^{}]*\.sql\s*=[^{}]*\}", source):
            block = match.group(0)
            name = texts(block, "name") or "a statement"
            sql = texts(block, "postgres") or texts(block, "sql")
            if not sql:
                continue
            count += 1
            part = re.sub(r"'[^']*'", "''", outer(visible(sql)))
            for parameter in (texts(block, "in") or "").split():
                column = parameter.split(":")[0]
                if re.search(r"(?<![\w.$])%s(?![\w.(])" % column, part):
                    line = source.count("\n", 0, match.start()) + 1
                    print("%s:%d: %s: %s is ambiguous beside p" % (
                        path, line, name, column))
                    bad += 1
    print("# %d statements" % count)
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
