#!/usr/bin/env python3
"""Makes examples/sample: half a year of a small homeware shop.

usage: tools/sample.py DIRECTORY

The same seed makes the same files, byte for byte.  Nobody in them exists:
phone numbers are from the ranges kept for drama, mail domains end in
.example, post codes are not in use.  Some lines are wrong or come twice, as
they do.
"""
import csv
import json
import os
import random
import sys
from datetime import datetime, timedelta

SEED = 20250301
BEGIN = datetime(2025, 1, 6)
DAYS = 175

GIVEN = """Amara Bryn Callum Dilys Ewan Farah Gethin Hana Imogen Jonah Keir
Leila Morag Nia Osian Priya Quentin Rosalind Sorcha Tomasz Una Viktor Wanda
Xin Yusuf Zofia Ailsa Bashir Ceri Dermot Elspeth Fergus Greta Hamish
Ines""".split()
FAMILY = """Abara Blackwood Cadogan Drummond Ellery Fairweather Gwilym
Hollis Iqbal Jarvis Kowalska Lockhart Merrick Nakamura Ó-Briain Pellow
Quarles Rhydderch Silva Trevanion Upton Vass Wetherby Yilmaz Zając""".split()
STREETS = ["Ropewalk Lane", "Tannery Street", "Quayside Terrace",
           "Kiln Road", "Orchard Steps", "Weaver Row", "Lantern Court"]
PRODUCTS = {
    "kettle": ["KT-10", "KT-14", "KT-20"], "lamp": ["LM-03", "LM-08"],
    "rug": ["RG-21", "RG-22", "RG-40"], "mug": ["MG-01", "MG-02", "MG-05"],
    "blanket": ["BL-07", "BL-09"],
}
TOPICS = ["where is my order", "return", "opening hours", "product"]


class Person:
    def __init__(self, rng, number, given, family):
        self.rng, self.number = rng, number
        self.given, self.family = given, family
        plain = family.replace("Ó-", "O").replace("ą", "a").replace("'", "")
        self.email = f"{given}.{plain}@{rng.choice(['mail', 'post'])}.example"
        self.email = self.email.lower()
        self.phone = f"07700900{100 + number:03d}"
        self.birth = (f"{rng.randint(1941, 2004)}-{rng.randint(1, 12):02d}-"
                      f"{rng.randint(1, 28):02d}")
        self.street = f"{rng.randint(1, 90)} {rng.choice(STREETS)}"
        self.postcode = (f"BS98 {rng.randint(1, 9)}"
                         f"{rng.choice('ABDE')}{rng.choice('FGHJ')}")
        self.crm = rng.random() < .7
        self.account = f"K{1000 + number}" if rng.random() < .55 else None
        self.card = f"63301{number:02d}7" if rng.random() < .65 else None
        self.device = f"ph-{rng.getrandbits(32):08x}" \
            if rng.random() < .4 else None
        self.user = f"u-{500 + number}" if self.device else None

    def typed_phone(self):
        p = self.phone
        return self.rng.choice([p, f"{p[:5]} {p[5:]}", f"+44 {p[1:5]} {p[5:]}",
                                f"{p[:5]}-{p[5:8]}-{p[8:]}"])

    def typed_email(self):
        return self.rng.choice([self.email, self.email,
                                self.email.upper(), f" {self.email}"])

    def address(self):
        return {"name.given": self.given, "name.family": self.family,
                "address.street": self.street,
                "address.postcode": self.postcode, "address.city": "Bristol"}


