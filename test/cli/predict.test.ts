// Tests `inkgrad predict` on images of every kind: the prediction does not depend on the
// presentation of a character, and equals the network's own. Runs the built program with the shipped
// network, so that the results are the same on every version of Node.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../src/app/model/exportModel.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { SHIPPED_MODEL } from '../../src/app/model/shippedModel.js';
import { difference, drawing, drawLarge, gray, type Coverage } from '../data/images.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import {
  buildPng,
  exif,
  filterless,
  grayJpeg,
  grayPng,
  withSegments,
} from '../support/imageFiles.js';
import { inkgrad, inkgradProcess, jsonLines, makeFolder } from './support.js';

const SEED = 20;
/** An A, a 3 and a K, which have no look-alikes. */
const SHOWN = { A: 10, 3: 3, K: 20 } as const;
let folder: string;

/**
 * The shipped network, as if it had been trained on synthetic characters.
 *
 * @param minEvidence evidence below which it rejects an image; default: none
 */
async function writeModel(path: string, minEvidence: number | null = null): Promise<void> {
  await withFreshBackend(wasm(1).make, async () => {
    const { model, classes, training } = await loadModel(fileURLToPath(SHIPPED_MODEL));
    const data = 'synthetic characters (not EMNIST)';
    const synthetic = { ...training, synthetic: true, minEvidence };
    await writeFile(
      path,
      await exportModel({ model, classes, data, training: synthetic }, 'safetensors'),
    );
    model.dispose();
  });
}

const bytesOf = (coverage: Coverage, dark: number, light: number): Uint8Array =>
  gray(coverage, (ink) => light + (dark - light) * ink).data as Uint8Array;

/** Files of one character, by presentation. */
function filesOf(index: number): Record<string, Uint8Array> {
  const shown = drawing(SEED, index);
  const coverage = drawLarge(shown);
  const { width, height } = coverage;
  const dark = bytesOf(coverage, 0, 255);
  const spread = (color: (ink: number) => number[]): Uint8Array =>
    Uint8Array.from(Array.from(coverage.data).flatMap(color));
  const small = drawLarge(shown, { size: 60, margins: [9, 5, 7, 12] });
  // Rotated to the right, as stored by a camera turned to the left: row y of the file is column y
  // of the image.
  const lying = Uint8Array.from(
    { length: dark.length },
    (_, i) => dark[(i % height) * width + (width - 1 - Math.floor(i / height))],
  );
  return {
    '1-white.png': grayPng(dark, width, height),
    '2-light-on-dark.png': grayPng(bytesOf(coverage, 230, 30), width, height),
    '3-small.png': grayPng(bytesOf(small, 40, 220), small.width, small.height),
    '4-red-on-nothing.png': buildPng({
      width,
      height,
      color: 6,
      rows: filterless(
        spread((ink) => [200, 0, 0, 255 * ink]),
        4 * width,
      ),
    }),
    '5-two-colors.png': buildPng({
      width,
      height,
      depth: 8,
      color: 3,
      palette: [250, 250, 200, 0, 0, 90],
      rows: filterless(
        spread((ink) => [ink > 0.5 ? 1 : 0]),
        width,
      ),
    }),
    '6-good.jpg': grayJpeg(dark, width, height, 95),
    '7-poor.jpg': grayJpeg(dark, width, height, 15),
    '8-lying.jpeg': withSegments(grayJpeg(lying, height, width, 90), exif(6)),
  };
}

