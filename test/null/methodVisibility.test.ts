// Who sees the methods of Tensor: programs that import `inkgrad` or `inkgrad/methods`, at run time
// and in types. The package itself does not use them, because `inkgrad/engine` does not load them.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { tensorMethods } from '../../src/engine/methods.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const names = Object.keys(tensorMethods).sort();

/** Names that a fresh process finds on the prototype of Tensor after these imports. */
function prototypeAfter(...imports: string[]): string[] {
  const code = `
    for (const name of ${JSON.stringify(imports)}) await import(name);
    const { Tensor } = await import('inkgrad/engine');
    console.log(JSON.stringify(Object.getOwnPropertyNames(Tensor.prototype)));`;
  const flags = ['--input-type=module', '--eval', code];
  return JSON.parse(execFileSync(process.execPath, flags, { cwd: ROOT }).toString()) as string[];
}

describe('at run time', () => {
  it('inkgrad/engine and inkgrad/nn define none of them, nor any member with such a name', () => {
    expect(prototypeAfter('inkgrad/nn').filter((name) => names.includes(name))).toEqual([]);
  });

  it.each(['inkgrad', 'inkgrad/methods'])('%s defines all', (entry) => {
    expect(prototypeAfter(entry)).toEqual(expect.arrayContaining(names));
  });
});

/** Places of the product that call a method of a tensor, which only a program with methods has. */
function callsInProduct(options: ts.CompilerOptions): string[] {
  const paths = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${ROOT}src/${path}`);
  const program = ts.createProgram(paths, options);
  const checker = program.getTypeChecker();
  const calls: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && names.includes(node.name.text)) {
      const type = checker.getTypeAtLocation(node.expression);
      if (checker.getPropertyOfType(type, 'requiresGrad') !== undefined) calls.push(node.getText());
    }
    ts.forEachChild(node, visit);
  };
  for (const path of paths) visit(program.getSourceFile(path)!);
  return calls;
}

describe('in types', () => {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);

  /** Type errors of a file of the package with the given text. */
  function errorsOf(text: string): string[] {
    const added = `${ROOT}src/added.ts`;
    const host = ts.createCompilerHost(options);
    const getSourceFile = host.getSourceFile.bind(host);
    host.getSourceFile = (path, ...rest) =>
      path === added
        ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
        : getSourceFile(path, ...rest);
    const program = ts.createProgram([added], options, host);
    return program
      .getSemanticDiagnostics(program.getSourceFile(added))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }

  const use = 'export const y: number = x.add(1).shape.length;';

  it('a program without them does not compile', () => {
    const text = `import { ones } from './engine/index.js'; import './nn/index.js'; const x = ones([2]); ${use}`;
    expect(errorsOf(text)).toEqual(["Property 'add' does not exist on type 'Tensor'."]);
  });

  it('the package calls none', () => {
    expect(callsInProduct(options)).toEqual([]);
  });

  it.each([
    "import { ones } from './index.js';",
    "import { ones } from './engine/index.js'; import './engine/methods.js';",
  ])('a program with them compiles: %s', (imports) => {
    expect(errorsOf(`${imports} const x = ones([2]); ${use}`)).toEqual([]);
  });
});
