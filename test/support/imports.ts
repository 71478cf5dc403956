// Checks the module dependencies: parses import statements and compares them with the allowed
// directions (docs/architecture.md). Works on any set of sources, so that a test can include a
// violation.

import path from 'node:path';
import ts from 'typescript';

/** Sources by path from the root of the repository, e.g. `src/engine/shape.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** One import statement, `export ... from`, `import()` call or `import('...')` type. */
export interface ImportStatement {
  readonly from: string;
  readonly line: number;
  /** As written: `./shape.js`, `node:fs`, `ndarray`. */
  readonly specifier: string;
  /** Path of the imported file, or the package's name. */
  readonly target: string;
  /** Erased by the compiler. `import { type A }` is not: it still runs the module. */
  readonly typeOnly: boolean;
  /** `import()`, which runs when the line is reached. */
  readonly dynamic: boolean;
}

/** A layer of the code base. A file belongs to the first layer whose pattern matches its path. */
interface Layer {
  readonly name: string;
  readonly holds: RegExp;
  /** Paths of the files that it may import. */
  readonly knows: RegExp;
  /** Packages that it may import; `node:` stands for all of Node's modules. */
  readonly packages?: readonly string[];
  /**
   * Whether `node:` modules may only be imported with `import()`, so that a browser can load the
   * file.
   */
  readonly nodeOnDemand?: boolean;
}

const KERNELS = String.raw`kernels/(?!simd/)`;
const ENGINE = String.raw`src/engine/`;

