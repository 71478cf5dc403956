// Runs every program of examples/ with `--short`, and checks facts that it prints. With
// `npm run test:long` the complete output must be that in the header of the program.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { LONG } from '../support/rounds.js';
import { timeLimit } from '../support/timeLimit.js';
import {
  compileExamples,
  EXAMPLES,
  runExample,
  sourceOf,
  statedOutput,
} from './examplePrograms.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** The number in a line of the output: `numberIn(lines, /accuracy (\S+) %/)`. */
function numberIn(lines: readonly string[], pattern: RegExp): number {
  const [, text] = pattern.exec(lines.join('\n')) ?? [];
  expect(text, `no ${pattern} in:\n${lines.join('\n')}`).toBeDefined();
  return Number(text);
}

/** What the short run of each example must print. Chance is the result of a broken program. */
const CHECKS: Readonly<Record<string, (lines: string[]) => void>> = {
  // Letters at random almost never follow the grammar.
  lstm(lines) {
    expect(numberIn(lines, /step 100:[^]* {2}(\S+) of 200 names follow/)).toBeGreaterThan(100);
    expect(numberIn(lines, /step 25:[^]*? {2}(\S+) of 200 names follow/)).toBeLessThan(80);
  },
  // Chance: 10 %.
  minimal(lines) {
    expect(numberIn(lines, /, (\S+) % of new images/)).toBeGreaterThan(80);
    expect(lines.filter((line) => line.includes('█')).length).toBeGreaterThan(8);
  },
  // Without training: 0.7; the mean image: about 0.4.
  autoencoder(lines) {
    expect(numberIn(lines, /epoch 8 {2}loss per pixel (\S+)/)).toBeLessThan(0.3);
    expect(lines.filter((line) => line.includes('█')).length).toBeGreaterThan(8);
  },
  // Chance: 50.
  customData(lines) {
    expect(numberIn(lines, /^(\S+) of 200 new movements/)).toBeGreaterThan(120);
    const cells = lines.slice(2).flatMap((line) => line.split(/ +/).slice(1, 5).map(Number));
    expect(cells.length).toBe(16);
    expect(cells.reduce((sum, cell) => sum + cell)).toBe(200);
  },
  // A network that does not learn is off by more than 1.
  customOp(lines) {
    expect(lines[0]).toBe('9 derivatives agree with numerical ones');
    expect(numberIn(lines, /snake: largest error (\S+)/)).toBeLessThan(0.1);
    expect(numberIn(lines, /snake: .* (\S+) beyond/)).toBeLessThan(0.5);
  },
  // Chance: 2 %.
  characters(lines) {
    expect(numberIn(lines, /epoch 1 .* test accuracy (\S+) %/)).toBeGreaterThan(55);
    expect(lines.filter((line) => line.includes('█')).length).toBeGreaterThan(8);
  },
  // Chance: 33 %.
  spirals(lines) {
    expect(numberIn(lines, /, (\S+) % of new ones/)).toBeGreaterThan(85);
    expect(new Set(lines.slice(-22).join(''))).toEqual(new Set('.o#'));
  },
  // Untrained: 3.2; with only the ends of the lines learned: above 1.
  gpt(lines) {
    expect(numberIn(lines, /step 60: loss (\S+),/)).toBeLessThan(1);
    expect(lines).toHaveLength(4);
  },
  // Noise has as much ink in the margins as in the middle.
  gan(lines) {
    const letters = lines.map((line) => line.padEnd(91));
    const isInk = (column: number): boolean => letters.some((line) => line[column] !== ' ');
    expect([12, 25, 38, 51].filter(isInk)).toEqual([]);
    expect([8, 20, 33, 46, 58, 72, 84].every(isInk)).toBe(true);
  },
  // Chance: 2 %.
  distillation(lines) {
    expect(numberIn(lines, /teacher: .* (\S+) % correct/)).toBeGreaterThan(60);
    expect(numberIn(lines, /^ +235 +(\S+) %/m)).toBeGreaterThan(40);
    expect(numberIn(lines, /^ +235 .* (\S+) %$/m)).toBeGreaterThan(20);
  },
  // Chance: 13 %.
  transfer(lines) {
    const scratch = numberIn(lines, /^ +1 +(\S+) %/m);
    expect(scratch).toBeGreaterThan(30);
    expect(numberIn(lines, /^ +1 .* (\S+) %$/m)).toBeGreaterThan(scratch + 20);
  },
  // Positive: the network reads E; negative: F.
  saliency(lines) {
    expect(numberIn(lines, /^E: .* = (\S+)$/m)).toBeGreaterThan(2);
    expect(numberIn(lines, /pixels hidden: ([^;]+);/)).toBeLessThan(1);
    expect(numberIn(lines, /^F: .* = (\S+)$/m)).toBeLessThan(-2);
    expect(numberIn(lines, /largest gradient: (\S+)/)).toBeGreaterThan(0);
    expect(numberIn(lines, /random pixels: ([^;]+);/)).toBeLessThan(0);
  },
  pytorch(lines) {
    expect(lines[0]).toBe('saved and loaded: 2209 logits, identical');
    expect(lines.slice(5).join('\n')).not.toContain('DIFFERENT');
  },
};

beforeAll(compileExamples);

describe('the examples', () => {
  it('have a check each', () => {
    expect(Object.keys(CHECKS).sort()).toEqual([...EXAMPLES].sort());
  });

  it('are in the table of examples/README.md', () => {
    const readme = readFileSync(new URL('../../examples/README.md', import.meta.url), 'utf8');
    const linked = Array.from(readme.matchAll(/^\| \[`(\w+)`\]\(\1\.ts\)/gm), ([, name]) => name);
    expect(linked.sort()).toEqual([...EXAMPLES].sort());
  });

  // The file that contains the whole algorithm is longer.
  it.each(EXAMPLES.filter((name) => name !== 'minimal'))('%s has fewer than 120 lines', (name) => {
    expect(sourceOf(name).trimEnd().split('\n').length).toBeLessThan(120);
  });

  it.each(EXAMPLES)('%s states its question, how to run it and its output', (name) => {
    const source = sourceOf(name);
    expect(source).toMatch(/^\/\/ \w.*\.\n/);
    expect(source).toMatch(/^\/\/ Question: \w.*\n(?:\/\/ {11}\w.*\n)?\/\/ Run: /m);
    expect(source).toContain(`npm run example -- ${name}`);
    expect(statedOutput(source)?.length).toBeGreaterThan(3);
  });
});

describe('the short form of', () => {
  it.each(Object.entries(CHECKS))('%s', async (name, check) => {
    check(await runExample(name, '--short'));
  });
});

if (LONG) {
  describe('the header has the complete output of', () => {
    it.each(EXAMPLES)('%s', { timeout: timeLimit(300_000) }, async (name) => {
      expect(await runExample(name)).toEqual(statedOutput(sourceOf(name)));
    });
  });
}

describe('npm run example', () => {
  const example = (...names: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, ['scripts/run-example.js', ...names], { cwd: root });

  it('lists the examples', async () => {
    const { stdout } = await example();
    for (const name of EXAMPLES) {
      expect(stdout).toContain(sourceOf(name).split('\n')[0].slice('// '.length));
    }
  });

  it('reports an unknown example with exit code 2', async () => {
    await expect(example('spiral')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no example spiral') as string,
      stdout: expect.stringContaining('spirals') as string,
    });
  });
});
