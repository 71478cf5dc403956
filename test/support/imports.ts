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
  readonly pattern: RegExp;
  /** Paths of the files that it may import. */
  readonly allowedFiles: RegExp;
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
  { name: 'kernels/simd', pattern: /^kernels\/simd\//, allowedFiles: /^kernels\/simd\// },
  { name: 'kernels', pattern: /^kernels\//, allowedFiles: RegExp(`^${KERNELS}`) },
  {
    name: 'gpu backend',
    pattern: /^src\/engine\/backends\/gpu\.ts$/,
    allowedFiles: RegExp(`^(${KERNELS}|${ENGINE})`),
    packages: ['gpu.js', 'node:'],
    nodeOnDemand: true,
  },
  {
    name: 'backends',
    pattern: /^src\/engine\/backends\//,
    allowedFiles: RegExp(`^(${KERNELS}|${ENGINE}|#simd/)`),
    packages: ['node:'],
    nodeOnDemand: true,
  },
  {
    name: 'engine',
    pattern: /^src\/engine\//,
    allowedFiles: RegExp(`^(${KERNELS}|${ENGINE})`),
    packages: ['ndarray'],
  },
  { name: 'nn', pattern: /^src\/nn\//, allowedFiles: RegExp(`^(${KERNELS}|${ENGINE}|src/nn/)`) },
  {
    name: 'data (file readers)',
    pattern: /^src\/data\/emnist\/(readEmnist|idxFile)\.ts$/,
    allowedFiles: /^src\/(data\/|engine\/(rng|shape|errors|options)\.ts$)/,
    packages: ['node:'],
    nodeOnDemand: true,
  },
  {
    name: 'data',
    pattern: /^src\/data\//,
    allowedFiles: /^src\/(data\/|engine\/(rng|shape|errors|options)\.ts$)/,
  },
  {
    name: 'command line',
    pattern: /^src\/app\/(cli\.ts$|commands\/)/,
    allowedFiles: /^src\//,
    packages: ['yargs', 'ndarray', 'fast-png', 'node:'],
  },
  {
    name: 'browser storage of the pages',
    pattern: /^src\/app\/web\/(teaching\/correctionStore|training\/runStore)\.ts$/,
    allowedFiles: /^src\//,
    packages: ['idb'],
  },
  {
    name: 'service worker',
    pattern: /^src\/app\/web\/offline\/serviceWorker\.ts$/,
    allowedFiles: /^$/,
    packages: ['workbox-precaching'],
  },
  {
    name: 'training curves',
    pattern: /^src\/app\/web\/training\/curves\.ts$/,
    allowedFiles: /^src\//,
    packages: ['uplot'],
  },
  {
    name: 'editor of the course',
    pattern: /^src\/app\/web\/learn\/editor\.ts$/,
    allowedFiles: /^src\//,
    packages: [
      '@codemirror/commands',
      '@codemirror/lang-javascript',
      '@codemirror/language',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
    ],
  },
  {
    name: 'line charts of the course',
    pattern: /^src\/app\/web\/learn\/lineChart\.ts$/,
    allowedFiles: /^src\//,
    packages: ['uplot'],
  },
  {
    name: 'sandbox of the course',
    pattern: /^src\/app\/web\/learn\/sandbox\.ts$/,
    allowedFiles: /^src\//,
    packages: ['virtual:cell-runtime'],
  },
  // Pages run in a browser: no Node modules, and no packages except those of the engine.
  { name: 'pages', pattern: /^src\/app\/web\//, allowedFiles: /^src\// },
  {
    name: 'formats',
    pattern: /^src\/app\/formats\//,
    allowedFiles: /^src\/(app\/formats\/|nn\/|engine\/(shape|errors)\.ts$)/,
    packages: ['@zip.js/zip.js', 'protobufjs'],
  },
  {
    name: 'data set formats',
    pattern: /^src\/app\/datasets\/formats\//,
    allowedFiles:
      /^src\/(app\/datasets\/formats\/|data\/|nn\/saving\/|engine\/(shape|errors)\.ts$)/,
    packages: ['@zip.js/zip.js', 'papaparse'],
  },
  {
    name: 'explore',
    pattern: /^src\/app\/explore\//,
    allowedFiles: /^src\//,
    packages: ['ml-matrix', 'umap-js'],
  },
  {
    name: 'archive reader',
    pattern: /^src\/app\/fetch\/zipDirectory\.ts$/,
    allowedFiles: /^src\//,
    packages: ['@zip.js/zip.js', 'node:'],
  },
  // `inkgrad/character` and `inkgrad/export`, which run in a browser too; the other files belong to
  // `inkgrad/node`.
  {
    name: 'character library',
    pattern: /^src\/app\/library\/(?!node|files|emnist)/,
    allowedFiles: /^src\//,
    packages: ['node:'],
    nodeOnDemand: true,
  },
  {
    name: 'course',
    pattern: /^src\/app\/course\/(chapter|compileCell|modules)\.ts$/,
    allowedFiles: /^src\//,
    packages: ['marked', 'acorn', 'gpu.js'],
  },
  {
    name: 'app',
    pattern: /^src\/app\//,
    allowedFiles: /^src\//,
    packages: ['ndarray', 'fast-png', 'jpeg-js', 'node:'],
  },
  { name: 'public API', pattern: /^src\/index\.ts$/, allowedFiles: /^src\/(engine|nn|data)\// },
  // The file that contains the whole algorithm imports nothing.
  { name: 'minimal example', pattern: /^examples\/minimal\.ts$/, allowedFiles: /^$/ },
  {
    name: 'examples',
    pattern: /^examples\//,
    allowedFiles: /^examples\/support\//,
    packages: ['inkgrad', 'node:'],
  },
];

/** Cache of `readImports` by path: several rules read all files, and parsing is slow. */
const parsed = new Map<string, { readonly source: string; readonly imports: ImportStatement[] }>();

/** All imports of one file. */
export function readImports(from: string, source: string): readonly ImportStatement[] {
  const cached = parsed.get(from);
  if (cached?.source === source) return cached.imports;
  const imports = parseImports(from, source);
  parsed.set(from, { source, imports });
  return imports;
}

function parseImports(from: string, source: string): ImportStatement[] {
  const { ParseNone } = ts.JSDocParsingMode; // imports in comments do not count
  const options = { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: ParseNone };
  const file = ts.createSourceFile(from, source, options);
  const statements: ImportStatement[] = [];
  const add = (node: ts.Expression, typeOnly: boolean, dynamic = false): void => {
    if (!ts.isStringLiteralLike(node)) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    const specifier = node.text;
    statements.push({
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
  return statements;
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
function checkImport(statement: ImportStatement): string | null {
  const { from, line, specifier, target, typeOnly, dynamic } = statement;
  const layer = LAYERS.find(({ pattern: holds }) => holds.test(from));
  if (layer === undefined) return `${from}: belongs to no layer`;
  if (layer.allowedFiles.test(target)) return null;
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
      .map(checkImport)
      .filter((message) => message !== null),
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
    const included = readImports(from, source).filter(({ typeOnly }) => includeTypes || !typeOnly);
    edges.set(
      from,
      included.map(({ target }) => target).filter((target) => sources.has(target)),
    );
  }
  const reachable = new Map<string, Set<string>>();
  for (const start of sources.keys()) {
    const seen = new Set<string>();
    const unvisited = [...edges.get(start)!];
    for (let next = unvisited.pop(); next !== undefined; next = unvisited.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      unvisited.push(...edges.get(next)!);
    }
    reachable.set(start, seen);
  }
  // Two files are in one group if each reaches the other. A single file is a group if it reaches
  // itself.
  const groups = new Map<string, string[]>();
  for (const [start, seen] of reachable) {
    if (!seen.has(start)) continue;
    const group = [...seen].filter((other) => reachable.get(other)!.has(start)).sort();
    groups.set(group.join(), group);
  }
  return [...groups.values()];
}
