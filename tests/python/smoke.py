"""What another language sees: the whole library through ctypes.

Opens, puts, resolves, pages, routes; frees in every order; gives NULL to
every call; calls from two threads at once.  Whatever is done, it must answer
with a status and never crash.  Prints what cmocka would.
"""
import ctypes
import itertools
import os
import re
import sys
import tempfile
import threading
import traceback
from ctypes import (CFUNCTYPE, POINTER, byref, c_char_p, c_double, c_int32,
                    c_int64, c_size_t, c_void_p)

TREE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("OMNI_BUILD", os.path.join(TREE, "build"))

SCALARS = {"int32_t": c_int32, "omni_status": c_int32, "int64_t": c_int64,
           "size_t": c_size_t, "double": c_double, "void": None}
WRITE = CFUNCTYPE(c_int32, c_void_p, POINTER(ctypes.c_char), c_size_t)


def declarations():
    """Yields (name, result, parameters) from the header itself, so that a
    call that is added is tried, too."""
    with open(os.path.join(TREE, "include", "omni.h"), encoding="utf-8") as f:
        text = re.sub(r"/\*.*?\*/", " ", f.read(), flags=re.S)
    text = re.sub(r"^#.*?(?<!\\)$", " ", text, flags=re.S | re.M)
    for part in re.findall(r"OMNI_API\s+([^;]*);", text):
        match = re.match(r"(.*?)(omni_\w+)\s*\((.*)\)$",
                         re.sub(r"\s+", " ", part).strip())
        yield match.group(1), match.group(2), match.group(3).split(",")


def result_type(text):
    text = re.sub(r"\bconst\b", "", text).replace(" ", "")
    if text in SCALARS:
        return SCALARS[text]
    return c_char_p if text == "char*" else c_void_p


def parameter_type(text):
    text = re.sub(r"\bconst\b", "", text)
    kind = re.match(r"\s*([a-z_0-9]+)\s*(\**)", text)
    if kind.group(2) == "":
        return SCALARS.get(kind.group(1), c_void_p)
    return c_char_p if kind.groups() == ("char", "*") else c_void_p


class Library:
    """The shared object, each call with its types."""

    def __init__(self):
        handle = ctypes.CDLL(os.path.join(BUILD, "libomni.so.0"))
        self.calls = {}
        for result, name, parameters in declarations():
            call = getattr(handle, name)
            call.restype = result_type(result)
            call.argtypes = [] if parameters == ["void"] else \
                [parameter_type(p) for p in parameters]
            self.calls[name] = call

    def __getattr__(self, name):
        return self.calls["omni_" + name]


omni = Library()
OK, DONE, DUPLICATE, PENDING = 0, 1, 2, 5
INVALID, BUSY = -3, -6
NOW = (1 << 63) - 1


def out(call, *arguments):
    """Calls with an out-parameter of a pointer at the end."""
    pointer = c_void_p()
    status = call(*arguments, byref(pointer))
    return status, pointer


