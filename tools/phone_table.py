#!/usr/bin/env python3
"""Writes lib/text/phone_table.h: the world's telephone numbering plans.

The facts (calling codes, trunk and international prefixes, possible
lengths, the shape of a national number) come from the metadata of
libphonenumber as the package `phonenumbers` carries it.  Each pattern is
compiled to the byte code that lib/text/pattern.c runs, and tried against
the original on numbers that come near it before anything is written.

usage: phone_table.py [OUTPUT]
"""
import random
import re
import sys

import phonenumbers
from phonenumbers import PhoneMetadata
from phonenumbers.phonenumberutil import COUNTRY_CODE_TO_REGION_CODE

try:
    from re import _parser as parser
except ImportError:
    import sre_parse as parser

# The byte code.  pattern.h says the same in C.
LITERAL = 0x00              # + digit
ANY = 0x10                  # + count - 1
CLASS = 0x20                # + bits 8 and 9; then bits 0 to 7
SPLIT, SPLIT_FAR = 0x30, 0x31   # try what follows, else skip that far
JUMP, JUMP_FAR = 0x32, 0x33
SAVE = 0x38                 # + 2 * group - 2, + 1 at its end
LAST = 0x3E                 # only at the end of the text
MATCH = 0x3F


def far(short, long, distance):
    if distance < 256:
        return bytes([short, distance])
    return bytes([long, distance & 255, distance >> 8])


def digit_class(members):
    bits = 0
    for kind, value in members:
        if kind == parser.LITERAL:
            bits |= 1 << (value - 48)
        elif kind == parser.RANGE:
            for code in range(value[0], value[1] + 1):
                bits |= 1 << (code - 48)
        elif kind == parser.CATEGORY and value == parser.CATEGORY_DIGIT:
            bits |= 1023
        else:
            raise ValueError(f'class {kind} {value}')
    if bits == 1023:
        return bytes([ANY])
    return bytes([CLASS | bits >> 8, bits & 255])


def repeat(low, high, body):
    code = sequence(body)
    if code == bytes([ANY]):
        required = b''
        for at in range(0, low, 16):
            required += bytes([ANY | min(low - at, 16) - 1])
    else:
        required = code * low
    if high > 32:
        raise ValueError('unbounded repetition')
    optional = b''
    for _ in range(high - low):
        optional = code + optional
        optional = far(SPLIT, SPLIT_FAR, len(optional)) + optional
    return required + optional


def branch(choices):
    code = sequence(choices[-1])
    for choice in reversed(choices[:-1]):
        this = sequence(choice) + far(JUMP, JUMP_FAR, len(code))
        code = far(SPLIT, SPLIT_FAR, len(this)) + this + code
    return code


def sequence(items):
    code = b''
    for kind, value in items:
        if kind == parser.LITERAL:
            code += bytes([LITERAL | value - 48])
        elif kind == parser.IN:
            code += digit_class(value)
        elif kind == parser.MAX_REPEAT:
            code += repeat(value[0], value[1], value[2])
        elif kind == parser.BRANCH:
            code += branch(value[1])
        elif kind == parser.SUBPATTERN:
            group, inner = value[0], sequence(value[3])
            if group is not None:
                at = SAVE + 2 * group - 2
                inner = bytes([at]) + inner + bytes([at + 1])
            code += inner
        elif kind == parser.AT and value == parser.AT_END:
            code += bytes([LAST])
        else:
            raise ValueError(f'{kind} {value}')
    return code


def compile_pattern(pattern):
    return sequence(parser.parse(pattern)) + bytes([MATCH])


def run(code, text, whole, pc=0, at=0):
    """The machine of pattern.c, to try the compiler against `re`."""
    while True:
        op = code[pc]
        if op == MATCH:
            return at if not whole or at == len(text) else None
        if op == LAST:
            if at != len(text):
                return None
            pc += 1
        elif op in (SPLIT, SPLIT_FAR, JUMP, JUMP_FAR):
            if op in (SPLIT, JUMP):
                distance, size = code[pc + 1], 2
            else:
                distance, size = code[pc + 1] | code[pc + 2] << 8, 3
            pc += size
            if op in (SPLIT, SPLIT_FAR):
                end = run(code, text, whole, pc, at)
                if end is not None:
                    return end
            pc += distance
        elif op >= SAVE:
            pc += 1
        elif op >= CLASS:
            if at == len(text):
                return None
            bits = (op & 3) << 8 | code[pc + 1]
            if not bits >> int(text[at]) & 1:
                return None
            at, pc = at + 1, pc + 2
        elif op >= ANY:
            at, pc = at + (op & 15) + 1, pc + 1
            if at > len(text):
                return None
        else:
            if at == len(text) or int(text[at]) != op:
                return None
            at, pc = at + 1, pc + 1


def sample(items, rng):
    """A random text that the parsed pattern matches."""
    text = ''
    for kind, value in items:
        if kind == parser.LITERAL:
            text += chr(value)
        elif kind == parser.IN:
            kind, member = rng.choice(value)
            if kind == parser.LITERAL:
                text += chr(member)
            elif kind == parser.RANGE:
                text += chr(rng.randint(*member))
            else:
                text += rng.choice('0123456789')
        elif kind == parser.MAX_REPEAT:
            for _ in range(rng.randint(value[0], value[1])):
                text += sample(value[2], rng)
        elif kind == parser.BRANCH:
            text += sample(rng.choice(value[1]), rng)
        elif kind == parser.SUBPATTERN:
            text += sample(value[3], rng)
    return text


