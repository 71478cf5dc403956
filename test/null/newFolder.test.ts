// New folders: made with those above them, taken when empty, refused otherwise. No backend.

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder, newFolder } from '../../src/app/outputFiles.js';
import { ArgumentError } from '../../src/engine/errors.js';
import { skipNote } from '../support/skipping.js';

const root = mkdtempSync(join(tmpdir(), 'inkgrad-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

it('is made with the folders above it, and may be there already', () => {
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
  expect(newFolder('out', deep)).toBe(deep);
});

it('is refused where something is', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => newFolder('out', join(root, 'file'))).toThrow(
    /^--out .*file: this folder cannot be made/,
  );
  expect(() => newFolder('out', join(root, 'file', 'below'))).toThrow(ArgumentError);
  expect(() => newFolder('debug-dir', root)).toThrow(/^--debug-dir .*: this folder is not empty/);
});

const noProc = existsSync('/proc/self') ? null : 'no /proc; run on Linux';
it.skipIf(noProc !== null)(
  `is refused, not tried for ever, where nothing can be made${skipNote(noProc)}`,
  () => {
    expect(() => newFolder('out', '/proc/new/below')).toThrow(/cannot be made \(ENOENT/);
  },
);