class Shop:
    def __init__(self):
        self.rng = random.Random(SEED)
        self.lines = {name: [] for name in
                      "setup till web app call mail post consent".split()}
        self.count = {}
        self.people = self.make_people()

    # ---- people --------------------------------------------------------

    def make_people(self):
        rng, people, seen = self.rng, [], set()
        while len(people) < 59:
            name = rng.choice(GIVEN), rng.choice(FAMILY)
            if name not in seen:
                seen.add(name)
                people.append(Person(rng, len(people) + 1, *name))
        for i in range(0, 24, 3):       # couples at one address
            a, b = people[i], people[i + 1]
            b.family, b.street, b.postcode = a.family, a.street, a.postcode
            b.email = a.email if i % 2 else b.email
        maeve = Person(rng, 60, "Maeve", "O'Connell")
        maeve.email = "maeve.oconnell@mail.example"
        maeve.crm, maeve.account, maeve.card = True, "K1060", "6330607"
        maeve.device, maeve.user = "ph-5ea5ide1", "u-560"
        maeve.street, maeve.postcode = "14 Ropewalk Lane", "BS98 4DH"
        maeve.birth = "1979-11-02"
        self.maeve = maeve
        return people + [maeve]

    def records(self):
        rng, out = self.rng, {"crm": [], "webshop": [], "loyalty": []}
        for p in self.people:
            since = (BEGIN - timedelta(days=rng.randint(30, 1500),
                                       seconds=rng.randint(0, 80000)))
            since = since.strftime("%Y-%m-%dT%H:%M:%SZ")
            known = p is self.maeve
            if p.crm:
                out["crm"].append([
                    f"C{p.number:03d}", p.given, p.family, p.birth,
                    p.typed_email() if rng.random() < .6 and not known else
                    "", p.typed_phone() if rng.random() < .8 or known else
                    "", p.street, p.postcode, "Bristol", since])
            if p.account:
                out["webshop"].append([
                    p.account, f"{p.given} {p.family}", p.email,
                    p.typed_phone() if rng.random() < .5 or known else "",
                    since])
            if p.card:
                out["loyalty"].append([
                    p.card, p.given, p.family,
                    p.typed_phone() if rng.random() < .4 else "",
                    p.typed_email() if rng.random() < .7 or known else "",
                    since])
        # a row without its key, and one with a time that is none
        out["crm"].append(["", "Nobody", "Atall", "", "", "", "", "", "", ""])
        out["loyalty"].append(["6330999", "Till", "Test", "", "",
                               "some day"])
        return out

    # ---- lines ---------------------------------------------------------

    def when(self, first=0, last=DAYS):
        return BEGIN + timedelta(days=self.rng.randint(first, last - 1),
                                 hours=self.rng.randint(8, 19),
                                 seconds=self.rng.randint(0, 3599))

    def number(self, letter):
        self.count[letter] = self.count.get(letter, 0) + 1
        return f"{letter}{self.count[letter]:04d}"

    def put(self, file, source, key, kind, time, channel, data):
        line = {"specversion": "1.0", "id": key, "source": source,
                "type": kind, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if channel:
            line["channel"] = channel
        line["data"] = data
        self.lines[file].append((time, json.dumps(
            line, ensure_ascii=False, separators=(",", ":"))))

    def define(self):
        t = datetime(2024, 12, 1)
        for name, direction, medium, address, level in [
                ("store", "in", "physical", None, 5),
                ("web", "in", "digital", None, 3),
                ("app", "both", "digital", "device", 4),
                ("phone", "both", "digital", "phone", 3),
                ("email", "out", "digital", "email", 2),
                ("sms", "out", "digital", "phone", 2),
                ("post", "out", "physical", "address", 6)]:
            data = {"name": name, "direction": direction, "medium": medium,
                    "confidentiality": level}
            if address:
                data["address"] = address
            self.put("setup", "/setup", f"channel-{name}", "omni.channel", t,
                     None, data)
        for name, basis, group, channels in [
                ("receipt", "contract", "transactional", ["email", "sms"]),
                ("invoice", "contract", "transactional", ["email", "post"]),
                ("news", "consent", "marketing", ["email", "sms", "post"]),
                ("offer", "consent", "marketing", ["sms", "email", "post"])]:
            self.put("setup", "/setup", f"purpose-{name}", "omni.purpose", t,
                     None, {"name": name, "basis": basis, "class": group,
                            "channels": channels})

    def product(self):
        category = self.rng.choice(sorted(PRODUCTS))
        return self.rng.choice(PRODUCTS[category]), category

    def who_at_till(self, p):
        if p.card and self.rng.random() < .8:
            return {"loyalty": p.card}
        return self.rng.choice([{}, {"phone": p.typed_phone()},
                                {"email": p.typed_email()}])

    def purchase(self, p, time, who=None):
        key, (product, category) = self.number("R"), self.product()
        self.put("till", f"/pos/till-{self.rng.randint(1, 3)}", key,
                 "purchase", time, "store",
                 {"who": who or self.who_at_till(p),
                  "refs": [f"receipt:{key}", f"product:{product}",
                           f"category:{category}"],
                  "body": {"amount": self.rng.randint(400, 9900) / 100,
                           "currency": "GBP"}})

    def mail(self, p, time, refs):
        self.put("mail", "/mailer", self.number("M"), "mail.sent", time,
                 "email", {"who": {"email": p.email}, "refs": refs})

    def order(self, p, time):
        key, (product, category) = self.number("T"), self.product()
        ref = f"order:{key}"
        who = {"account": p.account, "email": p.email}
        steps = [("placed", 0), ("paid", 2), ("packed", 1500),
                 ("shipped", 2900), ("delivered", 4700)]
        for n, (step, minutes) in enumerate(steps[:self.rng.randint(3, 5)]):
            at = time + timedelta(minutes=minutes)
            data = {"who": who, "refs": [ref], "status": {ref: step}}
            if n == 0:
                data["refs"] += [f"product:{product}",
                                 f"category:{category}"]
                data["body"] = {"amount": self.rng.randint(900, 19900) / 100,
                                "currency": "GBP"}
            self.put("web", "/orders", f"{key}-{n + 1}", f"order.{step}", at,
                     "web", data)
        self.mail(p, time + timedelta(minutes=1), [ref, "purpose:receipt"])
        if self.rng.random() < .3:
            self.call(p, time + timedelta(days=2), [ref])
        if self.rng.random() < .4:
            self.letter(p, time + timedelta(days=5), "invoice", ref)

    def call(self, p, time, refs):
        data = {"who": {"phone": p.typed_phone(), "name.given": p.given,
                        "name.family": p.family},
                "body": {"topic": self.rng.choice(TOPICS),
                         "csat": self.rng.randint(1, 5)}}
        if refs:
            data["refs"] = refs
        self.put("call", "/callcentre", self.number("P"), "call", time,
                 "phone", data)

    def letter(self, p, time, purpose, ref=None):
        key = self.number("L")
        refs = [f"letter:{key}", f"purpose:{purpose}"]
        self.put("post", "/print", key, "letter.posted", time, "post",
                 {"who": dict(p.address(), email=p.email) if ref else
                  p.address(), "refs": refs + ([ref] if ref else [])})

    def segment(self, p, kind, time, known, more):
        line = {"type": kind, "messageId": self.number("A"),
                "anonymousId": f"anon-{p.device}"}
        if known:
            line["userId"] = p.user
        line["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        line["context"] = {"channel": "app", "device": {"id": p.device}}
        line.update(more)
        self.lines["app"].append((time, json.dumps(
            line, ensure_ascii=False, separators=(",", ":"))))

    def app_visit(self, p, time):
        self.segment(p, "identify", time, True, {"traits": {
            "email": p.email, "firstName": p.given, "lastName": p.family}})
        for n in range(self.rng.randint(1, 3)):
            product, category = self.product()
            at = time + timedelta(seconds=40 * (n + 1))
            if n == 0:
                self.segment(p, "screen", at, False,
                             {"name": "Shelf",
                              "properties": {"category": category}})
            else:
                self.segment(p, "track", at, False,
                             {"event": "product.viewed", "properties":
                              {"product": product, "category": category}})

    def say(self, p, time, purpose, what, channel=None, via="web", rank=None):
        data = {"who": {"email": p.email}, "purpose": purpose,
                "statement": what, "wording": "2025-01"}
        if channel:
            data["on"] = channel
        if rank:
            data["rank"] = rank
        self.put("consent", "/consent", self.number("S"), "omni.statement",
                 time, via, data)

    # ---- a life --------------------------------------------------------

    def live(self, p):
        rng = self.rng
        for _ in range(rng.randint(1, 6)):
            self.purchase(p, self.when())
        if p.account:
            for _ in range(rng.randint(0, 2)):
                self.order(p, self.when(0, DAYS - 8))
        if p.device:
            for _ in range(rng.randint(1, 3)):
                self.app_visit(p, self.when())
        if rng.random() < .2:
            self.call(p, self.when(), [])
        if rng.random() < .6:
            self.say(p, self.when(0, 40), "news", "grant", "email")
            for month in range(2):
                self.mail(p, BEGIN + timedelta(days=60 + 30 * month, hours=9),
                          ["purpose:news"])
        if rng.random() < .2:
            self.say(p, self.when(60, DAYS), "offer", "withdraw")
        if rng.random() < .2:
            self.say(p, self.when(0, 90), "invoice", "prefer",
                     rng.choice(["email", "post"]), rank=1)
        if p.crm and rng.random() < .2:
            self.letter(p, self.when(), "offer")

    def live_maeve(self):
        """Met on four channels; one order crosses three of them."""
        p, day = self.maeve, BEGIN + timedelta(days=120, hours=18)
        ref, source = "order:T9001", "/orders"
        app = {"account": p.user, "device": p.device, "email": p.email}

        def step(n, kind, hours, channel, who, status, **more):
            self.put("till" if channel == "store" else "web", source,
                     f"T9001-{n}", kind, day + timedelta(hours=hours),
                     channel, {"who": who, "refs": [ref] +
                               more.pop("refs", []),
                               "status": {ref: status}, **more})

        self.say(p, BEGIN + timedelta(days=20, hours=12), "news", "grant",
                 "email", via="app")
        self.say(p, BEGIN + timedelta(days=21, hours=10), "invoice",
                 "prefer", "post", via="phone", rank=1)
        self.say(p, BEGIN + timedelta(days=21, hours=10, minutes=1), "offer",
                 "withdraw", "sms", via="phone")
        self.put("setup", "/app", "maeve-shop", "omni.setting",
                 BEGIN + timedelta(days=22), None,
                 {"who": {"email": p.email}, "name": "shop",
                  "value": "Quayside"})
        self.purchase(p, BEGIN + timedelta(days=30, hours=11),
                      {"loyalty": p.card})
        self.order(p, BEGIN + timedelta(days=63, hours=20))
        self.app_visit(p, day - timedelta(minutes=9))
        step(1, "order.placed", 0, "app", app, "placed",
             refs=["product:LM-08", "category:lamp"],
             body={"amount": 64.50, "currency": "GBP", "fetch": "Quayside"})
        self.mail(p, day + timedelta(minutes=1), [ref, "purpose:receipt"])
        step(2, "order.paid", .1, "app", app, "paid")
        self.put("call", "/callcentre", "P9001", "call",
                 day + timedelta(hours=17), "phone",
                 {"who": {"phone": "+44 7700 900160"}, "refs": [ref],
                  "body": {"topic": "can I fetch it on Saturday",
                           "csat": 5}})
        step(3, "order.ready", 20, "store", {}, "ready")
        step(4, "order.collected", 41, "store", {"loyalty": p.card},
             "collected")
        self.letter(p, day + timedelta(days=3), "invoice", ref)

    def spoil(self):
        """What goes wrong between systems: twice, late, broken."""
        rng = self.rng
        for name in ("till", "web", "mail"):
            for line in rng.sample(self.lines[name], 3):
                self.lines[name].append((line[0] + timedelta(days=1),
                                         line[1]))
        bad = ['{"specversion":"1.0","id":', "till 2: paper jam",
               '{"specversion":"1.0","id":"R8001","source":"/pos/till-1",'
               '"type":"purchase","time":"half past two","channel":"store",'
               '"data":{"who":{}}}',
               '{"specversion":"1.0","id":"R8002","source":"/pos/till-1",'
               '"time":"2025-03-02T10:00:00Z","channel":"store"}']
        for n, line in enumerate(bad):
            self.lines["till"].append((BEGIN + timedelta(days=20 + 40 * n),
                                       line))

    def write(self, folder):
        heads = {"crm": "customer_no first_name last_name born email phone "
                        "street postcode town changed",
                 "webshop": "account name email phone registered",
                 "loyalty": "card first_name last_name phone email joined"}
        os.makedirs(folder, exist_ok=True)
        for name, rows in self.records().items():
            path = os.path.join(folder, f"{name}.csv")
            with open(path, "w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(heads[name].split())
                writer.writerows(rows)
        for name, lines in self.lines.items():
            path = os.path.join(folder, f"{name}.jsonl")
            with open(path, "w", encoding="utf-8") as out:
                for _, line in sorted(lines, key=lambda pair: pair[0]):
                    out.write(line + "\n")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    shop = Shop()
    shop.define()
    for person in shop.people[:-1]:
        shop.live(person)
    shop.live_maeve()
    shop.spoil()
    shop.write(sys.argv[1])


if __name__ == "__main__":
    main()
