#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a copy of quickjs.c whose bytecode writer can write big-endian output (host compiler only),
and leaves the names of variables and functions out where debug information is left out too: nothing but texts of
errors and eval, which the router's engine has not, would read them.

Upstream dropped cross-endian bytecode in 0.13. The copy gets one flag, `bc_target_be`; with it every
multi-byte field is written byte-swapped: header, atoms, wide strings, numbers and the operands of
each opcode. Regular expressions are compiled to a bytecode of their own that is not handled here; the
router's engine has none, so a literal stops the compiler.

usage: be-writer.py [--native | --patch] <engine folder> <output>
--native  only leaves the names out; bytecode is in the order of the machine that runs the compiler
--patch   writes what changes, for the recipe: package/luci-sso/host/big-endian-bytecode.patch
"""
import difflib
import re
import sys

PATCH_HEAD = '''\
From: luci-sso maintainers
Subject: [PATCH] bytecode writer: write the target's byte order

Upstream dropped cross-endian bytecode in 0.13. A big-endian router cannot read what
the compiler writes on a little-endian host; with bc_target_be set, each field of more
than one byte is swapped. Names of variables and functions are left out where debug
information is. Written by scripts/build/be-writer.py; only the compiler on the host is built
with it.

'''

HELPERS = r'''
/* --- byte order of the serialised output --- */
int bc_target_be;

/* Swaps the fields at p; each character of `widths` is the size of one. */
static void be_fields(uint8_t *p, const char *widths)
{
    for (; *widths; p += *widths++ - '0') {
        if (*widths == '2')
            put_u16(p, bswap16(get_u16(p)));
        else if (*widths == '4')
            put_u32(p, bswap32(get_u32(p)));
    }
}

static const char *be_operands(int fmt)
{
    switch (fmt) {
    case OP_FMT_none: case OP_FMT_none_int: case OP_FMT_none_loc: case OP_FMT_none_arg:
    case OP_FMT_none_var_ref: case OP_FMT_npopx:
    case OP_FMT_u8: case OP_FMT_i8: case OP_FMT_loc8: case OP_FMT_const8: case OP_FMT_label8:
        return "";
    case OP_FMT_u16: case OP_FMT_i16: case OP_FMT_label16: case OP_FMT_npop:
    case OP_FMT_loc: case OP_FMT_arg: case OP_FMT_var_ref:
        return "2";
    case OP_FMT_npop_u16:
        return "22";
    case OP_FMT_i32: case OP_FMT_u32: case OP_FMT_const: case OP_FMT_label:
    case OP_FMT_atom: case OP_FMT_atom_u8:
        return "4";
    case OP_FMT_label_u16: case OP_FMT_atom_u16:
        return "42";
    case OP_FMT_u32x2: case OP_FMT_atom_label_u8:
        return "44";
    case OP_FMT_atom_label_u16:
        return "442";
    }
    fprintf(stderr, "unknown operand format %d\n", fmt);
    abort();
}

static void be_code(uint8_t *p, int len)
{
    int pos = 0;
    while (pos < len) {
        if (p[pos] == OP_regexp) {
            fprintf(stderr, "regular expression literal in bytecode\n");
            abort();
        }
        be_fields(p + pos + 1, be_operands(short_opcode_info(p[pos]).fmt));
        pos += short_opcode_info(p[pos]).size;
    }
}

'''

# (place, what stands there, what stands there afterwards); each must occur exactly once there
NAMES = [
    ('static int JS_WriteFunctionTag(',
     '            bc_put_atom(s, vd->var_name);\n'
     '            bc_put_leb128(s, vd->scope_level);\n'
     '            bc_put_leb128(s, vd->scope_next + 1);\n',
     '            bc_put_atom(s, s->allow_debug ? vd->var_name : JS_ATOM_NULL);\n'
     '            bc_put_leb128(s, s->allow_debug ? vd->scope_level : 0);\n'
     '            bc_put_leb128(s, s->allow_debug ? vd->scope_next + 1 : 0);\n'),
    # functions lose theirs too; the empty one is an atom that every engine has
    ('static int JS_WriteFunctionTag(', '    bc_put_atom(s, b->func_name);\n',
     '    bc_put_atom(s, s->allow_debug ? b->func_name : JS_ATOM_empty_string);\n'),
    ('static int JS_WriteFunctionBytecode(', '            atom = get_u32(bc_buf + pos + 1);\n',
     '            atom = get_u32(bc_buf + pos + 1);\n'
     '            if (op == OP_set_name && !s->allow_debug)\n'
     '                atom = JS_ATOM_empty_string;\n'),
    # a global variable is found by its name
    ('static int JS_WriteFunctionTag(', '        bc_put_atom(s, cv->var_name);\n',
     '        bc_put_atom(s, s->allow_debug || cv->closure_type == JS_CLOSURE_GLOBAL ||\n'
     '                    cv->closure_type == JS_CLOSURE_GLOBAL_DECL ? cv->var_name : JS_ATOM_NULL);\n'),
]
CHANGES = [
    ('static void bc_put_u16(', '    dbuf_put_u16(&s->dbuf, v);\n',
     '    dbuf_put_u16(&s->dbuf, bc_target_be ? bswap16(v) : v);\n'),
    ('static __maybe_unused void bc_put_u32(', '    dbuf_put_u32(&s->dbuf, v);\n',
     '    dbuf_put_u32(&s->dbuf, bc_target_be ? bswap32(v) : v);\n'),
    ('static void bc_put_u64(', '    dbuf_put(&s->dbuf, (uint8_t *)&v, sizeof(v));\n',
     '    if (bc_target_be)\n        v = bswap64(v);\n    dbuf_put(&s->dbuf, (uint8_t *)&v, sizeof(v));\n'),
    ('static int JS_WriteFunctionBytecode(', '    dbuf_put(&s->dbuf, bc_buf, bc_len);\n',
     '    if (bc_target_be)\n        be_code(bc_buf, bc_len);\n    dbuf_put(&s->dbuf, bc_buf, bc_len);\n'),
    # the reader sums words in its own byte order, and checks in that order too
    ('uint8_t *JS_WriteObject2(', '    h = bc_csum(&d->buf[5], d->size - 5);\n    put_u32(&d->buf[1], h);\n',
     '    h = bc_target_be ? be_csum(&d->buf[5], d->size - 5) : bc_csum(&d->buf[5], d->size - 5);\n'
     '    put_u32(&d->buf[1], bc_target_be ? bswap32(h) : h);\n'),
]


def function_at(text, head):
    """Start and end of the one function that begins with `head` and has a body."""
    starts = [match.start() for match in re.finditer('\n' + re.escape(head), text)]
    bodies = [(i, text.index('\n}\n', i) + 1) for i in starts
              if '{' in text[i:text.index('\n', text.index(')', i) + 1) + 2]]
    if len(bodies) != 1:
        sys.exit(f'be-writer: {len(bodies)} definitions of "{head}"; other engine version?')
    return bodies[0]


def main():
    option = sys.argv[1] if sys.argv[1].startswith('--') else ''
    is_native = option == '--native'
    folder, output = sys.argv[1 + (option != ''):]
    with open(f'{folder}/quickjs.c', encoding='utf-8') as file:
        before_all = text = file.read()
    for head, before, after in NAMES if is_native else NAMES + CHANGES:
        start, end = function_at(text, head)
        body = text[start:end]
        if body.count(before) != 1:
            sys.exit(f'be-writer: "{head}" is not as expected; other engine version?')
        text = text[:start] + body.replace(before, after) + text[end:]

    if not is_native:
        text = with_both_orders(text)
    if option == '--patch':
        text = PATCH_HEAD + ''.join(difflib.unified_diff(before_all.splitlines(True), text.splitlines(True),
                                                         'a/quickjs.c', 'b/quickjs.c'))
    with open(output, 'w', encoding='utf-8') as file:
        file.write(text)


def with_both_orders(text):
    start, end = function_at(text, 'static uint32_t bc_csum(')
    sum_be = text[start:end + 2].replace('bc_csum(', 'be_csum(').replace('get_u32(p+i)', 'bswap32(get_u32(p+i))')
    if sum_be.count('bswap32') != 1:
        sys.exit('be-writer: the checksum is not as expected; other engine version?')
    text = text[:end + 2] + sum_be + text[end + 2:]

    start, _ = function_at(text, 'static void bc_put_u8(')
    return text[:start] + HELPERS + text[start:]


main()
