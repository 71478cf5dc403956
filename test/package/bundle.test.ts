// Size of a minified bundle that uses little of the package: unused modules, ops and kernels are
// dropped.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle } from './bundle.js';
import { installPackage, type Consumer } from './support.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
});
afterAll(() => consumer.remove());

it('tensor and add from inkgrad/engine take less than 30 kB', async () => {
  consumer.write(
    'small.js',
    "import { add, tensor } from 'inkgrad/engine';\n" +
      'globalThis.result = add(tensor([1]), tensor([2])).data();\n',
  );
  const chunks = await bundle(consumer.folder, 'small.js', join(consumer.folder, 'out'));
  expect(chunks.length).toBe(1);
  expect(chunks[0].code.length).toBeLessThan(30_000);
  expect(chunks[0].code.length).toBeGreaterThan(10_000); // the engine is in it
  expect(chunks[0].code).not.toMatch(/Winograd|conv2d/);
});
