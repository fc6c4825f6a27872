// SPDX-License-Identifier: MIT
// A rollup plugin: of tweetnacl only `secretbox` is exported, so that rollup drops the rest. It would be
// 30 kB of bytecode, read at each login start (curve tables, signatures, SHA-512).

/** Whether a statement hands out something else than `nacl.secretbox` and its members, or looks for a PRNG. */
function isSurplus(statement) {
  if (statement.type !== 'ExpressionStatement') return false;
  const { expression } = statement;
  if (expression.type === 'CallExpression') return true;
  if (expression.type !== 'AssignmentExpression') return false;
  const names = [];
  let node = expression.left;
  for (; node.type === 'MemberExpression'; node = node.object) names.unshift(node.property.name);
  return node.name === 'nacl' && names[0] !== 'secretbox';
}

export default {
  name: 'secretbox-only',
  transform(code, id) {
    if (!id.endsWith('tweetnacl/nacl-fast.js')) return null;
    // The file is one call of one function: (function(nacl) { ... })(exports).
    const body = this.parse(code).body[0]?.expression?.callee?.body?.body;
    const surplus = (body ?? []).filter(isSurplus);
    if (surplus.length === 0) this.error('tweetnacl has another shape than this plugin knows');
    let out = code;
    for (const { start, end } of surplus) out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end);
    return { code: out, map: null };
  },
};
