// Embeds the source text of every kernel in a module, before minification can change it. This is a
// correctness requirement, not an optimization. gpu.js compiles a kernel from its text; minified
// text (comma expressions, `?:` for `if`, renamed arguments) compiles to wrong results or not at
// all.
//
//     kernel('relu', ['x'], [], function (x) { ... })
//  -> kernel('relu', ['x'], [], function (x) { ... }, "function (x) { ... }")

import { parseSync } from 'vite';

const isNode = (value) =>
  typeof value === 'object' && value !== null && typeof value.type === 'string';

/** A node of the syntax tree (ESTree) and all its descendants, in preorder. */
function* nodesOf(node) {
  yield node;
  for (const field of Object.values(node)) {
    for (const child of Array.isArray(field) ? field : [field]) {
      if (isNode(child)) yield* nodesOf(child);
    }
  }
}

/** Local names of the imports from kernel.ts. */
function declaringNames(program) {
  const names = new Set();
  for (const node of nodesOf(program)) {
    if (node.type !== 'ImportDeclaration') continue;
    if (!/\/kernel(\.js|\.ts)?$/.test(node.source.value)) continue;
    for (const { local } of node.specifiers) names.add(local.name);
  }
  return names;
}

export function freezeKernelText(code) {
  const { program } = parseSync('kernels.js', code);
  const names = declaringNames(program);
  const additions = [];
  for (const node of nodesOf(program)) {
    if (node.type !== 'CallExpression' || !names.has(node.callee.name ?? '')) continue;
    const formula = node.arguments.at(-1);
    if (formula?.type !== 'FunctionExpression') continue;
    const text = code.slice(formula.start, formula.end);
    additions.push({ at: formula.end, text: `, ${JSON.stringify(text)}` });
  }
  if (additions.length === 0) return null;
  additions.sort((a, b) => b.at - a.at); // from the end, so that earlier positions stay valid
  return additions.reduce(
    (text, { at, text: added }) => text.slice(0, at) + added + text.slice(at),
    code,
  );
}