// The order matters: exceptions precede the layer that they are an exception to.
const LAYERS: readonly Layer[] = [
  { name: 'kernels/simd', holds: /^kernels\/simd\//, knows: /^kernels\/simd\// },
  { name: 'kernels', holds: /^kernels\//, knows: RegExp(`^${KERNELS}`) },
  {
    name: 'gpu backend',
    holds: /^src\/engine\/backends\/gpu\.ts$/,
    knows: RegExp(`^(${KERNELS}|${ENGINE})`),
    packages: ['gpu.js', 'node:'],
    nodeOnDemand: true,
  },
  {
    name: 'backends',
    holds: /^src\/engine\/backends\//,
    knows: RegExp(`^(${KERNELS}|${ENGINE}|#simd/)`),
    packages: ['node:'],
    nodeOnDemand: true,
  },
  {
    name: 'engine',
    holds: /^src\/engine\//,
    knows: RegExp(`^(${KERNELS}|${ENGINE})`),
    packages: ['ndarray'],
  },
  { name: 'nn', holds: /^src\/nn\//, knows: RegExp(`^(${KERNELS}|${ENGINE}|src/nn/)`) },
  {
    name: 'data (file readers)',
    holds: /^src\/data\/emnist\/(readEmnist|idxFile)\.ts$/,
    knows: /^src\/(data\/|engine\/(rng|shape|errors)\.ts$)/,
    packages: ['ndarray', 'node:'],
    nodeOnDemand: true,
  },
  {
    name: 'data',
    holds: /^src\/data\//,
    knows: /^src\/(data\/|engine\/(rng|shape|errors)\.ts$)/,
    packages: ['ndarray'],
  },
  {
    name: 'command line',
    holds: /^src\/app\/(cli\.ts$|commands\/)/,
    knows: /^src\//,
    packages: ['yargs', 'ndarray', 'fast-png', 'node:'],
  },
  {
    name: 'browser storage of the pages',
    holds: /^src\/app\/web\/teaching\/correctionStore\.ts$/,
    knows: /^src\//,
    packages: ['idb'],
  },
  {
    name: 'service worker',
    holds: /^src\/app\/web\/offline\/serviceWorker\.ts$/,
    knows: /^$/,
    packages: ['workbox-precaching'],
  },
  {
    name: 'training curves',
    holds: /^src\/app\/web\/training\/curves\.ts$/,
    knows: /^src\//,
    packages: ['uplot'],
  },
  // Pages run in a browser: no Node modules, and no packages except those of the engine.
  { name: 'pages', holds: /^src\/app\/web\//, knows: /^src\// },
  {
    name: 'formats',
    holds: /^src\/app\/formats\//,
    knows: /^src\/(app\/formats\/|nn\/|engine\/(shape|errors)\.ts$)/,
    packages: ['@zip.js/zip.js', 'protobufjs'],
  },
  {
    name: 'explore',
    holds: /^src\/app\/explore\//,
    knows: /^src\//,
    packages: ['ml-matrix', 'umap-js'],
  },
  {
    name: 'archive reader',
    holds: /^src\/app\/fetch\/zipDirectory\.ts$/,
    knows: /^src\//,
    packages: ['@zip.js/zip.js', 'node:'],
  },
  {
    name: 'app',
    holds: /^src\/app\//,
    knows: /^src\//,
    packages: ['ndarray', 'fast-png', 'jpeg-js', 'node:'],
  },
  { name: 'public API', holds: /^src\/index\.ts$/, knows: /^src\/(engine|nn|data)\// },
];

/** Cache of `readImports` by path: several rules read all files, and parsing is slow. */
const parsed = new Map<string, { readonly source: string; readonly imports: ImportStatement[] }>();

/** All imports of one file. */
export function readImports(from: string, source: string): readonly ImportStatement[] {
  const known = parsed.get(from);
  if (known?.source === source) return known.imports;
  const imports = parseImports(from, source);
  parsed.set(from, { source, imports });
  return imports;
}

function parseImports(from: string, source: string): ImportStatement[] {
  const { ParseNone } = ts.JSDocParsingMode; // imports in comments do not count
  const options = { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: ParseNone };
  const file = ts.createSourceFile(from, source, options);
  const found: ImportStatement[] = [];
  const add = (node: ts.Expression, typeOnly: boolean, dynamic = false): void => {
    if (!ts.isStringLiteralLike(node)) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const specifier = node.text;
    found.push({
      from,
      line,
      specifier,
      target: resolveTarget(from, specifier),
      typeOnly,
      dynamic,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, true);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function resolveTarget(from: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    return path.posix.join(path.posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  }
  if (specifier.startsWith('node:') || specifier.startsWith('#')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The error for one import, or null if it is allowed. */
function judge(statement: ImportStatement): string | null {
  const { from, line, specifier, target, typeOnly, dynamic } = statement;
  const layer = LAYERS.find(({ holds }) => holds.test(from));
  if (layer === undefined) return `${from}: belongs to no layer`;
  if (layer.knows.test(target)) return null;
  const isNode = target.startsWith('node:');
  const allowed = (layer.packages ?? []).includes(isNode ? 'node:' : target);
  if (!allowed) return `${from}:${line}: ${layer.name} must not import ${specifier}`;
  if (isNode && layer.nodeOnDemand === true && !dynamic && !typeOnly) {
    return `${from}:${line}: ${layer.name} must import ${specifier} on demand, with import()`;
  }
  return null;
}

/** An error message for each import that the layers forbid. */
export function forbiddenImports(sources: Sources): string[] {
  return [...sources].flatMap(([from, source]) =>
    readImports(from, source)
      .map(judge)
      .filter((sentence) => sentence !== null),
  );
}

/**
 * Import cycles: groups of files that import each other, each sorted; empty if there are none.
 *
 * @param includeTypes whether type-only imports count, which have no effect at run time
 */
export function importCycles(sources: Sources, includeTypes: boolean): string[][] {
  const edges = new Map<string, string[]>();
  for (const [from, source] of sources) {
    const counted = readImports(from, source).filter(({ typeOnly }) => includeTypes || !typeOnly);
    edges.set(
      from,
      counted.map(({ target }) => target).filter((target) => sources.has(target)),
    );
  }
  const reach = new Map<string, Set<string>>();
  for (const start of sources.keys()) {
    const seen = new Set<string>();
    const unvisited = [...edges.get(start)!];
    for (let next = unvisited.pop(); next !== undefined; next = unvisited.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      unvisited.push(...edges.get(next)!);
    }
    reach.set(start, seen);
  }
  // Two files are in one group if each reaches the other. A single file is a group if it reaches
  // itself.
  const groups = new Map<string, string[]>();
  for (const [start, seen] of reach) {
    if (!seen.has(start)) continue;
    const group = [...seen].filter((other) => reach.get(other)!.has(start)).sort();
    groups.set(group.join(), group);
  }
  return [...groups.values()];
}
