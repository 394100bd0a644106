"""Compares the man pages with the header.

Prototypes: the SYNOPSIS of a page gives each call as .Ft and .Fo/.Fa/.Fc (or
.Fn); put together they must be the declaration of the header, parameter
names included.  Tables: the rows of an X-macro appear as `.It Dv NAME Pq
NUMBER` with the same names and numbers, each in the page that has the table.
"""
import os
import re
import sys


def squeeze(text):
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\s*([*(),])\s*", r"\1", text)


def declarations(header):
    text = re.sub(r"/\*.*?\*/", " ", header, flags=re.S)
    text = re.sub(r"^#.*?(?<!\\)$", " ", text, flags=re.S | re.M)
    found = {}
    for part in re.findall(r"OMNI_API\s+([^;]*);", text):
        name = re.search(r"(omni_\w+)\s*\(", part).group(1)
        found[name] = squeeze(part)
    # Types of functions, which the host gives.
    for part in re.findall(r"(typedef\s[^;{]*\(\*omni_\w+\)[^;]*);", text):
        found[re.search(r"\(\*omni_\w+\)", part).group(0)] = squeeze(part)
    return found


def prototypes(page):
    """Yields (name, prototype) for each call in the SYNOPSIS."""
    synopsis = page.split(".Sh SYNOPSIS")[1].split("\n.Sh ")[0]
    kind, name, arguments = None, None, []
    for line in synopsis.splitlines():
        word, _, rest = line.partition(" ")
        if word == ".Ft":
            kind = rest.strip('"')
        elif word == ".Fn":
            parts = re.findall(r'"([^"]*)"|(\S+)', rest)
            parts = [quoted or bare for quoted, bare in parts]
            yield parts[0], squeeze(
                "%s %s(%s)" % (kind, parts[0], ",".join(parts[1:])))
        elif word == ".Fo":
            name, arguments = rest, []
        elif word == ".Fa":
            arguments.append(rest.strip('"'))
        elif word == ".Fc":
            yield name, squeeze(
                "%s %s(%s)" % (kind, name, ",".join(arguments)))


def tables(header, pages):
    """Yields what is wrong with the tables made from X-macros."""
    for macro, prefix in (("OMNI_STATUS_MAP", "OMNI_"),
                          ("OMNI_REASON_MAP", "OMNI_REASON_")):
        body = re.search(r"#define %s\(X\)((?:.*\\\n)*.*\n)" % macro, header)
        rows = [(prefix + name, number) for name, number in
                re.findall(r"X\((\w+),\s*(-?\d+),", body.group(1))]
        if not rows:
            yield "%s has no rows" % macro
        item = re.compile(r"^\.It Dv (%s\w+) Pq (?:\\&)?(-?\d+)$" % prefix,
                          re.M)
        held = [item.findall(page) for page in pages.values()]
        other = "OMNI_REASON_" if prefix == "OMNI_" else "\0"
        held = [[row for row in table if not row[0].startswith(other)]
                for table in held]
        if rows not in held:
            best = max(held, key=lambda t: len(set(t) & set(rows)))
            yield "%s: no page has the table; missing or wrong: %s" % (
                macro, sorted(set(rows) ^ set(best)) or "the order")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        header = file.read()
    pages = {}
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            pages[path] = file.read()
    declared, wrong, seen = declarations(header), [], {}
    for path, page in pages.items():
        listed = set(re.findall(r"^\.Nm (omni_\w+)", page.split(
            ".Nd ")[0], re.M))
        # A page may be called after its family.
        listed -= {os.path.basename(path)[:-2]} - set(declared)
        given = dict(prototypes(page))
        for name, text in given.items():
            if name in seen:
                wrong.append("%s: %s is in %s, too" % (path, name, seen[name]))
            seen[name] = path
            if name not in declared:
                wrong.append("%s: %s is not declared" % (path, name))
            elif declared[name] != text:
                wrong.append("%s:\n  page   %s\n  header %s" % (
                    path, text, declared[name]))
        calls = {name for name in given if name[0] != "("}
        for name in sorted(listed ^ calls):
            wrong.append("%s: %s in NAME or SYNOPSIS only" % (path, name))
    wrong += ["%s has no page" % n for n in sorted(set(declared) - set(seen))]
    wrong += tables(header, pages)
    print("\n".join(wrong) if wrong else "# %d prototypes agree" % len(seen))
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
