// The networks of bench/networks.ts: sizes, and agreement with PyTorch from the files of the workload.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../../bench/compare/child.js';
import type { Sample } from '../../bench/compare/rounds.js';
import { NETWORK_NAMES } from '../../bench/networks/index.js';
import { differenceOf, type CheckReply } from '../../bench/networks/protocol.js';
import { networkTable } from '../../bench/networks/report.js';
import { Session } from '../../bench/networks/session.js';
import { readWorkload, writeWorkload } from '../../bench/networks/workload.js';
import { reference32, wasm, withFreshBackend } from '../support/backends.js';
import { readImports } from '../support/imports.js';
import { torchMissing, torchPython } from '../support/python.js';
import { skipNote } from '../support/skipping.js';

/** Fixed, so that results of different versions are comparable. */
const PARAMETERS = {
  mlp: 4547,
  charLstm: 93_409,
  gpt: 108_352,
  autoencoder: 9569,
  resnet8: 78_042,
  gan: 9795,
};

const FOLDER = new URL('../../bench/networks/', import.meta.url);

describe('the networks', () => {
  let folder: string;
  const checks = new Map<string, CheckReply>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'inkgrad-networks-'));
    await withFreshBackend(reference32.make, () => writeWorkload(folder));
    await withFreshBackend(wasm(1).make, async () => {
      for (const name of NETWORK_NAMES) {
        const session = new Session(name, readWorkload(name, folder));
        checks.set(name, await session.check());
        session.dispose();
      }
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('have the sizes of the issue, and finite losses', () => {
    for (const [name, { parameters, losses }] of checks) {
      expect(parameters, name).toBe(PARAMETERS[name as keyof typeof PARAMETERS]);
      expect(losses.flat().every(Number.isFinite), name).toBe(true);
    }
  });

  it.skipIf(torchPython === null)(
    `have the losses of PyTorch${skipNote(torchMissing)}`,
    async () => {
      const script = fileURLToPath(new URL('pytorch.py', FOLDER));
      const child = await Child.start({ command: [torchPython!, script, folder] });
      expect(child.ready.tasks).toEqual(NETWORK_NAMES);
      // Its oneDNN computes wrong input gradients for some convolutions with few channels.
      const isWrong = child.ready.versions.torch.startsWith('2.6');
      for (const name of NETWORK_NAMES) {
        const expected = await child.ask<CheckReply>({ cmd: 'check', task: name });
        if (name === 'autoencoder' && isWrong) continue;
        expect(differenceOf(checks.get(name)!, expected), name).toBeNull();
      }
      await child.stop();
    },
  );
});

it.each(NETWORK_NAMES)('%s.ts imports only the public package', (name) => {
  const path = `bench/networks/${name}.ts`;
  const imports = readImports(path, readFileSync(new URL(`${name}.ts`, FOLDER), 'utf8'));
  expect(imports.map(({ target }) => target).sort()).toEqual([
    'bench/networks/program.ts',
    'src/index.ts',
  ]);
});

it('every network has a program in both languages', () => {
  const files = readdirSync(FOLDER);
  for (const name of NETWORK_NAMES) expect(files).toEqual(expect.arrayContaining([`${name}.py`]));
});

it('another number of parameters or another loss is reported', () => {
  const reply = (parameters: number, loss: number): CheckReply => ({
    parameters,
    losses: [[loss]],
  });
  expect(differenceOf(reply(3, 1), reply(3, 1.00001))).toBeNull();
  expect(differenceOf(reply(4, 1), reply(3, 1))).toBe('4 parameters, expected 3');
  expect(differenceOf(reply(3, 1.01), reply(3, 1))).toMatch(/^the loss of step 1 is 1.01/);
  expect(differenceOf(reply(3, NaN), reply(3, 1))).toMatch(/^the loss of step 1 is NaN/);
});

it('the table compares rounds with the same round', () => {
  const sample = (contender: string, round: number, milliseconds: number): Sample => ({
    task: 'mlp',
    round,
    contender,
    steps: 1,
    seconds: 1,
    examplesPerSecond: 1,
    milliseconds,
    disturbance: 0,
  });
  const table = networkTable([
    sample('inkgrad-node24', 0, 2),
    sample('pytorch', 0, 4),
    sample('inkgrad-node24', 1, 20),
    sample('pytorch', 1, 20),
  ]);
  expect(table.split('\n').at(-1)).toMatch(
    /^mlp +inkgrad-node24 \/ pytorch +11\.0 +12\.0 +1\.50 +1\.00 - 2\.00$/,
  );
});
