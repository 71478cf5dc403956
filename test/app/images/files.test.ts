// Tests which files of a folder are images: links, loops, and files and folders with misleading
// names.

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findImages } from '../../../src/app/images/files.js';
import { printableJson, withoutControls } from '../../../src/app/terminal/printable.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkgrad-images-'));
  await mkdir(at('x.png', 'inner'), { recursive: true });
  for (const name of ['b.png', '._a.png', 'notes.txt', 'x.png/c.JPG', 'x.png/inner/d.jpeg'])
    await writeFile(at(...name.split('/')), '');
  await symlink(folder, at('x.png', 'inner', 'loop'));
  await symlink(at('b.png'), at('a.png'));
  await symlink(at('gone'), at('z.png'));
});
afterAll(() => rm(folder, { recursive: true }));

it('lists every image once, and neither folders nor attribute files of macOS', async () => {
  const files = await findImages([folder]);
  expect(files.map(({ path }) => path)).toEqual(
    [['a.png'], ['b.png'], ['x.png', 'c.JPG'], ['x.png', 'inner', 'd.jpeg'], ['z.png']].map(
      (names) => at(...names),
    ),
  );
  expect(files.filter(({ problem }) => problem !== undefined)).toEqual([]);
});

it('reports a folder without images, and a missing file', async () => {
  await mkdir(at('empty'));
  const [empty, gone] = await findImages([at('empty'), at('nowhere')]);
  expect(empty.problem?.message).toMatch(/no \.png, \.jpg or \.jpeg file in this folder/);
  expect(gone.path).toBe(at('nowhere'));
});

it('text for a terminal contains no control characters but line breaks and its own colors', () => {
  const name = 'a\u001b[2J\u009b31m\r\u202e.png';
  expect(withoutControls(`${name}\n`)).toBe('a?[2J?31m??.png\n');
  const colored = '\u001b[32mA\u001b[39m';
  expect(withoutControls(colored, { colors: true })).toBe(colored);
  expect(withoutControls(colored)).toBe('?[32mA?[39m');
});

it('JSON for a terminal escapes control characters and keeps the value', () => {
  const value = { file: 'a\u001b\u007f\u009b\u202e\u{e0001}ß.png' };
  const text = printableJson(value);
  expect(text).not.toMatch(/\p{C}/u);
  expect(JSON.parse(text)).toEqual(value);
});
