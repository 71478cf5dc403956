// Tests `inkgrad train --teacher`: distillation from previously trained networks, and the errors
// for teachers that are missing, have other classes, or changed since the run began. Runs the built
// program.

import { existsSync, readFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drawn, inkgrad, makeFolder, writeEmnist } from './support.js';

const SMALL = 'train --data train --val-fraction 0.5 --epochs 1';
const STUDENT = `${SMALL} --seed 3 --teacher first.safetensors,second.safetensors`;
let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
  const images = drawn('balanced', 94, 'train');
  await writeEmnist(join(folder, 'train'), images, {
    split: 'balanced',
    firstLabel: 0,
    part: 'train',
  });
  const letters = drawn('letters', 104, 'train');
  await writeEmnist(join(folder, 'train'), letters, {
    split: 'letters',
    firstLabel: 1,
    part: 'train',
  });
  for (const [seed, name] of ['first', 'second'].entries()) {
    const { code, stderr } = await inkgrad(folder, `${SMALL} --seed ${seed} --out ${name}`);
    expect(code, stderr).toBe(0);
    await copyFile(join(folder, name, 'best.safetensors'), join(folder, `${name}.safetensors`));
  }
  const { code, stdout, stderr } = await inkgrad(folder, `${STUDENT} --out student`);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('2 teachers (0.8 of the loss)');
});
afterAll(() => rm(folder, { recursive: true }));

const weights = (run: string): Buffer => readFileSync(join(folder, run, 'best.safetensors'));

it('the teachers and their order affect the weights, their paths do not', async () => {
  await copyFile(join(folder, 'first.safetensors'), join(folder, 'moved.safetensors'));
  await inkgrad(folder, `${SMALL} --seed 3 --out alone`);
  await inkgrad(
    folder,
    `${SMALL} --seed 3 --teacher second.safetensors,first.safetensors --out turned`,
  );
  await inkgrad(
    folder,
    `${SMALL} --seed 3 --teacher moved.safetensors,second.safetensors --out same`,
  );
  expect(weights('alone').equals(weights('student'))).toBe(false);
  expect(weights('turned').equals(weights('student'))).toBe(false);
  expect(weights('same').equals(weights('student'))).toBe(true);
});

it('config.json stores the digests, and --resume rejects other teachers', async () => {
  const { teachers } = JSON.parse(readFileSync(join(folder, 'student', 'config.json'), 'utf8')) as {
    teachers: { name: string; sha256: string }[];
  };
  expect(teachers.map(({ name }) => name)).toEqual(['first.safetensors', 'second.safetensors']);
  const other = await inkgrad(
    folder,
    'train --resume student --epochs 2 --teacher first.safetensors',
  );
  expect(other).toMatchObject({ code: 4, stdout: '' });
  expect(other.stderr).toMatch(/the teachers differ from those of the run .* with --teacher/);
  const { code, stderr } = await inkgrad(folder, 'train --resume student --epochs 2');
  expect(code, stderr).toBe(0);
});

it('a teacher that is missing, has other classes or differs in --balance is rejected with its name, and no folder is created', async () => {
  const missing = await inkgrad(
    folder,
    `${SMALL} --teacher first.safetensors,none.safetensors --out missing`,
  );
  expect(missing).toMatchObject({ code: 4, stdout: '' });
  expect(missing.stderr).toMatch(/none\.safetensors: .*no such file/);
  const letters = `${SMALL} --split letters --teacher first.safetensors --out letters`;
  const otherClasses = await inkgrad(folder, letters);
  expect(otherClasses, otherClasses.stderr).toMatchObject({ code: 4, stdout: '' });
  expect(otherClasses.stderr).toMatch(/--teacher first\.safetensors: .*classes/);
  const balanced = await inkgrad(
    folder,
    `${SMALL} --balance --teacher first.safetensors --out balanced`,
  );
  expect(balanced, balanced.stderr).toMatchObject({ code: 4, stdout: '' });
  expect(balanced.stderr).toMatch(
    /--teacher first\.safetensors: it was trained without --balance.*--no-balance/s,
  );
  for (const run of ['missing', 'letters', 'balanced'])
    expect(existsSync(join(folder, run))).toBe(false);
});

it.each([
  ['--teacher first.safetensors,', /--teacher .*model files separated by commas/],
  [
    '--teacher-weight 0.5',
    /--teacher-weight 0\.5 .*requires a teacher; pass model files with --teacher/,
  ],
  ['--teacher first.safetensors --teacher-weight 1.5', /--teacher-weight .*from 0 to 1/],
])('%s is rejected', async (options, reason) => {
  const { code, stdout, stderr } = await inkgrad(folder, `${SMALL} ${options} --out refused`);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(reason);
  expect(existsSync(join(folder, 'refused'))).toBe(false);
});
