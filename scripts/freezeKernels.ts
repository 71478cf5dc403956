// Vite plugin that embeds every kernel's source text as a string, before minification can change
// it. This is a correctness requirement, not an optimization. gpu.js compiles a kernel from its
// text; minified text (comma expressions, `?:` for `if`, renamed arguments) compiles to wrong
// results or not at all.
//
//     kernel('relu', ['x'], [], function (x) { ... })
//  -> kernel('relu', ['x'], [], function (x) { ... }, "function (x) { ... }")

import { parseSync, type Plugin } from 'vite';

/** The part of an ESTree node that this file reads. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Files that declare kernels: `kernels/NAME.ts`, but not the SIMD sources below it. */
const KERNEL_FILES = /\/kernels\/[^/]+\.ts$/;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** A node and all its descendants, in preorder. */
function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const field of Object.values(node)) {
    for (const child of Array.isArray(field) ? (field as unknown[]) : [field]) {
      if (isNode(child)) yield* nodesOf(child);
    }
  }
}

/** Local names of the imports from kernel.ts. */
function declaringNames(program: Node): Set<string> {
  const names = new Set<string>();
  for (const node of nodesOf(program)) {
    if (node.type !== 'ImportDeclaration') continue;
    if (!/\/kernel(\.js|\.ts)?$/.test((node.source as { value: string }).value)) continue;
    for (const { local } of node.specifiers as { local: { name: string } }[]) names.add(local.name);
  }
  return names;
}

/**
 * Appends its source text to each kernel declaration whose last argument is the formula.
 *
 * @param code a module in plain JavaScript: types are stripped, nothing is minified yet
 * @returns the new code with unchanged line numbers, or null if the module declares no kernel
 */
export function freezeKernelText(code: string): string | null {
  const program = parseSync('kernels.js', code).program as unknown as Node;
  const names = declaringNames(program);
  const additions: { readonly at: number; readonly text: string }[] = [];
  for (const node of nodesOf(program)) {
    if (node.type !== 'CallExpression' || !names.has((node.callee as { name?: string }).name ?? ''))
      continue;
    const formula = (node.arguments as Node[]).at(-1);
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

/**
 * The plugin. It runs after TypeScript is stripped (`post`) and before rendering, during which
 * chunks are minified.
 */
export function freezeKernels(): Plugin {
  return {
    name: 'inkgrad:freeze-kernels',
    enforce: 'post',
    transform: {
      filter: { id: KERNEL_FILES },
      handler(code) {
        const frozen = freezeKernelText(code);
        return frozen === null ? null : { code: frozen, map: null };
      },
    },
  };
}
