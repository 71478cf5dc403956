// Tests that a killed and resumed run ends bit-for-bit identical to an uninterrupted one, and which
// runs --resume rejects. Runs the built program.

import { readdirSync, readFileSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';
import { checkpointProgress, start, waitUntil } from './running.js';

const EPOCHS = 3;
/** 141 images in batches of 16: nine steps per epoch. */
const RECIPE = `train --limit 188 --val-fraction 0.25 --batch-size 16 --epochs ${EPOCHS} --seed 9 --lr 0.002`;

let folder: string;
let uninterrupted: Finished;
const at = (...names: string[]): string => join(folder, ...names);
const bytesOf = (run: string, file: string): Buffer => readFileSync(at(run, file));

/** The lines of metrics.jsonl without timings. */
function metricsOf(run: string): object[] {
  const lines = readFileSync(at(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => ({ ...(JSON.parse(line) as object), seconds: 0, imagesPerSecond: 0 }));
}

function expectSameEnd(run: string): void {
  for (const file of ['last.safetensors', 'best.safetensors']) {
    expect(bytesOf(run, file).equals(bytesOf('straight', file)), file).toBe(true);
  }
  expect(metricsOf(run)).toEqual(metricsOf('straight'));
  expect(readFileSync(at(run, 'metrics.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(
    1 + EPOCHS,
  );
  expect(readdirSync(at(run)).filter((name) => name.endsWith('.partial'))).toEqual([]);
}

beforeAll(async () => {
  folder = await makeFolder();
  uninterrupted = await inkgrad(folder, `${RECIPE} --json --out straight`, {
    INKGRAD_OFFLINE: '1',
  });
});
afterAll(() => rm(folder, { recursive: true }));

it('the uninterrupted run succeeds', () => {
  expect(uninterrupted.code, uninterrupted.stderr).toBe(0);
  expect(metricsOf('straight')).toHaveLength(EPOCHS);
});

describe('a run killed with SIGKILL', () => {
  it('in the middle of an epoch, twice, and resumed, ends with the same bytes', async () => {
    const last = at('killed', 'last.safetensors');
    const first = start(folder, `${RECIPE} --checkpoint-every 0 --out killed`);
    await waitUntil(first, last, ({ epoch, step }) => epoch === 0 && step >= 3);
    first.signal('SIGKILL');
    expect((await first.finished).code).toBeNull();
    expect(await checkpointProgress(last)).toMatchObject({ epoch: 0 });

    const second = start(folder, 'train --resume killed --checkpoint-every 0');
    await waitUntil(second, last, ({ epoch, step }) => epoch === 1 && step >= 2);
    second.signal('SIGKILL');
    expect((await second.finished).code).toBeNull();
    const progress = await checkpointProgress(last);
    expect(progress).toMatchObject({ epoch: 1 });
    expect(progress!.step, 'within an epoch').toBeGreaterThan(0);

    const third = await inkgrad(folder, 'train --resume killed --json');
    expect(third.code, third.stderr).toBe(0);
    expect(third.stderr).toContain(`resume    killed from epoch 2, step ${progress!.step}`);
    expect(jsonLines(third).map(({ epoch }) => epoch)).toEqual([2, 3, undefined]);
    expectSameEnd('killed');

    const { sittings } = JSON.parse(bytesOf('killed', 'config.json').toString()) as {
      sittings: unknown[];
    };
    expect(sittings).toMatchObject([
      { from: 'the beginning' },
      { from: expect.stringMatching(/^epoch 1, step \d$/) as string },
      { from: `epoch 2, step ${progress!.step}` },
    ]);
  });

  it('before its first checkpoint starts from the beginning', async () => {
    const first = start(folder, `${RECIPE} --out early`);
    await waitUntil(first, at('early', 'last.safetensors'), () => true);
    while (!readdirSync(at('early')).includes('metrics.csv'))
      await waitUntil(first, at('early', 'last.safetensors'), () => true);
    first.signal('SIGKILL');
    expect((await first.finished).code).toBeNull();
    const second = await inkgrad(folder, 'train --resume early');
    expect(second.code, second.stderr).toBe(0);
    expectSameEnd('early');
  });
});

describe('resuming', () => {
  it('with more epochs equals one run with that many epochs', async () => {
    const short = await inkgrad(folder, `${RECIPE} --epochs 1 --out longer`);
    expect(short.code, short.stderr).toBe(0);
    const more = await inkgrad(folder, `train --resume longer --epochs ${EPOCHS}`);
    expect(more.code, more.stderr).toBe(0);
    expectSameEnd('longer');
  });

  it('a finished run trains nothing and changes no weight', async () => {
    await cp(at('straight'), at('done'), { recursive: true });
    const { code, stdout } = await inkgrad(folder, 'train --resume done');
    expect(code).toBe(0);
    expect(stdout).toContain(`nothing to train: all ${EPOCHS} epochs are complete`);
    expectSameEnd('done');
  });

  it('accepts repeated options with the same value', async () => {
    await cp(at('straight'), at('same'), { recursive: true });
    expect(
      (await inkgrad(folder, 'train --resume same --seed 9 --batch-size 16 --lr 0.002')).code,
    ).toBe(0);
  });
});

describe('a run on the data of EMNIST_DIR', () => {
  it('remembers the folder', async () => {
    const part = { split: 'balanced', part: 'train' } as const;
    await writeEmnist(at('from-env'), drawn('balanced', 188, 'train'), part);
    const first = await inkgrad(
      folder,
      'train --val-fraction 0.25 --batch-size 16 --epochs 1 --out env',
      { EMNIST_DIR: 'from-env' },
    );
    expect(first.code, first.stderr).toBe(0);
    const more = await inkgrad(folder, 'train --resume env --epochs 2');
    expect(more.code, more.stderr).toBe(0);
    expect(more.stdout).toContain('data      EMNIST balanced train');
  });
});

// One after the other: each locks the run.
describe('--resume rejects', () => {
  /** Fails unless it was rejected without a stack trace and without changing the run. */
  async function expectError(
    run: string,
    options: string,
    code: number,
    message: RegExp,
  ): Promise<void> {
    const before = readdirSync(at(run)).map((name) => [
      name,
      bytesOf(run, name).toString('base64'),
    ]);
    const result = await inkgrad(folder, `train --resume ${run} ${options}`.trim());
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(result.code).toBe(code);
    expect(
      readdirSync(at(run)).map((name) => [name, bytesOf(run, name).toString('base64')]),
    ).toEqual(before);
  }

  it.each([
    [
      '--lr 0.1',
      /^inkgrad: --lr 0\.1 contradicts --resume straight, which was started with 0\.002; remove/,
    ],
    ['--seed 10', /--seed 10 contradicts/],
    ['--no-shuffle', /--shuffle false contradicts --resume straight, which was started with true/],
    ['--split letters', /--split letters contradicts/],
    ['--limit 189', /--limit 189 contradicts --resume straight, which was started with 188/],
    ['--init x', /--init x contradicts --resume straight, which was started without it/],
    ['--dropout 0', /--dropout 0 contradicts/],
    ['--val-on-test', /--val-on-test true contradicts/],
    ['--out other', /Arguments resume and out are mutually exclusive/],
    ['--lr-find', /Arguments resume and lr-find are mutually exclusive/],
  ])('%s', (options, message) => expectError('straight', options, 2, message));

  it('changed data, with code 3', async () => {
    const data = drawn('balanced', 188, 'train');
    const part = { split: 'balanced', part: 'train' } as const;
    await writeEmnist(at('data'), data, part);
    const real = 'train --data data --val-fraction 0.25 --epochs 1';
    expect((await inkgrad(folder, `${real} --out real`)).code).toBe(0);
    data.images[28 * 28 * 100 + 300] ^= 1; // one bit of one pixel
    await writeEmnist(at('changed'), data, part);
    const message =
      /--resume real: the (training|validation) data differs from the data of the run \(saved: EMNIST balanced train, training part, \d+ images, SHA-256 /;
    await expectError('real', '--epochs 2 --data changed', 3, message);
    await expectError(
      'real',
      '--epochs 2 --data nowhere',
      3,
      /the data folder nowhere does not exist/,
    );
    // The same bytes in another folder are the same data.
    await cp(at('data'), at('moved'), { recursive: true });
    expect((await inkgrad(folder, 'train --resume real --epochs 2 --data moved')).code).toBe(0);
  });

  it('the checkpoint of another run, a damaged one, and none, with code 4', async () => {
    for (const run of ['foreign', 'damaged', 'headless'])
      await cp(at('straight'), at(run), { recursive: true });
    const other = await inkgrad(
      folder,
      'train --limit 188 --val-fraction 0.25 --epochs 1 --seed 4 --out other',
    );
    expect(other.code).toBe(0);
    await cp(at('other', 'last.safetensors'), at('foreign', 'last.safetensors'));
    await writeFile(
      at('damaged', 'last.safetensors'),
      bytesOf('straight', 'last.safetensors').subarray(0, -9),
    );
    await rm(at('headless', 'last.safetensors'));
    await expectError(
      'foreign',
      '',
      4,
      /foreign\/last\.safetensors: it belongs to another run: its seed is 4, expected 9/,
    );
    await expectError('damaged', '', 4, /model damaged\/last\.safetensors: /);
    await expectError('headless', '', 4, /model headless\/last\.safetensors: cannot be read/);
  });

  it('a missing or damaged best model, at the start, with code 4', async () => {
    await cp(at('straight'), at('worst'), { recursive: true });
    await rm(at('worst', 'best.safetensors'));
    await expectError(
      'worst',
      '--epochs 9',
      4,
      /model worst\/best\.safetensors: cannot be read: no such file.*model of the run so far, of epoch \d/,
    );
    await writeFile(at('worst', 'best.safetensors'), 'damaged');
    await expectError('worst', '--epochs 9', 4, /model worst\/best\.safetensors: .*restore it, or/);
    // The remedy in the message works.
    await cp(at('worst', 'last.safetensors'), at('worst', 'best.safetensors'));
    expect((await inkgrad(folder, 'train --resume worst')).code).toBe(0);
  });

  it('a folder that is not a run', async () => {
    const { code, stderr } = await inkgrad(folder, 'train --resume nowhere');
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^inkgrad: --resume nowhere: nowhere\/config\.json: no such file; pass the folder of a run/,
    );
  });
});