beforeAll(async () => {
  folder = await makeFolder();
  await mkdir(join(folder, 'runs', 'old'), { recursive: true });
  await mkdir(join(folder, 'runs', 'new'));
  const model = join(folder, 'runs', 'new', 'best.safetensors');
  await writeModel(model);
  await writeFile(join(folder, 'runs', 'old', 'best.safetensors'), 'not a model');
  await utimes(join(folder, 'runs', 'old', 'best.safetensors'), 1e9, 1e9);
  for (const [name, index] of Object.entries(SHOWN)) {
    await mkdir(join(folder, name, 'below'), { recursive: true });
    for (const [file, bytes] of Object.entries(filesOf(index))) {
      await writeFile(join(folder, name, file.startsWith('8') ? `below/${file}` : file), bytes);
    }
  }
  await writeFile(join(folder, 'A', 'notes.txt'), 'no picture');
  await writeFile(join(folder, 'blank.png'), grayPng(new Uint8Array(400).fill(255), 20, 20));
  await writeFile(join(folder, 'bad.png'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true }));

interface PredictionLine {
  readonly file: string;
  readonly read: readonly string[];
  readonly probability: number;
  readonly sure: boolean;
  readonly top: readonly { readonly name: string; readonly probability: number }[];
  readonly debugFile: string;
}

describe('predict', () => {
  it('uses the last of a repeated option', async () => {
    const run = await inkgrad(folder, 'predict A --json --top 3 --top 1');
    expect(run.code, run.stderr).toBe(0);
    const predictions = (jsonLines(run) as unknown as PredictionLine[]).slice(0, -1);
    expect(predictions.map(({ top }) => top.length)).toEqual(Array<number>(8).fill(1));
  });

  it('predicts the same character for every presentation', async () => {
    const run = await inkgrad(folder, 'predict A 3 K --json --top 4 --debug-dir seen');
    expect(run.code, run.stderr).toBe(0);
    const lines = jsonLines(run) as unknown as PredictionLine[];
    expect(lines.at(-1)).toEqual({ pictures: 24, read: 24, empty: 0, failed: 0 });
    const predictions = lines.slice(0, -1);
    const names = [
      '1-white.png',
      '2-light-on-dark.png',
      '3-small.png',
      '4-red-on-nothing.png',
      '5-two-colors.png',
    ];
    const sorted = [...names, '6-good.jpg', '7-poor.jpg', join('below', '8-lying.jpeg')];
    expect(predictions.map(({ file }) => file)).toEqual(
      ['A', '3', 'K'].flatMap((name) => sorted.map((file) => join(name, file))),
    );
    for (const { file, read, top, probability } of predictions) {
      expect(read, file).toEqual([file[0]]);
      expect(top).toHaveLength(4);
      expect(top[0]).toEqual({ name: file[0], probability });
    }
    const seen = ({ debugFile }: PredictionLine): Uint8Array => {
      const { data, width, height } = decode(readFileSync(join(folder, debugFile)));
      expect([width, height]).toEqual([280, 280]);
      return Uint8Array.from(
        { length: 784 },
        (_, i) => data[280 * (10 * Math.floor(i / 28) + 5) + 10 * (i % 28) + 5],
      );
    };
    for (let first = 0; first < 24; first += 8) {
      const plain = seen(predictions[first]);
      for (const other of predictions.slice(first + 1, first + 8)) {
        expect(difference(seen(other), plain), other.file).toBeLessThan(
          other.file.includes('small') ? 10 : 5,
        );
      }
    }
    expect(readdirSync(join(folder, 'seen'))).toHaveLength(24);
  });

  it.each([
    { minEvidence: 1, rejected: false },
    { minEvidence: 1e6, rejected: true }, // more than any image has
  ])('rejects an image with little evidence: $rejected', async ({ minEvidence, rejected }) => {
    const file = `rejects-${rejected}.safetensors`;
    await writeModel(join(folder, file), minEvidence);
    const command = `predict ${join('A', '1-white.png')} --model ${file}`;
    const [line] = jsonLines(await inkgrad(folder, `${command} --json`));
    expect(line).toMatchObject({ read: ['A'], rejected, sure: !rejected });
    const { stdout } = await inkgrad(folder, command);
    expect(stdout.includes('not a letter or digit  (most similar: A)')).toBe(rejected);
  });

  it('uses the newest model of runs/, and warns that it was trained on synthetic characters', async () => {
    const { code, stdout, stderr } = await inkgrad(folder, `predict ${join('A', '1-white.png')}`);
    expect(code).toBe(0);
    expect(stderr).toContain(
      `*** Using ${join('runs', 'new', 'best.safetensors')}, the newest model in runs/`,
    );
    expect(stderr).toContain('SYNTHETIC');
    expect(stdout).toMatch(/1-white\.png\n {2}A.*\n {4}A +\d+\.\d % {2}█+\n/);
    // The file, the character, three candidates.
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
  });

  it('continues after a bad file, reports empty images, and ends with code 3', async () => {
    const command = `predict bad.png gone.png blank.png ${join('A', '1-white.png')} --json`;
    const run = await inkgrad(folder, command);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/bad\.png: is neither a PNG nor a JPEG image/);
    expect(run.stderr).toMatch(/gone\.png: cannot be read/);
    expect(run.stderr).toContain(
      'inkgrad: 2 of 4 images could not be read; the others were classified',
    );
    expect(run.stderr).not.toMatch(/^\s+at .*:\d+/m);
    const [bad, gone, blank, good, end] = jsonLines(run);
    expect([bad.file, gone.file]).toEqual(['bad.png', 'gone.png']);
    expect(bad.error).toMatch(/^bad\.png: /);
    expect(blank).toEqual({ file: 'blank.png', empty: true, kind: null });
    expect(good).toMatchObject({ read: ['A'], empty: false, kind: 'dark' });
    expect(end).toEqual({ pictures: 4, read: 1, empty: 1, failed: 2 });
  });

  it('prints a table with --csv, one row per image', async () => {
    await writeFile(join(folder, 'a,"b".png'), readFileSync(join(folder, 'A', '1-white.png')));
    const command = 'predict bad.png blank.png a,"b".png --csv --top 2';
    const run = await inkgrad(folder, `${command} --model rejects-false.safetensors`);
    expect(run.code).toBe(3);
    const lines = run.stdout.split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(
      'file,character,probability,rejected,reason,top1,probability1,top2,probability2',
    );
    expect(lines[1]).toMatch(/^bad\.png,,,true,"?bad\.png: is neither a PNG nor a JPEG.*,,,,$/);
    expect(lines[2]).toBe('blank.png,,,true,empty,,,,');
    expect(lines[3]).toMatch(
      /^"a,""b""\.png",A,(0\.\d{1,6}),false,,A,\1,[^,],(0|[\d.e-]{1,8}|\d\.\d+e-\d)$/,
    );
    expect(run.stderr).toContain('3 images: 1 classified, 1 empty, 1 failed');
    const rejected = await inkgrad(
      folder,
      `predict ${join('A', '1-white.png')} --csv --top 1 --model rejects-true.safetensors`,
    );
    expect(rejected.stdout).toMatch(/\.png,,0\.\d+,true,not a letter or digit,A,0\.\d+\r\n$/);
    const both = await inkgrad(folder, 'predict blank.png --csv --json');
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toMatch(/--csv and --json exclude each other/);
  });

  it('reads stdin', async () => {
    const bytes = readFileSync(join(folder, 'K', '6-good.jpg'));
    const run = await inkgradProcess(folder, 'predict - --json', { input: bytes });
    expect(run.code, run.stderr).toBe(0);
    expect(jsonLines(run)[0]).toMatchObject({ file: 'stdin', read: ['K'] });
  });

  it('does not overwrite files', async () => {
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', '0001-blank.png'), 'precious');
    const { code, stderr } = await inkgrad(folder, 'predict blank.png --debug-dir full');
    expect(stderr).toMatch(/--debug-dir full: the folder is not empty/);
    expect(code).toBe(2);
    expect(readFileSync(join(folder, 'full', '0001-blank.png'), 'utf8')).toBe('precious');
  });

  it('rejects a missing model and missing images', async () => {
    const none = await inkgrad(folder, 'predict blank.png --model gone.safetensors');
    expect(none).toMatchObject({ code: 4, stdout: '' });
    expect(none.stderr).toMatch(/model gone\.safetensors: cannot be read/);
    const nothing = await inkgrad(folder, 'predict');
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toMatch(/^inkgrad: Specify at least one image/);
    const unknown = await inkgrad(folder, 'predict blank.png --nope');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^inkgrad: Unknown argument: nope/);
    const folderOnly = await inkgrad(folder, 'predict full-of-nothing blank.png --invert maybe');
    expect(folderOnly.code).toBe(2);
    expect(folderOnly.stderr).toMatch(/--invert must be one of auto, yes, no, got maybe/);
  });
});
