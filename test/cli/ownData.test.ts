// Own data on the command line: every layout trains and is evaluated, color images of another size
// are predicted and exported, and any layout converts to any other.

import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '../data/support.js';
import { csv } from '../support/arrayFiles.js';
import { LAYOUTS, smallData } from '../support/dataLayouts.js';
import { buildPng, filterless } from '../support/imageFiles.js';
import { inkgrad, inkgradProcess, jsonLines, type Finished } from './support.js';

const data = smallData(3, 5);
const TRAIN = 'train --epochs 1 --batch-size 8 --backend wasm --threads 1 --quiet';

const passed = ({ code, stderr, ...rest }: Finished): Finished => {
  expect(code, stderr).toBe(0);
  return { code, stderr, ...rest };
};

describe('trains and is evaluated:', () => {
  it.each(Object.entries(LAYOUTS))('%s', async (name, write) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'd'));
    const path = (await write(join(folder, 'd'), data)).slice(folder.length + 1);
    // The first layout runs as users run it: in a process of its own.
    const run = name.startsWith('a folder') ? inkgradProcess : inkgrad;
    passed(await run(folder, `${TRAIN} --data ${path} --split digits --out run`));
    const evaluated = passed(
      await inkgrad(folder, `eval --model run --data ${path} --split digits --json`),
    );
    const [result] = jsonLines(evaluated);
    expect(result.total).toBe(data.test.length);
    const classes = (result.perClass as { name: string }[]).map((entry) => entry.name);
    expect(classes).toEqual(['0', '1', '2']);
    const validated = await inkgrad(
      folder,
      `eval --model run --data ${path} --split digits --part val`,
    );
    expect(passed(validated).stderr).not.toMatch(/not verified/); // the same images as in training
  });
});

describe('color images of another size', () => {
  /** A picture of 20 x 20 pixels with one strong channel. */
  const picture = (channel: number, seed: number): Uint8Array =>
    buildPng({
      width: 20,
      height: 20,
      color: 2,
      rows: filterless(
        Array.from({ length: 1200 }, (_, i) => (i % 3 === channel ? 220 : (i * seed) % 60)),
        60,
      ),
    });

  async function pictures(): Promise<string> {
    const folder = await temporaryFolder();
    for (const [channel, name] of ['red ball', 'green cube'].entries()) {
      const inner = join(folder, 'd', name);
      await mkdir(inner, { recursive: true });
      for (let i = 1; i <= 10; i++) {
        await writeFile(join(inner, `${i}.png`), picture(channel, i));
      }
    }
    return folder;
  }

  it('are learned, evaluated, predicted and exported in their form', async () => {
    const folder = await pictures();
    const training = await inkgrad(folder, `${TRAIN} --data d --size 16 --shift 2 --out run`);
    expect(passed(training).stderr).toMatch(/has no test part; 2 of 20 images/);
    const [tested] = jsonLines(passed(await inkgrad(folder, 'eval --data d --model run --json')));
    expect(tested.total).toBe(2);

    const info = jsonLines(passed(await inkgrad(folder, 'info run --json')))[0];
    expect(info.input).toEqual({ size: 16, channels: 3, preprocess: 'resize' });
    const readable = passed(await inkgrad(folder, 'info run')).stdout;
    expect(readable).toContain('classes   2: green cube, red ball');
    expect(readable).toContain('input     color images of 16 x 16 pixels, --preprocess resize');

    await writeFile(join(folder, 'a.png'), picture(0, 3));
    const predicted = await inkgrad(folder, 'predict a.png --model run --json --debug-dir seen');
    const [prediction] = jsonLines(passed(predicted));
    const names = (prediction.top as { name: string }[]).map(({ name }) => name).sort();
    expect(names).toEqual(['green cube', 'red ball']);
    expect(readdirSync(join(folder, 'seen'))).toEqual(['0001-a.png']);
    const words = await inkgrad(folder, 'predict a.png --model run --words');
    expect(words.stderr).toMatch(/--words requires a model of gray 28 x 28 characters/);
    expect(words.code).toBe(2);

    const exported = passed(await inkgrad(folder, 'export run --to onnx'));
    expect(exported.stdout).toContain('input x: float32 [N, 3, 16, 16]');
    const resumed = await inkgrad(folder, 'train --resume run --epochs 2 --threads 1 --quiet');
    passed(resumed);
  });

  it('are explored as gray images, and converted to images only', async () => {
    const folder = await pictures();
    passed(await inkgrad(folder, 'explore --data d --out explored'));
    passed(await inkgrad(folder, 'data convert --data d --out copy --size 12'));
    expect(readdirSync(join(folder, 'copy'))).toEqual(['test', 'train']);
    expect(readdirSync(join(folder, 'copy', 'train'))).toEqual(['green cube', 'red ball']);
    const idx = await inkgrad(folder, 'data convert --data d --out other --to idx');
    expect(idx.code).toBe(2);
    expect(idx.stderr).toMatch(/IDX files contain gray images of 28 x 28 pixels, these are color/);
  });
});

describe('data convert', () => {
  it('writes IDX files that contain the same images', async () => {
    const folder = await temporaryFolder();
    const path = await LAYOUTS['.npz'](folder, data);
    const converted = await inkgrad(folder, `data convert --data ${path} --out idx --json`);
    expect(jsonLines(passed(converted))[0]).toMatchObject({
      to: 'idx',
      images: { train: data.train.length, test: data.test.length },
      classes: ['0', '1', '2'],
    });
    passed(await inkgrad(folder, `${TRAIN} --data ${path} --out a`));
    passed(await inkgrad(folder, `${TRAIN} --data idx --out b`));
    const digestOf = async (model: string): Promise<unknown> => {
      const [{ training }] = jsonLines(await inkgrad(folder, `info ${model} --json`));
      return (training as { digests: { train: string } }).digests.train;
    };
    expect(await digestOf('a')).toBe(await digestOf('b'));
  });

  it('rejects class names that are no folder names', async () => {
    const folder = await temporaryFolder();
    const labels = Array.from(data.train.labels, (label) => ['a/b', 'c', 'd'][label]);
    await writeFiles(folder, { 'a.csv': csv(labels, data.train.images) });
    const { code, stderr } = await inkgrad(folder, 'data convert --data a.csv --out b --to images');
    expect(code).toBe(3);
    expect(stderr).toMatch(/class a\/b: this name cannot be the name of a folder/);
  });
});

describe('is rejected in one sentence:', () => {
  it.each([
    ['an empty folder', '--data empty', 3, /empty: contains no known data; expected EMNIST or/],
    ['an unknown file', '--data a.txt', 3, /a\.txt: is a file of an unknown kind; pass a folder/],
    ['a size', '--data empty --size 7', 2, /--size must be a whole number from 8 to 128, got 7/],
    [
      'a choice',
      '--preprocess inc',
      2,
      /--preprocess must be one of ink, resize.*did you mean ink/,
    ],
    ['a damaged file', '--data a.npz', 3, /a\.npz: the archive is damaged or truncated/],
  ])('%s', async (_, options, expected, message) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'empty'));
    await writeFiles(folder, { 'a.txt': '', 'a.npz': 'PK' });
    const { code, stdout, stderr } = await inkgrad(folder, `${TRAIN} ${options}`);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });
});
