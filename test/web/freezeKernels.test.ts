// Tests that the build keeps the text of every kernel: the plugin on small sources, and all kernels
// in a minified build.

import { fileURLToPath } from 'node:url';
import { build, parseSync, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { allKernels } from '../support/kernels.js';
import { lintKernel } from '../support/kernelSubset.js';
import { freezeKernels } from '../../scripts/freezeKernels.js';
import { freezeKernelText } from '../../scripts/freezeKernelText.js';

describe('freezeKernelText', () => {
  const formula = `function (x) {
  // a "quoted" word
  return Math.max(x[this.thread.x], 0);
}`;
  const declaration = (name: string): string => `${name}('relu', ['x'], [], ${formula})`;

  it('adds the text after the function and changes nothing else', () => {
    const before = `import { kernel } from './kernel.js';\nexport const relu = ${declaration('kernel')};\nlet after;`;
    const after = freezeKernelText(before)!;
    expect(after).toBe(before.replace(formula, () => `${formula}, ${JSON.stringify(formula)}`));
    expect(after.split('\n').length).toBe(before.split('\n').length);
  });

  it('identifies the declaring function by its module, under any name', () => {
    const renamed = `import { kernel as k, kernel4 } from "../kernel.js"; k('a', [], [], function () { return 1; }); `;
    expect(freezeKernelText(`${renamed} kernel4('b', [], [], function () { return 2; });`)).toBe(
      `import { kernel as k, kernel4 } from "../kernel.js"; ` +
        `k('a', [], [], function () { return 1; }, "function () { return 1; }");  ` +
        `kernel4('b', [], [], function () { return 2; }, "function () { return 2; }");`,
    );
    expect(
      freezeKernelText(`import { kernel } from './other.js'; ${declaration('kernel')};`),
    ).toBeNull();
    expect(
      freezeKernelText(`import { kernel } from './kernel.js'; ${declaration('other')};`),
    ).toBeNull();
  });

  it('does not change a declaration that has its text', () => {
    const frozen = freezeKernelText(
      `import { kernel } from './kernel.js'; ${declaration('kernel')};`,
    )!;
    expect(freezeKernelText(frozen)).toBeNull();
  });
});

interface BuiltKernel {
  readonly source: string;
  readonly body: { toString(): string };
}

/** All kernels of a minified build, by name. */
async function minifiedKernels(
  plugins: ReturnType<typeof freezeKernels>[],
): Promise<Map<string, BuiltKernel>> {
  const output = (await build({
    configFile: false,
    logLevel: 'silent',
    plugins,
    build: {
      write: false,
      minify: 'oxc',
      target: 'es2022',
      lib: {
        entry: fileURLToPath(new URL('../../kernels/index.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'kernels',
      },
      // Vite keeps the white space of a library; an application, as here, is fully minified.
      rolldownOptions: { output: { minify: true } },
    },
  })) as Rolldown.RolldownOutput[];
  const [{ code }] = output[0].output;
  const families = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<
    string,
    Record<string, BuiltKernel>
  >;
  return new Map(Object.values(families).flatMap((family) => Object.entries(family)));
}

/**
 * The syntax tree of a text, without positions, spelling of numbers, comments and empty statements.
 */
function meaning(text: string): string {
  const isStatement = (node: { type?: string }): boolean => node.type !== 'EmptyStatement';
  return JSON.stringify(parseSync('formula.js', `(${text})`).program, (key, value: unknown) => {
    if (['start', 'end', 'raw'].includes(key)) return undefined;
    return Array.isArray(value) ? value.filter(isStatement) : value;
  });
}

describe('a minified build', () => {
  let frozen: Map<string, BuiltKernel>;
  beforeAll(async () => {
    frozen = await minifiedKernels([freezeKernels()]);
  });

  it.each(allKernels.map(({ kernel }) => [kernel.name, kernel] as const))(
    'keeps the text of %s, which is within the subset',
    (name, { source, inputs, scalars }) => {
      const built = frozen.get(name)!;
      expect(meaning(built.source)).toBe(meaning(source));
      expect(lintKernel({ text: built.source, inputs, scalars })).toEqual([]);
    },
  );

  it('needs the plugin: without it the minified text of many kernels is outside the subset', async () => {
    const bare = await minifiedKernels([]);
    const broken = allKernels.filter(({ kernel: { name, inputs, scalars } }) => {
      const { source, body } = bare.get(name)!;
      expect(source).toBe(body.toString()); // no other text is stored
      expect(source).not.toBe(frozen.get(name)!.source);
      expect(frozen.get(name)!.body.toString()).toBe(source); // the function itself is minified
      return lintKernel({ text: source, inputs, scalars }).length > 0;
    });
    expect(broken.length).toBeGreaterThan(allKernels.length / 4);
  });
});
