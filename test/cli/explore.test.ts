// Tests `inkgrad explore`: the folder it writes, its reproducibility, and its errors.

import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawn, inkgrad, jsonLines, makeFolder, writeEmnist, type Finished } from './support.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const run = (command: string): Promise<Finished> => inkgrad(folder, command);

let real: Finished;
let [first, second]: (Finished | undefined)[] = [];

beforeAll(async () => {
  folder = await makeFolder();
  const balanced = { split: 'balanced', firstLabel: 0 } as const;
  const train = drawn('balanced', 188, 'train');
  train.images.copyWithin(5 * 784, 0, 784); // image 5 is a copy of image 0 with another label
  const test = drawn('balanced', 47, 'test');
  test.images.set(train.images.subarray(9 * 784, 10 * 784));
  await writeEmnist(at('data'), train, { ...balanced, part: 'train' });
  await writeEmnist(at('data'), test, { ...balanced, part: 'test' });
  real = await run('explore --data data --out real --json');
  first = await run('explore --limit 100 --sample 60');
  second = await run('explore --limit 100 --sample 60 --out again');
});
afterAll(() => rm(folder, { recursive: true }));

describe('explore on EMNIST files', () => {
  it('prints one JSON object on stdout', () => {
    expect(real.code, real.stderr).toBe(0);
    const [summary, ...rest] = jsonLines(real);
    expect(rest).toEqual([]);
    expect(summary).toMatchObject({
      out: 'real',
      data: 'EMNIST balanced train',
      synthetic: false,
      images: 188,
      classes: 47,
      duplicates: { copies: 1, acrossClasses: 1, inOtherPart: 1, blank: 0 },
      neighbours: { images: 188, k: 10, exact: true },
    });
    const { neighbours, perClass } = summary as {
      neighbours: { accuracy: number };
      perClass: unknown[];
    };
    expect(neighbours.accuracy).toBeGreaterThan(0.3);
    expect(perClass).toHaveLength(47);
  });

  it('writes every file that it lists, completely', () => {
    const { files } = jsonLines(real)[0] as { files: string[] };
    expect(readdirSync(at('real')).sort()).toEqual([...files].sort());
    for (const name of [
      'counts.png',
      'umap.png',
      'duplicates.png',
      'report.html',
      'explore.json',
      'doubts.csv',
    ]) {
      expect(files).toContain(name);
    }
    for (const name of files.filter((file) => file.endsWith('.png'))) {
      expect(
        decode(readFileSync(at('real', name)), { checkCrc: true }).width,
        name,
      ).toBeGreaterThan(200);
    }
  });

  it('writes a self-contained report with all images', () => {
    const html = readFileSync(at('real', 'report.html'), 'utf8');
    const { files } = jsonLines(real)[0] as { files: string[] };
    expect(html.split('<svg role="img"').length - 1).toBe(
      files.filter((file) => file.endsWith('.png')).length,
    );
    expect(html).not.toMatch(/<script|(src|href)="(?!data:|#)/);
    expect(html).toContain('Analysis of EMNIST balanced train');
    expect(html).toContain('reference: 9,400 Balanced images');
    expect(html).toMatch(
      /1 image identical to an earlier one.*1 sets of identical images.*1 image also in the other part/,
    );
    expect(html).not.toContain(folder);
  });
});

describe('explore without data', () => {
  it('warns that its characters are synthetic, and shows no comparison with real data', () => {
    expect(first!.code, first!.stderr).toBe(0);
    expect(first!.stderr).toMatch(/\*\*\* No EMNIST data found: exploring SYNTHETIC/);
    expect(first!.stdout).toContain('synthetic characters (not EMNIST): 100 images, 47 classes');
    expect(first!.stdout).toMatch(/^kNN .*, on a sample of 60 images \(--sample\)$/m);
    expect(first!.stdout).toContain(
      'runs/explore-1/report.html'.replaceAll('/', process.platform === 'win32' ? '\\' : '/'),
    );
    const html = readFileSync(at('runs', 'explore-1', 'report.html'), 'utf8');
    expect(html).toContain('These are SYNTHETIC characters');
    expect(html).not.toContain('reference:');
  });

  it('writes the same bytes for the same command', () => {
    expect(second!.code, second!.stderr).toBe(0);
    const names = readdirSync(at('runs', 'explore-1'));
    expect(readdirSync(at('again'))).toEqual(names);
    expect(names.length).toBeGreaterThan(12);
    for (const name of names) {
      const [one, other] = [
        readFileSync(at('runs', 'explore-1', name)),
        readFileSync(at('again', name)),
      ];
      expect(one.equals(other), name).toBe(true);
    }
  });
});

describe.concurrent('explore rejects', () => {
  it('to overwrite', async () => {
    await mkdir(at('full'));
    await writeFile(at('full', 'report.html'), 'precious');
    const { code, stderr, stdout } = await run('explore --limit 50 --out full');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--out full: the folder is not empty; choose a new one');
    expect(readFileSync(at('full', 'report.html'), 'utf8')).toBe('precious');
  });

  it.each([
    ['explore --part val', 2, /--part must be one of train, test, got val/],
    ['explore --seed -1', 2, /^inkgrad: --seed must be a whole number of at least 0, got -1/],
    ['explore --sample 1', 2, /^inkgrad: --sample must be a whole number of at least 2, got 1/],
    ['explore --limit 0', 2, /^inkgrad: --limit must be a whole number of at least 1, got 0/],
    ['explore --data nowhere', 3, /the data folder nowhere does not exist/],
  ])('inkgrad %s', async (command, expected, message) => {
    const { code, stderr, stdout } = await run(command);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
  });

  it('explore --help lists its options with two examples', async () => {
    const { code, stdout } = await run('explore --help');
    expect(code).toBe(0);
    for (const option of ['data', 'split', 'part', 'limit', 'seed', 'out', 'json']) {
      expect(stdout).toContain(`--${option}`);
    }
    expect(stdout).toMatch(
      /Examples:\n {2}inkgrad explore .*\n {2}inkgrad explore --part test --limit 2000 --json/s,
    );
  });
});
