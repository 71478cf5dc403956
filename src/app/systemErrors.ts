// Errors of the operating system as text: cause and remedy for each of Node's error codes, and an
// error class that names the path.

import { InkgradError } from '../engine/errors.js';

/** Cause and remedy by Node's error code. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; change the permissions, or choose another path',
  EDQUOT: 'the disk quota is exceeded; free some space, or choose another disk',
  EEXIST: 'a file of this name exists; choose another path',
  EFBIG: 'the file exceeds the size limit; raise it with ulimit -f',
  EIO: 'input/output error; check the disk or the connection',
  EISDIR: 'it is a folder; pass the path of a file',
  ELOOP: 'too many symbolic links; check where they point',
  EMFILE: 'too many open files; raise the limit, for example with ulimit -n 1024',
  ENAMETOOLONG: 'the path is too long; choose a shorter one',
  ENFILE: 'the system has too many open files; close other programs',
  ENODEV: 'the device has been removed; connect it again',
  ENOENT: 'the file or its folder does not exist; create the folder, or choose another path',
  ENOMEM: 'the system is out of memory; close other programs, or raise the limit (ulimit -v)',
  ENOSPC: 'the disk is full; free some space, or choose another disk',
  ENOTDIR: 'a parent of the path is a file; choose another path',
  ENOTEMPTY: 'the folder is not empty; choose another path',
  EPERM: 'operation not permitted; change the permissions, or choose another path',
  EPIPE: 'the program that reads the output has ended',
  EROFS: 'the file system is read-only; choose a path on another one',
  ESTALE: 'the network file system lost the file; mount it again',
  ETXTBSY: 'the file is a running program; choose another path',
};

/** Those of files to read, where they differ. */
const READ_EXPLANATIONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; change the permissions of the file and its folders',
  ENOENT: 'no such file; check the path',
  ENOTDIR: 'a parent of the path is a file; check the path',
  ENXIO: 'the device does not exist; check the path',
};

/** Calls of the operating system that change files. */
// prettier-ignore
const WRITING = new Set([
  'mkdir', 'write', 'rename', 'unlink', 'rm', 'rmdir', 'ftruncate', 'fsync', 'link', 'symlink',
  'copyfile', 'chmod', 'utime', 'futime',
]);

/**
 * An operation of the operating system failed: a file or folder cannot be read or written, or memory
 * is exhausted. The message states the path, the cause and the remedy; `cause` is Node's error.
 *
 * @example
 * const written = writeAtomically('no/such/folder/file.txt', '');
 * print(await written.catch((error) => error instanceof SystemError && error.code)); // ENOENT
 */
export class SystemError extends InkgradError {
  override name = 'SystemError';
  /** Node's error code, such as ENOSPC; undefined for memory. */
  readonly code: string | undefined;

  constructor(message: string, cause: Error) {
    super(message, { cause });
    this.code = (cause as NodeJS.ErrnoException).code;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

type Action = 'read' | 'written' | 'created';

/**
 * Cause and remedy of an error of the operating system, such as `the disk is full (ENOSPC); free some
 * space, or choose another disk`.
 */
export function explainSystemError(error: unknown, action: Action = 'written'): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '', message } = error as NodeJS.ErrnoException;
  const table = action === 'read' ? { ...EXPLANATIONS, ...READ_EXPLANATIONS } : EXPLANATIONS;
  if (!Object.hasOwn(table, code)) return message;
  const [cause, ...remedy] = table[code].split('; ');
  return [`${cause} (${code})`, ...remedy].join('; ');
}

/**
 * Runs file operations; converts an error of the operating system to a SystemError.
 *
 * @param path for the message; many of Node's errors have none
 */
export async function withPath<T>(
  path: string,
  action: Action,
  work: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withPathOf(path, action, error);
  }
}

/** As `withPath`, for an error that was caught; other errors are returned unchanged. */
export function withPathOf(path: string, action: Action, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  return new SystemError(
    `${path}: cannot be ${action}: ${explainSystemError(error, action)}`,
    error,
  );
}

/**
 * Converts errors of the operating system and exhausted memory to a SystemError; returns every other
 * error unchanged.
 */
export function asSystemError(error: unknown): unknown {
  if (error instanceof RangeError && /alloc/i.test(error.message)) {
    const remedy = error.message.includes('WebAssembly')
      ? 'use --backend reference'
      : 'use a smaller --limit or --batch-size';
    return new SystemError(
      `not enough memory (${error.message}); raise the limit of the address space ` +
        `(ulimit -v unlimited), or ${remedy}`,
      error,
    );
  }
  if (!isSystemError(error)) return error;
  if (error.syscall === 'uv_cwd') {
    const message = 'the working directory no longer exists; change to another one with cd';
    return new SystemError(message, error);
  }
  const action = WRITING.has(error.syscall ?? '') ? 'written' : 'read';
  const subject =
    error.path === undefined ? `${error.syscall} failed` : `${error.path}: cannot be ${action}`;
  return new SystemError(`${subject}: ${explainSystemError(error, action)}`, error);
}
