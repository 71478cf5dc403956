// Tests the lock of a run folder: when it holds, and when it is recognized as stale.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunLockedError } from '../../../src/app/errors.js';
import { LOCK_FILE, RunLock } from '../../../src/app/run/lock.js';
import { SystemError } from '../../../src/app/systemErrors.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkgrad-lock-'));
  path = join(folder, LOCK_FILE);
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Owner {
  pid: number;
  host: string;
  since: string;
  started: string | null;
}

/** A process that runs: the parent of this one. */
const RUNNING = process.ppid;
/** Above the largest pid of any system. */
const ENDED = 2 ** 30;

function writeLock(owner: Partial<Owner>): void {
  const since = '2026-11-30T12:00:00.000Z';
  const full = { pid: RUNNING, host: hostname(), since, started: null, ...owner };
  writeFileSync(path, JSON.stringify(full));
}

const ownerOf = (): Owner => JSON.parse(readFileSync(path, 'utf8')) as Owner;

function expectReplaced(): void {
  const lock = RunLock.acquire(folder);
  expect(ownerOf()).toMatchObject({ pid: process.pid, host: hostname() });
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
}

function expectLocked(message: RegExp): void {
  const before = readFileSync(path, 'utf8');
  expect(() => RunLock.acquire(folder)).toThrow(RunLockedError);
  expect(() => RunLock.acquire(folder)).toThrow(message);
  expect(readFileSync(path, 'utf8')).toBe(before);
  expect(readdirSync(folder)).toEqual([LOCK_FILE]);
}

describe('a run folder', () => {
  it('is locked once, until it is released', () => {
    const lock = RunLock.acquire(folder);
    const owner = ownerOf();
    expect(owner).toMatchObject({ pid: process.pid, host: hostname() });
    expect(Math.abs(Date.parse(owner.since) - Date.now())).toBeLessThan(60_000);
    expectLocked(new RegExp(`is being trained by process ${process.pid} on `));
    lock.release();
    lock.release();
    expect(existsSync(path)).toBe(false);
    expectReplaced();
  });

  it('that was deleted and created again keeps the lock of its new owner', () => {
    const lock = RunLock.acquire(folder);
    writeLock({});
    lock.release();
    expect(ownerOf().pid).toBe(RUNNING);
  });

  it('that does not exist cannot be locked', () => {
    expect(() => RunLock.acquire(join(folder, 'none'))).toThrow(SystemError);
  });
});

describe('a lock holds', () => {
  it('while its process runs', () => {
    writeLock({});
    expectLocked(
      new RegExp(
        `: is being trained by process ${RUNNING} on ${hostname()}, since 2026-11-30T12:00:00.000Z; ` +
          `wait until it ends, stop it, or delete .*${LOCK_FILE} if no process trains the run$`,
      ),
    );
  });

  it('while a process of another host has touched it recently', () => {
    writeLock({ host: 'elsewhere', pid: ENDED });
    expectLocked(/by process 1073741824 on elsewhere/);
  });

  it('if it is damaged: its owner is not known', () => {
    writeFileSync(path, '{');
    expectLocked(/: is locked; wait until it ends/);
    writeFileSync(path, '{"pid": "1", "host": "x"}');
    expectLocked(/: is locked/);
  });

  it('without control characters of the file in the message', () => {
    writeLock({ host: '\u001b[2Jelsewhere', since: '\u0007' });
    expectLocked(/on \?\[2Jelsewhere, since \?;/);
  });
});

describe('a lock is stale', () => {
  it('if its process has ended', () => {
    writeLock({ pid: ENDED });
    expectReplaced();
  });

  it('if another process has its pid now', () => {
    writeLock({ started: existsSync('/proc/self/stat') ? '1' : null });
    if (existsSync('/proc/self/stat')) expectReplaced();
  });

  it('if this process has its pid but did not lock the folder, as in a restarted container', () => {
    writeLock({ pid: process.pid });
    expectReplaced();
  });

  it('if a process of another host has not touched it for ten minutes', () => {
    writeLock({ host: 'elsewhere' });
    const old = Date.now() / 1000 - 601;
    utimesSync(path, old, old);
    expectReplaced();
  });
});
