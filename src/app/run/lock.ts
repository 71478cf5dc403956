// Lock of a run folder: a file that names the process that trains the run. A second process would
// overwrite its checkpoints and duplicate rows of its metrics.

import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunLockedError } from '../errors.js';
import { printable } from '../terminal/printable.js';
import { withPathOf } from '../systemErrors.js';

export const LOCK_FILE = 'run.lock';

/** Interval at which the owner touches the file. */
const BEAT_MS = 30_000;
/** A process of another host that has not touched the file for this time has ended. */
const SILENT_MS = 10 * 60_000;

/** The process that trains a run. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When it locked the folder, as ISO 8601. */
  readonly since: string;
  /** Start time of the process as the system counts it; tells reused pids apart. Linux only. */
  readonly started: string | null;
}

/** Locks held by this process: its own pid alone does not prove that it holds one. */
const held = new Set<string>();

export class RunLock {
  readonly #path: string;
  readonly #content: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, content: string) {
    this.#path = path;
    this.#content = content;
    held.add(content);
    this.#timer = setInterval(() => touch(path), BEAT_MS).unref();
  }

  /**
   * Locks a run folder. A lock whose process has ended is replaced.
   *
   * @throws RunLockedError if another process trains the run; SystemError if the folder is read-only
   */
  static acquire(directory: string): RunLock {
    const path = join(directory, LOCK_FILE);
    const content = `${JSON.stringify(thisProcess(), null, 2)}\n`;
    for (;;) {
      try {
        writeFileSync(path, content, { flag: 'wx' });
        return new RunLock(path, content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
          throw withPathOf(path, 'written', error);
      }
      removeStale(directory, path);
    }
  }

  /** Unlocks the folder. */
  release(): void {
    clearInterval(this.#timer);
    if (!held.delete(this.#content)) return;
    try {
      if (readFileSync(this.#path, 'utf8') === this.#content) rmSync(this.#path);
    } catch {
      // The folder was deleted or became read-only; a lock that stays is detected as stale.
    }
  }
}

function thisProcess(): Owner {
  const { pid } = process;
  return { pid, host: hostname(), since: new Date().toISOString(), started: startOf(pid) };
}

/** Field `starttime` of /proc/PID/stat; null where it does not exist. */
function startOf(pid: number): string | null {
  try {
    // The second field is the program's name in parentheses, which may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\)\s*/s, '')
      .split(' ');
    return fields[19];
  } catch {
    return null;
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The run itself reports a deleted or read-only folder.
  }
}

/**
 * Removes a lock whose process has ended.
 *
 * @throws RunLockedError if it has not
 */
function removeStale(directory: string, path: string): void {
  const content = readOrNull(path);
  if (content === null) return; // released in the meantime
  const owner = parseOwner(content);
  if (owner === null || isRunning(owner, content, path)) throw lockedError(directory, path, owner);
  // Renaming is atomic: of two processes that find the stale lock, one removes it. If the other one
  // renames the new lock instead, it notices, and gives it back.
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw withPathOf(path, 'written', error);
  }
  if (readOrNull(aside) === content) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw withPathOf(path, 'read', error);
  }
}

/** Null for a file that is damaged or of another program. */
function parseOwner(content: string): Owner | null {
  try {
    const { pid, host, since, started } = JSON.parse(content) as Partial<Owner>;
    const valid = Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string';
    return valid ? { pid: pid!, host, since: String(since), started: started ?? null } : null;
  } catch {
    return null;
  }
}

function isRunning({ pid, host, started }: Owner, content: string, path: string): boolean {
  if (host !== hostname()) return Date.now() - lastBeat(path) < SILENT_MS;
  if (pid === process.pid) return held.has(content);
  try {
    process.kill(pid, 0); // sends nothing; fails if there is no such process
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(pid);
  return started === null || now === null || started === now;
}

function lastBeat(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function lockedError(directory: string, path: string, owner: Owner | null): RunLockedError {
  const who =
    owner === null
      ? 'is locked'
      : `is being trained by process ${owner.pid} on ${printable(owner.host)}, since ` +
        printable(owner.since);
  return new RunLockedError(
    `${directory}: ${who}; wait until it ends, stop it, or delete ${path} if no process trains the run`,
  );
}
