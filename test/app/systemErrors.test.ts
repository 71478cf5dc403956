// Tests the messages of errors of the operating system: path, cause and remedy.

import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../src/app/outputFiles.js';
import {
  asSystemError,
  explainSystemError,
  SystemError,
  withPath,
} from '../../src/app/systemErrors.js';

const folder = mkdtempSync(join(tmpdir(), 'inkgrad-errors-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nodeError = (code: string, syscall: string, path?: string): Error =>
  Object.assign(new Error(`${code}: text, ${syscall}`), { code, syscall, errno: -1, path });

describe('explainSystemError', () => {
  it.each([
    ['ENOSPC', 'the disk is full (ENOSPC); free some space, or choose another disk'],
    ['EROFS', 'the file system is read-only (EROFS); choose a path on another one'],
    ['ENOTDIR', 'a parent of the path is a file (ENOTDIR); choose another path'],
    ['EMFILE', 'too many open files (EMFILE); raise the limit, for example with ulimit -n 1024'],
    ['EPIPE', 'the program that reads the output has ended (EPIPE)'],
    ['EXOTIC', 'EXOTIC: text, write'],
    ['constructor', 'constructor: text, write'],
  ])('%s', (code, message) => {
    expect(explainSystemError(nodeError(code, 'write'))).toBe(message);
  });

  it('gives another remedy for a file that is read', () => {
    expect(explainSystemError(nodeError('ENOENT', 'open'), 'read')).toBe(
      'no such file (ENOENT); check the path',
    );
  });
});

describe('asSystemError', () => {
  it.each([
    [
      nodeError('EACCES', 'open', '/a/b'),
      /^\/a\/b: cannot be read: permission denied \(EACCES\); /,
    ],
    [nodeError('EROFS', 'mkdir', '/a'), /^\/a: cannot be written: the file system is read-only/],
    [nodeError('ENOSPC', 'write'), /^write failed: the disk is full/],
    [
      nodeError('ENOENT', 'uv_cwd'),
      /^the working directory no longer exists; change to another one/,
    ],
    [new RangeError('Array buffer allocation failed'), /^not enough memory .*--batch-size/],
    [
      new RangeError('WebAssembly.Memory(): could not allocate memory'),
      /^not enough memory .*ulimit -v unlimited.*--backend reference/,
    ],
  ])('converts %s', (error, message) => {
    const converted = asSystemError(error) as SystemError;
    expect(converted).toBeInstanceOf(SystemError);
    expect(converted.message).toMatch(message);
    expect(converted.cause).toBe(error);
  });

  it('returns other errors', () => {
    for (const error of [new RangeError('too long'), new Error('bug'), 'text', undefined]) {
      expect(asSystemError(error)).toBe(error);
    }
  });
});

describe('withPath', () => {
  it('returns the result, and leaves other errors unchanged', async () => {
    expect(await withPath('x', 'read', () => 3)).toBe(3);
    const bug = new TypeError('bug');
    await expect(withPath('x', 'read', () => Promise.reject(bug))).rejects.toBe(bug);
  });
});

describe('writeAtomically', () => {
  it('names the path and keeps the code; nothing partial stays', async () => {
    const path = join(folder, 'none', 'file');
    const error = await writeAtomically(path, 'x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SystemError);
    expect(error).toMatchObject({ code: 'ENOENT' });
    expect((error as Error).message).toBe(
      `${path}: cannot be written: the file or its folder does not exist (ENOENT); create the ` +
        'folder, or choose another path',
    );
  });

  it.skipIf(!existsSync('/dev/full'))('keeps the old file if the disk is full', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    symlinkSync('/dev/full', `${path}.partial`);
    await expect(writeAtomically(path, 'new')).rejects.toThrow(
      `${path}: cannot be written: the disk`,
    );
    expect(readdirSync(folder)).toEqual(['file']);
  });
});
