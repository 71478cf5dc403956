// The text of docs/ops.md: one row per public op, from its doc comment and from running its
// samples.

import ts from 'typescript';
import type { Backend } from '../../src/engine/backend.js';
import { overrideOf } from '../../src/engine/backends/wasm/overrides.js';
import { createWasmBackend } from '../../src/engine/index.js';
import { format } from '../../src/engine/shape.js';
import { compute, type Computation, type Results } from '../../src/app/check/computation.js';
import { allComputations } from '../../src/app/check/computations.js';
import { allKernels } from './kernels.js';
import { docComment, publicExports, type PublicExport } from './publicApi.js';
import { recording } from './recording.js';

const SEED = 1;

const INTRODUCTION = `# Ops

Generated from the source by \`npx vitest run test/null/opsDocument.test.ts -u\`. The doc comment of
each function states shapes, defaults and errors, with an example.

- **shapes**: those of one sample, inputs and output.
- **gradient**: the tensors that receive one.
- **wasm**: \`SIMD\` if every kernel of forward and backward has a SIMD version (or none is needed),
  otherwise the kernels that run in a JavaScript loop.
- **gpu** compiles every kernel from its formula. **reference** runs it in a loop.
`;

/** One row of the table. */
interface Row {
  readonly name: string;
  readonly shapes: string;
  readonly gradient: string;
  readonly wasm: string;
  readonly torch: string;
}

/** The public functions of src/engine/ops, by file. */
function opsByFile(): Map<string, PublicExport[]> {
  const files = new Map<string, PublicExport[]>();
  for (const one of publicExports().get('inkgrad/engine')!) {
    const file = /^src\/engine\/ops\/(\w+)\.ts$/.exec(one.file)?.[1];
    if (file === undefined || one.kind !== 'function') continue;
    files.set(file, [...(files.get(file) ?? []), one]);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const belongsTo = (name: string, { title }: Computation): boolean =>
  title === name || title.startsWith(`${name}:`);

/** Names of the parameters that are tensors, in order. */
function tensorParameters({ declaration }: PublicExport): string[] {
  return (declaration as ts.FunctionDeclaration).parameters
    .filter(({ type }) => /Tensor|Operand/.test(type?.getText() ?? ''))
    .map(({ name }) => name.getText());
}

/** What the samples of one op show. */
async function describe(one: PublicExport, wasm: Backend): Promise<Row> {
  const computations = allComputations.filter((computation) => belongsTo(one.name, computation));
  if (computations.length === 0) throw new Error(`${one.name} has no samples in src/app/check`);
  const { backend, kernels } = recording(wasm);
  const results: Results[] = [];
  for (const computation of computations) results.push(await compute(backend, computation, SEED));
  const names = tensorParameters(one);
  // Some samples are of the op behind the function, which may have other inputs.
  const shown = computations.findIndex(({ inputs }) => inputs.length === names.length);
  const { inputs } = computations[Math.max(shown, 0)];
  const first = results[Math.max(shown, 0)];
  const output = [...first.keys()][0].replace('output ', '');
  const withGradient = [...first.keys()].flatMap((key) =>
    Array.from(key.matchAll(/^gradient of input (\d+)/g), ([, index]) => Number(index)),
  );
  const slow = allKernels
    .map(({ kernel }) => kernel)
    .filter((kernel) => kernels.has(kernel.name) && overrideOf(kernel) === undefined)
    .map(({ name }) => `\`${name}\``);
  const [, torch = '-'] = /generated\/(torch\.[\w.]+)\.html/.exec(docComment(one)) ?? [];
  return {
    name: `\`${one.name}\``,
    shapes: `${inputs.map(({ shape }) => format(shape)).join(' ')} -> ${output}`,
    gradient:
      withGradient.length === 0
        ? 'none'
        : [...new Set(withGradient.map((index) => names[Math.min(index, names.length - 1)]))].join(
            ', ',
          ),
    wasm: slow.length === 0 ? 'SIMD' : slow.join(' '),
    torch: torch === '-' ? torch : `\`${torch}\``,
  };
}

/** A Markdown table with columns aligned as by prettier. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** The document. */
export async function opsDocument(): Promise<string> {
  const wasm = await createWasmBackend({ threads: 1 });
  const sections: string[] = [INTRODUCTION];
  for (const [file, ops] of opsByFile()) {
    const rows: Row[] = [];
    for (const one of ops) rows.push(await describe(one, wasm));
    const cells = rows.map(({ name, shapes, gradient, wasm: simd, torch }) => [
      name,
      shapes,
      gradient,
      simd,
      torch,
    ]);
    const head = ['op', 'shapes', 'gradient', 'wasm', 'PyTorch'];
    sections.push(`## ${file}\n\n${table([head, ...cells])}\n`);
  }
  await wasm.dispose();
  return sections.join('\n');
}
