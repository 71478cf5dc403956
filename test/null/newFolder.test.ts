// Output folders: created with their parents, accepted if empty, rejected otherwise.

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder, newFolder } from '../../src/app/outputFiles.js';
import { ArgumentError } from '../../src/engine/errors.js';
import { skipNote } from '../support/skipping.js';

const root = mkdtempSync(join(tmpdir(), 'inkgrad-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

it('is created with its parents, and may exist if empty', () => {
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
  expect(newFolder('out', deep)).toBe(deep);
});

it('is rejected if it is not empty, or a file is in the way', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => newFolder('out', join(root, 'file'))).toThrow(
    /^--out .*file: cannot create the folder/,
  );
  expect(() => newFolder('out', join(root, 'file', 'below'))).toThrow(ArgumentError);
  expect(() => newFolder('debug-dir', root)).toThrow(/^--debug-dir .*: the folder is not empty/);
});

const noProc = existsSync('/proc/self') ? null : 'no /proc; run on Linux';
it.skipIf(noProc !== null)(`is rejected where nothing can be created${skipNote(noProc)}`, () => {
  expect(() => newFolder('out', '/proc/new/below')).toThrow(
    /cannot create the folder: .*\(ENOENT\)/,
  );
});
