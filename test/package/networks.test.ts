// The programs of test/networks in an empty project with the packed package: they compile under
// strict settings, and the losses of their ten steps are PyTorch's.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NETWORKS } from '../networks/networks.js';
import { checkLosses, FIXTURE } from '../networks/support.js';
import { installPackage, type Consumer } from './support.js';
import { compile } from './types.js';

const run = promisify(execFile);
const PROGRAMS = new URL('../networks/', import.meta.url);

/** Trains all networks on wasm and prints their losses as JSON; the argument is the fixture. */
const MAIN = `
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createWasmBackend, useBackend } from 'inkgrad';
import { decodeFixture } from './fixture.js';
import { NETWORKS } from './networks.js';

const backend = await createWasmBackend({ threads: 2 });
useBackend(backend);
const losses = {};
for (const [name, { weights, data }] of decodeFixture(gunzipSync(readFileSync(process.argv[2])))) {
  losses[name] = await NETWORKS[name](weights, data);
}
await backend.dispose();
console.log(JSON.stringify(losses));
`;

let consumer: Consumer;
beforeAll(() => {
  consumer = installPackage();
});
afterAll(() => consumer.remove());

it('six networks compile in a strict project and have the losses of PyTorch', async () => {
  const files = readdirSync(PROGRAMS)
    .filter((name) => name.endsWith('.ts') && !/^support|\.test\./.test(name))
    .map((name) =>
      consumer.write(
        name,
        readFileSync(new URL(name, PROGRAMS), 'utf8')
          .replaceAll("'../../src/index.js'", "'inkgrad'")
          .replaceAll("'../../src/data/index.js'", "'inkgrad/data'"),
      ),
    );
  expect(compile(files, 'NodeNext', consumer.folder)).toEqual([]);
  consumer.write('main.js', MAIN);
  const { stdout } = await run(process.execPath, ['main.js', fileURLToPath(FIXTURE)], {
    cwd: consumer.folder,
  });
  const losses = JSON.parse(stdout) as Record<string, Record<string, number[]>>;
  expect(Object.keys(losses).sort()).toEqual(Object.keys(NETWORKS).sort());
  for (const [name, values] of Object.entries(losses)) checkLosses(name, values);
});
