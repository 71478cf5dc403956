// Size of a minified bundle that uses little of the package: unused modules, ops and kernels are
// dropped.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from './bundle.js';
import { installPackage, type Consumer } from './support.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
});
afterAll(() => consumer.remove());

/** Bundles a program of one chunk and returns its code. */
async function codeOf(name: string, program: string): Promise<string> {
  consumer.write(name, program);
  const chunks = await bundle(consumer.folder, name, join(consumer.folder, 'out'));
  expect(chunks.length).toBe(1);
  return chunks[0].code;
}

it('tensor and add from inkgrad/engine take less than 30 kB', async () => {
  const code = await codeOf(
    'small.js',
    "import { add, tensor } from 'inkgrad/engine';\n" +
      'globalThis.result = add(tensor([1]), tensor([2])).data();\n',
  );
  expect(code.length).toBeLessThan(30_000);
  expect(code.length).toBeGreaterThan(10_000); // the engine is in it
  expect(code).not.toMatch(/Winograd|conv2d|softmax/);
});

/** The package's sources, which the page with the course bundles. */
const SOURCES = JSON.stringify(fileURLToPath(new URL('../../src/index.ts', import.meta.url)));

it.each([
  ['inkgrad', "import { tensor } from 'inkgrad';\n"],
  ['inkgrad/methods', "import { tensor } from 'inkgrad/engine';\nimport 'inkgrad/methods';\n"],
  ['the sources', `import { tensor } from ${SOURCES};\n`],
])('a bundle with %s has the methods, without the layers', async (_, imports) => {
  const code = await codeOf('methods.js', `${imports}globalThis.result = tensor([1]).softmax();\n`);
  expect(code).toMatch(/logSoftmax/);
  expect(code).not.toMatch(/Winograd|conv2d|running_mean/);
});