class Shop:
    """A store in a directory of its own."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        path = os.path.join(self.directory.name, "shop.db")
        status, self.db = out(omni.open, None, path.encode())
        assert status == OK, status
        return self

    def __exit__(self, *_):
        omni.close(self.db)
        self.directory.cleanup()

    def ok(self, status):
        assert status == OK, (status, omni.errmsg(self.db))

    def record(self, features, source=None, key=None):
        record = omni.record_new()
        if source:
            self.ok(omni.record_set_source(record, source, key))
        for kind, value in features.items():
            self.ok(omni.record_add(record, kind.encode(), value.encode()))
        return record

    def put(self, features, source=None, key=None):
        record = self.record(features, source, key)
        status = omni.record_put(self.db, record, None)
        omni.record_free(record)
        return status

    def channel(self, name, direction=3, address=None):
        channel = omni.channel_new(name)
        self.ok(omni.channel_set_direction(channel, direction))
        if address:
            self.ok(omni.channel_set_address(channel, address))
        self.ok(omni.channel_put(self.db, channel, None))
        omni.channel_free(channel)

    def happen(self, features, channel, kind, key, status=None):
        who = self.record(features)
        it = omni.interaction_new(channel, kind)
        self.ok(omni.interaction_set_key(it, b"smoke", key))
        self.ok(omni.interaction_set_who(it, who))
        if status:
            self.ok(omni.interaction_set_status(it, b"order", b"8841",
                                                status))
        omni.record_free(who)
        result = omni.interaction_put(self.db, it, None)
        omni.interaction_free(it)
        return result

    def purpose(self, name, basis, *channels):
        purpose = omni.purpose_new(name)
        self.ok(omni.purpose_set_basis(purpose, basis))
        for channel in channels:
            self.ok(omni.purpose_add_channel(purpose, channel))
        self.ok(omni.purpose_put(self.db, purpose, None))
        omni.purpose_free(purpose)

    def customer(self, features):
        who = self.record(features)
        status, customer = out(omni.customer_find, self.db, who)
        omni.record_free(who)
        self.ok(status)
        return customer

    def id_of(self, features):
        customer = self.customer(features)
        name = omni.customer_id(customer)
        omni.customer_free(customer)
        return name

    def fill(self):
        self.channel(b"web")
        self.channel(b"store", direction=1)
        self.channel(b"email", address=b"email")
        self.ok(self.put({"email": "ann@example.com", "loyalty": "7001",
                          "name.full": "Ann Lee"}, b"crm", b"17"))
        for i in range(10):
            self.ok(self.happen({"loyalty": "7001"}, b"web", b"visit",
                                b"V%d" % i, b"step %d" % i))
        self.ok(self.happen({"email": "Ann@Example.com"}, b"store", b"pickup",
                            b"R1", b"collected"))


def two_sources_are_one_customer():
    with Shop() as shop:
        shop.ok(shop.put({"email": "ann@example.com"}, b"crm", b"17"))
        shop.ok(shop.put({"email": "ANN@example.com", "phone": "+46701234567"},
                         b"webshop", b"W9"))
        ids = []
        for source, key in ((b"crm", b"17"), (b"webshop", b"W9")):
            status, customer = out(omni.customer_of, shop.db, source, key)
            shop.ok(status)
            ids.append(omni.customer_id(customer))
            assert omni.customer_record_count(customer) == 2
            omni.customer_free(customer)
        assert ids[0] == ids[1] and len(ids[0]) == 32
        assert shop.put({"email": "ann@example.com"}, b"crm",
                        b"17") == DUPLICATE


def a_timeline_is_read_in_pages():
    with Shop() as shop:
        shop.fill()
        name = shop.id_of({"email": "ann@example.com"})
        seen, token = [], None
        while True:
            page = omni.filter_new()
            shop.ok(omni.filter_set_limit(page, 4))
            if token:
                shop.ok(omni.filter_set_token(page, token))
            status, timeline = out(omni.timeline_open, shop.db, name, page)
            shop.ok(status)
            item, count = c_void_p(), 0
            while omni.timeline_next(timeline, byref(item)) == OK:
                seen.append(omni.interaction_key(item))
                count += 1
            if count:
                token = omni.timeline_token(timeline)
            omni.timeline_free(timeline)
            omni.filter_free(page)
            if count == 0:
                break
        assert len(seen) == 11 and len(set(seen)) == 11, seen
        assert seen[0] == b"R1" and seen[-1] == b"V0", seen


def an_order_has_a_state_on_every_channel():
    with Shop() as shop:
        shop.fill()
        status, case = out(omni.case_get, shop.db, b"order", b"8841")
        shop.ok(status)
        assert omni.case_state(case) == b"collected"
        assert omni.case_changes(case) == 11
        channels = [omni.case_channel(case, i)
                    for i in range(omni.case_channel_count(case))]
        assert channels == [b"store", b"web"], channels
        assert omni.case_customer(case) == shop.id_of({"loyalty": "7001"})
        assert omni.case_channel(case, -1) is None
        assert omni.case_channel(case, 2) is None
        omni.case_free(case)


def a_route_tells_where_and_why():
    with Shop() as shop:
        shop.fill()
        shop.purpose(b"news", 1, b"email")
        name = shop.id_of({"loyalty": "7001"})

        status, route = out(omni.route_decide, shop.db, name, b"news", NOW)
        shop.ok(status)
        assert omni.route_step_count(route) == 0
        assert omni.route_rejected_count(route) == 1
        assert omni.reason_name(omni.route_rejected_reason(route, 0)) == \
            b"OMNI_REASON_NO_CONSENT"
        omni.route_free(route)

        who = shop.record({"loyalty": "7001"})
        yes = omni.statement_new(1, b"news")
        shop.ok(omni.statement_set_who(yes, who))
        shop.ok(omni.statement_put(shop.db, yes, None))
        omni.statement_free(yes)
        omni.record_free(who)
        status, route = out(omni.route_decide, shop.db, name, b"news", NOW)
        shop.ok(status)
        assert omni.route_step_count(route) == 1
        assert omni.route_step_channel(route, 0) == b"email"
        assert omni.route_step_address(route, 0).lower() == \
            b"ann@example.com"
        assert omni.route_step_channel(route, 7) is None
        omni.route_free(route)


def a_kept_route_is_given_back_and_proven():
    with Shop() as shop:
        shop.fill()
        shop.purpose(b"receipt", 3, b"email", b"web")
        name = shop.id_of({"loyalty": "7001"})
        message = omni.message_new(b"receipt")
        shop.ok(omni.message_set_id(message, b"R1"))
        status, route = out(omni.route_put, shop.db, name, message)
        shop.ok(status)
        fact = omni.route_fact(route)
        steps = [omni.route_step_channel(route, i)
                 for i in range(omni.route_step_count(route))]
        omni.route_free(route)
        assert fact > 0 and steps == [b"email", b"web"], (fact, steps)

        status, route = out(omni.route_put, shop.db, name, message)
        assert status == DUPLICATE and omni.route_fact(route) == fact
        omni.route_free(route)
        status, route = out(omni.route_next, shop.db, fact, NOW)
        assert status == PENDING, status
        omni.route_free(route)
        same, route = c_int32(), c_void_p()
        shop.ok(omni.route_replay(shop.db, fact, byref(same), byref(route)))
        assert same.value == 1
        omni.route_free(route)
        omni.message_free(message)


def everybody_is_routed_and_counted():
    with Shop() as shop:
        shop.fill()
        shop.purpose(b"receipt", 3, b"email")
        for i in range(30):
            shop.ok(shop.put({"email": f"c{i}@example.com"}, b"crm",
                             b"c%d" % i))
        message = omni.message_new(b"receipt")
        status, routes = out(omni.route_many, shop.db, message, None, 0)
        shop.ok(status)
        route = c_void_p()
        shop.ok(omni.routes_next(routes, byref(route)))
        assert omni.route_step_channel(route, 0) == b"email"
        assert omni.routes_run(routes) in (OK, DONE)
        assert omni.routes_decided(routes) == 31
        totals = {(omni.routes_total_channel(routes, i),
                   omni.routes_total_reason(routes, i)):
                  omni.routes_total_number(routes, i)
                  for i in range(omni.routes_total_count(routes))}
        assert totals == {(b"email", 0): 31}, totals
        omni.routes_free(routes)
        omni.message_free(message)


def one_click_is_enough():
    with Shop() as shop:
        shop.fill()
        shop.purpose(b"news", 2, b"email")
        path = os.path.join(shop.directory.name, "shop.db").encode()
        config = omni.config_new()
        shop.ok(omni.config_set_token_key(config, b"k" * 32, 32))
        status, db = out(omni.open, config, path)
        omni.config_free(config)
        shop.ok(status)
        token = omni.token_new(1, b"news")
        shop.ok(omni.token_set_address(token, b"email", b"ann@example.com"))
        # Without the key nothing is signed.
        assert out(omni.token_make, shop.db, token)[0] < 0
        status, text = out(omni.token_make, db, token)
        shop.ok(status)
        link = ctypes.cast(text, c_char_p).value
        omni.text_free(ctypes.cast(text, c_char_p))
        omni.token_free(token)
        fact = c_int64()
        shop.ok(omni.token_redeem(db, link, b"email", byref(fact)))
        assert omni.token_redeem(db, link, None, byref(fact)) == DUPLICATE
        forged = bytes([link[0] ^ 1]) + link[1:]
        assert omni.token_redeem(db, forged, None, None) < 0
        omni.close(db)
        status, route = out(omni.route_decide, shop.db,
                            shop.id_of({"loyalty": "7001"}), b"news", NOW)
        shop.ok(status)
        assert omni.route_step_count(route) == 0
        omni.route_free(route)


def what_was_said_is_read_as_proof():
    with Shop() as shop:
        shop.fill()
        name = shop.id_of({"loyalty": "7001"})
        quiet = omni.statement_new(5, b"*")
        shop.ok(omni.statement_set_customer(quiet, name))
        shop.ok(omni.statement_set_value(quiet, b"22:00-07:00"))
        shop.ok(omni.statement_set_evidence(quiet, b"a letter"))
        shop.ok(omni.statement_put(shop.db, quiet, None))
        omni.statement_free(quiet)
        status, said = out(omni.statements_open, shop.db, name, None)
        shop.ok(status)
        shop.ok(omni.statements_next(said))
        assert omni.statements_value(said) == b"22:00-07:00"
        assert omni.statements_evidence(said) == b"a letter"
        assert omni.statements_next(said) == DONE
        omni.statements_free(said)


def a_batch_tells_of_each_item():
    with Shop() as shop:
        status, batch = out(omni.batch_new, shop.db)
        shop.ok(status)
        for i in range(20):
            record = shop.record({"email": f"c{i % 10}@example.com"}, b"crm",
                                 b"%d" % i)
            shop.ok(omni.batch_add_record(batch, record))
            omni.record_free(record)
        shop.ok(omni.batch_commit(batch))
        assert omni.batch_count(batch) == 20
        customers = {omni.batch_customer(batch, i) for i in range(20)}
        assert len(customers) == 10 and None not in customers
        omni.batch_free(batch)


def what_is_exported_is_json_lines():
    import json
    with Shop() as shop:
        shop.fill()
        text = bytearray()

        def write(_, piece, size):
            text.extend(piece[:size])
            return 0

        shop.ok(omni.customer_export(
            shop.db, shop.id_of({"loyalty": "7001"}),
            ctypes.cast(WRITE(write), c_void_p), None))
        lines = [json.loads(line) for line in text.decode().splitlines()]
        assert len(lines) >= 12, len(lines)


def free_in_every_order(objects):
    """With the store among them."""
    with Shop() as shop:
        shop.fill()
        shop.purpose(b"receipt", 3, b"email")
        path = os.path.join(shop.directory.name, "shop.db").encode()
        for order in itertools.permutations(
                list(objects(shop, kept=False)) + ["store"]):
            other = Shop()
            other.directory = shop.directory
            status, other.db = out(omni.open, None, path)
            shop.ok(status)
            made = objects(other)
            made["store"] = (other.db, omni.close)
            for name in order:
                thing, free = made[name]
                free(thing)
            # NULL, too, any number of times.
            for _, free in made.values():
                free(None)


def every_order_of_freeing_is_safe():
    def objects(shop, kept=True):
        shop_id = shop.id_of({"loyalty": "7001"})
        made = {
            "customer": (shop.customer({"loyalty": "7001"}),
                         omni.customer_free),
            "timeline": (out(omni.timeline_open, shop.db, shop_id, None)[1],
                         omni.timeline_free),
            "feed": (out(omni.feed_open, shop.db, None)[1], omni.feed_free),
            "members": (out(omni.members_open, shop.db, 1)[1],
                        omni.members_free),
            "batch": (out(omni.batch_new, shop.db)[1], omni.batch_free),
        }
        item = c_void_p()
        shop.ok(omni.timeline_next(made["timeline"][0], byref(item)))
        return dropped(made, kept)

    free_in_every_order(objects)


def every_order_of_freeing_routes_is_safe():
    def objects(shop, kept=True):
        name = shop.id_of({"loyalty": "7001"})
        message = omni.message_new(b"receipt")
        made = {
            "routes": (out(omni.route_many, shop.db, message, None, 0)[1],
                       omni.routes_free),
            "permissions": (out(omni.permissions_open, shop.db, name,
                                NOW)[1], omni.permissions_free),
            "statements": (out(omni.statements_open, shop.db, name,
                               None)[1], omni.statements_free),
            "affinity": (out(omni.affinity_open, shop.db, name, NOW)[1],
                         omni.affinity_free),
            "message": (message, omni.message_free),
        }
        route = c_void_p()
        shop.ok(omni.routes_next(made["routes"][0], byref(route)))
        shop.ok(omni.permissions_next(made["permissions"][0]))
        return dropped(made, kept)

    free_in_every_order(objects)


def dropped(made, kept):
    """Only the names are wanted, unless the things are kept."""
    if not kept:
        for thing, free in made.values():
            free(thing)
    return made


def cursors_go_on_behind_a_close():
    with Shop() as shop:
        shop.fill()
        path = os.path.join(shop.directory.name, "shop.db").encode()
        status, db = out(omni.open, None, path)
        shop.ok(status)
        status, timeline = out(omni.timeline_open, db,
                               shop.id_of({"loyalty": "7001"}), None)
        shop.ok(status)
        omni.close(db)
        item, count = c_void_p(), 0
        while omni.timeline_next(timeline, byref(item)) == OK:
            count += 1
        assert count == 11, count
        omni.timeline_free(timeline)


def a_kept_interaction_outlives_its_timeline():
    with Shop() as shop:
        shop.fill()
        status, timeline = out(omni.timeline_open, shop.db,
                               shop.id_of({"loyalty": "7001"}), None)
        shop.ok(status)
        item = c_void_p()
        shop.ok(omni.timeline_next(timeline, byref(item)))
        status, kept = out(omni.interaction_keep, item)
        shop.ok(status)
        omni.timeline_free(timeline)
        assert omni.interaction_key(kept) == b"R1"
        assert omni.interaction_channel(kept) == b"store"
        omni.interaction_free(kept)


def null_is_answered_everywhere():
    """All pointers NULL, numbers 0, -1 and extreme."""
    called = 0
    for name, call in omni.calls.items():
        for number in (0, -1, 1 << 30, -(1 << 31)):
            arguments = []
            for kind in call.argtypes:
                if kind in (c_char_p, c_void_p):
                    arguments.append(None)
                else:
                    arguments.append(number if kind is not c_size_t else 0)
            result = call(*arguments)
            if name.endswith("_errmsg") or name == "omni_errmsg":
                assert result is not None, name
            if name.endswith("_put") or name in (
                    "omni_rebuild", "omni_maintain", "omni_check",
                    "omni_feed_next", "omni_batch_commit"):
                assert result < 0, (name, result)
            if call.restype is c_void_p and name.endswith("_new"):
                omni.calls[name[:-4] + "_free"](result)
            called += 1
    assert called == 4 * len(omni.calls)


def a_live_handle_takes_null_and_nonsense():
    """A real store, everything else NULL or bad."""
    texts = (None, b"", b"\xff\xfe", b"a\x01b", b"x" * (1 << 20), b"%s%n")
    with Shop() as shop:
        shop.fill()
        for name, call in omni.calls.items():
            if not call.argtypes or name in ("omni_close", "omni_open"):
                continue
            takes_db = next(p for _, n, p in declarations() if n == name)
            if not re.match(r"\s*(const )?omni \*", takes_db[0]):
                continue
            for text in texts:
                arguments = [shop.db]
                for kind in call.argtypes[1:]:
                    if kind is c_char_p:
                        # Where a file is written, only what cannot be one.
                        bad = None if name == "omni_backup" else text
                        arguments.append(bad)
                    elif kind is c_void_p:
                        arguments.append(None)
                    else:
                        arguments.append(0)
                call(*arguments)
        # And it still works.
        assert shop.id_of({"loyalty": "7001"}) == \
            shop.id_of({"email": "ann@example.com"})


def objects_take_nonsense():
    """Every setter of every object, with bad text and bad numbers."""
    texts = (None, b"", b"\xff\xfe", b"a\x01b", b"x" * (1 << 20), b"ok")
    of_handles = {name for _, name, parameters in declarations()
                  if re.match(r"\s*omni \*", parameters[0])}
    for name, call in omni.calls.items():
        # A handle is no object: omni_verdict_add_customer wants both.
        if name in of_handles:
            continue
        match = re.match(r"omni_([a-z]+)_(set|add|map)", name)
        maker = match and omni.calls.get(f"omni_{match.group(1)}_new")
        if not maker or match.group(1) in ("batch", "import"):
            continue
        if name.endswith(("_allocator", "_clock", "_random", "_log")):
            continue
        for text in texts:
            thing = maker(*[b"x" if k is c_char_p else 1
                            for k in maker.argtypes])
            assert thing, name
            for number in (0, -1, 1 << 30):
                call(thing, *[text if k is c_char_p else
                              None if k is c_void_p else
                              0 if k is c_size_t else number
                              for k in call.argtypes[1:]])
            errmsg = omni.calls.get(f"omni_{match.group(1)}_errmsg")
            if errmsg:
                assert errmsg(thing) is not None
            omni.calls[f"omni_{match.group(1)}_free"](thing)


def a_second_thread_is_told_busy():
    """One thread is inside (in a callback, to be sure of it)."""
    with Shop() as shop:
        shop.fill()
        name = shop.id_of({"loyalty": "7001"})
        answers = []

        def ask():
            answers.append(omni.rebuild(shop.db))

        def write(*_):
            if not answers:
                thread = threading.Thread(target=ask)
                thread.start()
                thread.join()
            return 0

        hook = WRITE(write)
        status = omni.customer_export(shop.db, name,
                                      ctypes.cast(hook, c_void_p), None)
        assert status == OK, status
        assert answers == [BUSY], answers
        # Nothing is stuck.
        assert shop.happen({"loyalty": "7001"}, b"web", b"visit",
                           b"after") == OK


def many_threads_never_crash_one_handle():
    with Shop() as shop:
        shop.fill()
        seen = set()

        def visit(number):
            for i in range(20):
                who = omni.record_new()
                omni.record_add(who, b"loyalty", b"7001")
                it = omni.interaction_new(b"web", b"visit")
                omni.interaction_set_key(it, b"thread",
                                         b"%d-%d" % (number, i))
                omni.interaction_set_who(it, who)
                seen.add(omni.interaction_put(shop.db, it, None))
                omni.interaction_free(it)
                omni.record_free(who)

        threads = [threading.Thread(target=visit, args=(n,))
                   for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert OK in seen and seen <= {OK, BUSY}, seen


def freeing_from_another_thread_is_safe():
    """A garbage collector frees when and where it wants."""
    with Shop() as shop:
        shop.fill()
        name = shop.id_of({"loyalty": "7001"})
        for _ in range(50):
            status, timeline = out(omni.timeline_open, shop.db, name, None)
            assert status == OK, status
            thread = threading.Thread(target=omni.timeline_free,
                                      args=(timeline,))
            thread.start()
            status, customer = out(omni.customer_get, shop.db, name)
            assert status in (OK, BUSY), status
            thread.join()
            omni.customer_free(customer)


def a_failed_open_says_why():
    config = omni.config_new()
    status, db = out(omni.open, config, b"/nowhere/at/all/shop.db")
    assert status < 0 and not db.value
    assert omni.config_errmsg(config)
    assert omni.config_set_region(config, b"not a region") == INVALID
    omni.config_free(config)


TESTS = (
    two_sources_are_one_customer, a_timeline_is_read_in_pages,
    an_order_has_a_state_on_every_channel, a_route_tells_where_and_why,
    a_kept_route_is_given_back_and_proven, everybody_is_routed_and_counted,
    one_click_is_enough, what_was_said_is_read_as_proof,
    a_batch_tells_of_each_item, what_is_exported_is_json_lines,
    every_order_of_freeing_is_safe, every_order_of_freeing_routes_is_safe,
    cursors_go_on_behind_a_close,
    a_kept_interaction_outlives_its_timeline, null_is_answered_everywhere,
    a_live_handle_takes_null_and_nonsense, objects_take_nonsense,
    a_second_thread_is_told_busy, many_threads_never_crash_one_handle,
    freeing_from_another_thread_is_safe, a_failed_open_says_why)


def main():
    failed = []
    for test in TESTS:
        try:
            test()
            print("[       OK ] " + test.__name__, flush=True)
        except Exception:  # whatever it is, the others are to be seen, too
            traceback.print_exc()
            print("[  FAILED  ] " + test.__name__, flush=True)
            failed.append(test.__name__)
    print("[  PASSED  ] %d test(s)." % (len(TESTS) - len(failed)))
    if failed:
        print("[  FAILED  ] %d test(s), listed below:" % len(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
