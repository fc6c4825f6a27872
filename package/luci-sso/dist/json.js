import { decodeUtf8 } from '#native';

// SPDX-License-Identifier: MIT
// JSON off the wire, stricter than RFC 8259: one object, no duplicate names, bounded depth, valid
// UTF-8 and Unicode. The engine's own parser does grammar and values, an order of magnitude faster
// than TypeScript; what it forgives is found by a look at the text before and the tree after.
/** Discovery documents, key sets and claims nest 3 to 5 deep; more only costs stack. */
const MAX_DEPTH = 16;
/** Small values cost the engine up to a hundred times their text: 256 KiB of them would fill its heap. */
const MAX_VALUES = 10000;
/**
 * Parses one JSON object. Refused, each with its reason: bytes that are not UTF-8, a byte order
 * mark, more than 16 levels, more than 10,000 values, text that is not JSON, a top that is no object, a name twice in one
 * object (RFC 7515 4, RFC 8259 4), numbers beyond a double's range, and escapes that make a lone
 * surrogate. Time is linear; the caller limits the size. Reasons never quote the text.
 */
function parseJsonObject(bytes) {
    const text = decodeUtf8(bytes);
    if (text === undefined)
        return { ok: false, reason: 'not UTF-8' };
    // U+FEFF; RFC 8259 8.1 forbids senders to add it.
    if (text.charCodeAt(0) === 0xfeff)
        return { ok: false, reason: 'byte order mark' };
    const names = countNames(text);
    if (names === TOO_DEEP)
        return { ok: false, reason: 'nested too deep' };
    if (names === TOO_MANY)
        return { ok: false, reason: 'too many values' };
    let root;
    try {
        root = JSON.parse(text);
    }
    catch {
        // The engine's message quotes the text, which may be a secret.
        return { ok: false, reason: 'not JSON' };
    }
    if (typeof root !== 'object' || root === null || Array.isArray(root)) {
        return { ok: false, reason: 'not an object' };
    }
    const reason = cleanTree(root, names, text.includes('\\u'));
    if (reason !== '')
        return { ok: false, reason };
    return { ok: true, value: root };
}
const TOO_DEEP = -1;
const TOO_MANY = -2;
/**
 * Number of member names in a JSON text, or why it is refused before it is parsed. Exact for every text that is
 * JSON; for others the depth still holds up to the first error, where the parser stops.
 */
function countNames(text) {
    const length = text.length;
    let names = 0;
    let depth = 0;
    let values = 0;
    for (let i = 0; i < length; i++) {
        switch (text.charCodeAt(i)) {
            case 0x22: // quote: to the end of the string
                i = endOfString(text, i + 1);
                break;
            case 0x3a: // colon
                names++;
                break;
            case 0x2c: // comma
                values++;
                break;
            case 0x7b: // braces and brackets
            case 0x5b:
                if (++depth > MAX_DEPTH)
                    return TOO_DEEP;
                values++;
                break;
            case 0x7d:
            case 0x5d:
                depth--;
                break;
        }
    }
    return values > MAX_VALUES ? TOO_MANY : names;
}
/** Index of the closing quote: the first one after an even number of backslashes. */
function endOfString(text, start) {
    let from = start;
    for (;;) {
        const end = text.indexOf('"', from);
        if (end < 0)
            return text.length;
        let before = end;
        while (before > from && text.charCodeAt(before - 1) === 0x5c)
            before--;
        if (((end - before) & 1) === 0)
            return end;
        from = end + 1;
    }
}
/**
 * Takes the prototypes away and returns why the tree is refused, or ''. A repeated name makes the
 * tree hold fewer names than the text, because the parser keeps the last member only.
 */
function cleanTree(root, namesInText, hasEscapes) {
    let names = 0;
    const pending = [root];
    while (pending.length > 0) {
        const item = pending.pop();
        if (typeof item === 'number') {
            if (!Number.isFinite(item))
                return 'number out of range';
        }
        else if (typeof item === 'string') {
            if (hasEscapes && !isWellFormed(item))
                return 'lone surrogate';
        }
        else if (Array.isArray(item)) {
            for (const element of item)
                pending.push(element);
        }
        else if (typeof item === 'object' && item !== null) {
            Object.setPrototypeOf(item, null);
            const keys = Object.keys(item);
            names += keys.length;
            for (const name of keys) {
                if (hasEscapes && !isWellFormed(name))
                    return 'lone surrogate';
                pending.push(item[name]);
            }
        }
    }
    return names === namesInText ? '' : 'duplicate name';
}
function isWellFormed(text) {
    for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit < 0xd800 || unit > 0xdfff)
            continue;
        const next = text.charCodeAt(++i);
        if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff))
            return false;
    }
    return true;
}
/** The value of an own data property, else `undefined`: what a prototype offers does not count. */
function ownMember(object, name) {
    return Object.getOwnPropertyDescriptor(object, name)?.value;
}
/** Whether it is what JSON calls an object. */
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export { isObject, ownMember, parseJsonObject };
