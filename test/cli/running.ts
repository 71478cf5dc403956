// Starts a training process, waits until its checkpoint has reached a step, and sends it a signal.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readProgress, type Progress } from '../../src/app/training/progress.js';
import { loadState, type JsonObject } from '../../src/nn/index.js';
import { CLI, COMMAND_LIMIT_MS, commandEnvironment } from '../support/commands.js';
import type { Finished } from './support.js';

export interface Running {
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when stderr contains a text; never if the process ends first. */
  readonly waitForText: (text: string) => Promise<void>;
  /** Resolves when the process has ended; `code` is null if a signal ended it. */
  readonly finished: Promise<Finished>;
}

/** Starts `inkgrad` without waiting for it. */
export function start(cwd: string, command: string): Running {
  const options = { cwd, env: commandEnvironment(), timeout: COMMAND_LIMIT_MS };
  const child = spawn(process.execPath, [CLI, ...command.split(' ')], options);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes) => (stdout += String(bytes)));
  child.stderr.on('data', (bytes) => (stderr += String(bytes)));
  const finished = new Promise<Finished>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  const says = async (text: string): Promise<void> => {
    while (!stderr.includes(text)) await once(child.stderr, 'data');
  };
  return { signal: (name) => void child.kill(name), waitForText: says, finished };
}

/** Progress of the checkpoint; null while there is none. */
export async function checkpointProgress(checkpoint: string): Promise<Progress | null> {
  const bytes = await readFile(checkpoint).catch(() => null);
  return bytes && readProgress((loadState(bytes).extra as JsonObject).progress);
}

/** Waits until `isReached` holds for the checkpoint; fails if the process ends first. */
export async function waitUntil(
  { finished }: Running,
  checkpoint: string,
  isReached: (progress: Progress) => boolean,
): Promise<void> {
  const ended: Finished[] = [];
  void finished.then((result) => ended.push(result));
  for (;;) {
    const progress = await checkpointProgress(checkpoint);
    if (progress !== null && isReached(progress)) return;
    if (ended.length > 0) throw new Error(`the process ended too early: ${JSON.stringify(ended)}`);
    await sleep(5);
  }
}
