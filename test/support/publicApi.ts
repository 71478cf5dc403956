// Reads the public API with the TypeScript compiler: the exports of every entry point in
// package.json, with the declaration of each.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = new URL('../../', import.meta.url);

/** One name that an entry point exports. */
export interface PublicExport {
  readonly name: string;
  /** `function`, `class`, `const`, `interface` or `type`. */
  readonly kind: string;
  /** True for interfaces, types, and classes that are exported as types only. */
  readonly isType: boolean;
  readonly declaration: ts.Declaration;
  /** Path of the file that declares it, from the root of the repository. */
  readonly file: string;
}

interface PackageExport {
  readonly types: string;
  readonly default: string;
}

/** Path of the source of every entry point, by the name that a user imports: `inkgrad/nn`. */
export function entryPoints(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8');
  const { exports } = JSON.parse(text) as { exports: Record<string, PackageExport | string> };
  return new Map(
    Object.entries(exports)
      .filter((entry): entry is [string, PackageExport] => typeof entry[1] === 'object')
      .map(([path, target]) => [
        `inkgrad${path.slice(1)}`,
        target.default.replace('./dist/', '').replace(/\.js$/, '.ts'),
      ]),
  );
}

const KINDS: readonly [(node: ts.Node) => boolean, string][] = [
  [ts.isFunctionDeclaration, 'function'],
  [ts.isClassDeclaration, 'class'],
  [ts.isVariableDeclaration, 'const'],
  [ts.isInterfaceDeclaration, 'interface'],
  [ts.isTypeAliasDeclaration, 'type'],
];

/** The exports of every entry point, sorted by name. */
export function publicExports(): ReadonlyMap<string, readonly PublicExport[]> {
  const configFile = fileURLToPath(new URL('tsconfig.json', ROOT));
  const { config } = ts.readConfigFile(configFile, (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    config.compilerOptions,
    fileURLToPath(ROOT),
  );
  const sources = [...entryPoints()].map(
    ([name, path]) => [name, fileURLToPath(new URL(path, ROOT))] as const,
  );
  const program = ts.createProgram(
    sources.map(([, path]) => path),
    options,
  );
  const checker = program.getTypeChecker();
  return new Map(
    sources.map(([name, path]) => {
      const file = program.getSourceFile(path);
      const symbol = file && checker.getSymbolAtLocation(file);
      if (!symbol) throw new Error(`${name}: ${path} is not a module`);
      const exports = checker.getExportsOfModule(symbol).map((one) => describeExport(one, checker));
      return [name, exports.sort((a, b) => (a.name < b.name ? -1 : 1))];
    }),
  );
}

function describeExport(exported: ts.Symbol, checker: ts.TypeChecker): PublicExport {
  const isAlias = (exported.flags & ts.SymbolFlags.Alias) !== 0;
  const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
  const [declaration] = symbol.declarations!;
  const [, kind] = KINDS.find(([matches]) => matches(declaration))!;
  const file = declaration.getSourceFile().fileName.slice(fileURLToPath(ROOT).length);
  const typeOnly = (exported.declarations ?? []).some(
    (one) => ts.isExportSpecifier(one) && ts.isTypeOnlyExportDeclaration(one),
  );
  const isType = typeOnly || kind === 'interface' || kind === 'type';
  return { name: exported.name, kind, isType, declaration, file };
}

/** The doc comment of a declaration, as text; empty if it has none. */
export function docComment({ declaration }: PublicExport): string {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.map((comment) => comment.getText()).join('\n');
}