def prove(pattern, code, rng):
    original, tree = re.compile(pattern), parser.parse(pattern)
    for _ in range(200):
        text = sample(tree, rng)
        if text and rng.random() < .5:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice('0123456789') + text[at + 1:]
        if rng.random() < .25:
            text += rng.choice('0123456789')
        for whole, find in ((True, original.fullmatch),
                            (False, original.match)):
            found = find(text)
            end = None if found is None else found.end()
            if run(code, text, whole) != end:
                raise AssertionError((pattern, text, whole))


class Programs:
    """All patterns in one array; offset 0 stands for none."""

    def __init__(self):
        self.code = bytearray([MATCH])
        self.offsets = {}
        self.rng = random.Random(1)

    def add(self, pattern):
        if not pattern:
            return 0
        if pattern not in self.offsets:
            code = compile_pattern(pattern)
            prove(pattern, code, self.rng)
            self.offsets[pattern] = len(self.code)
            self.code += code
        return self.offsets[pattern]


def mask(lengths):
    return sum(1 << length for length in lengths if length > 0)


def transform(rule):
    """'868\\1' is the digits to put before a group, and that group."""
    if not rule:
        return '', 0
    digits, group = re.fullmatch(r'(\d*)\\(\d)', rule).groups()
    return digits, int(group)


def plans():
    for calling, names in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        for name in names:
            if name == '001':
                yield calling, '', True, len(names), \
                    PhoneMetadata.metadata_for_nongeo_region(calling)
            else:
                yield calling, name, name == names[0], len(names), \
                    PhoneMetadata.metadata_for_region(name)


def region_row(programs, calling, name, main, shared, plan):
    digits, group = transform(plan.national_prefix_transform_rule)
    lengths = mask(plan.general_desc.possible_length)
    local = mask(plan.general_desc.possible_length_local_only) & ~lengths
    fields = [
        f'.name = "{name}"', f'.calling = {calling}',
        f'.lengths = {lengths:#x}', f'.local = {local:#x}',
        f'.general = '
        f'{programs.add(plan.general_desc.national_number_pattern)}',
    ]
    for field, value in (
            ('trunk', programs.add(plan.national_prefix_for_parsing)),
            ('abroad', programs.add(plan.international_prefix)),
            ('leading', programs.add(plan.leading_digits)),
            ('group', group)):
        if value:
            fields.append(f'.{field} = {value}')
    if digits:
        fields.append(f'.insert = "{digits}"')
    if main:
        fields.append('.main = 1')
    if shared > 1:
        fields.append('.shared = 1')
    return wrap('\t{ ', fields, ' },')


def wrap(start, fields, end):
    lines, line = [], start
    for at, field in enumerate(fields):
        piece = field + (', ' if at + 1 < len(fields) else end)
        if len((line + piece.rstrip()).expandtabs(8)) > 80:
            lines.append(line.rstrip())
            line = '\t    '
        line += piece
    return lines + [line]


def numbers(values, width=12):
    return ['\t' + ', '.join(str(v) for v in values[at:at + width]) + ','
            for at in range(0, len(values), width)]


HEAD = '''\
/*
 * The world's telephone numbering plans, for phone.c.  Generated by
 * tools/phone_table.py ("make refresh-phone-table"): change that.
 *
 * Facts from the metadata of libphonenumber %s
 * (https://github.com/google/libphonenumber), Apache License 2.0.
 */
#ifndef OMNI_PHONE_TABLE_H
#define OMNI_PHONE_TABLE_H
'''


def table():
    programs = Programs()
    rows = sorted(plans(), key=lambda row: (row[1], row[0]))
    regions, codes = [], {}
    for at, row in enumerate(rows):
        regions += region_row(programs, *row)
        if row[2]:
            codes[row[0]] = at + 1
    lines = [HEAD % phonenumbers.__version__]
    lines += ['/* Patterns, one after the other, as pattern.h says. */',
              'static const uint8_t phone_patterns[] = {']
    lines += numbers(list(programs.code), 14) + ['};', '']
    lines += ['/* By name; plans of no region (satellite, freephone) first. */',
              'static const struct phone_plan phone_plans[] = {']
    lines += regions + ['};', '']
    lines += ['/* 1 + index of the main plan of a calling code, 0: none. */',
              'static const uint8_t phone_codes[1000] = {']
    assert len(rows) < 256
    lines += [f'\t[{code}] = {at},' for code, at in sorted(codes.items())]
    lines += ['};', '', '#endif']
    size = len(programs.code) + len(rows) * 32 + 1000
    print(f'{len(rows)} plans, {len(programs.offsets)} patterns, '
          f'{size} bytes', file=sys.stderr)
    return '\n'.join(lines) + '\n'


def main():
    text = table()
    if len(sys.argv) > 1:
        with open(sys.argv[1], 'w', encoding='ascii') as out:
            out.write(text)
    else:
        sys.stdout.write(text)


if __name__ == '__main__':
    main()
