// Tests that a command loads only the modules that it needs: loading takes most of the time of a
// short command. Runs the built program.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess, type CommandResult } from '../support/commands.js';
import { makeFolder } from './support.js';

const MODULE_LOG = new URL('../support/moduleLog.js', import.meta.url).href;
const SHIPPED_MODEL = new URL('../../src/app/model/shipped/model.safetensors', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command; returns also the URLs of its modules. */
async function modulesOf(
  ...args: string[]
): Promise<CommandResult & { readonly modules: readonly string[] }> {
  const log = join(folder, `${args[0]}.log`);
  const result = await runInProcess({
    cwd: folder,
    args,
    env: { MODULE_LOG: log },
    nodeArgs: ['--import', MODULE_LOG],
  });
  return { ...result, modules: [...new Set((await readFile(log, 'utf8')).trim().split('\n'))] };
}

/** The commands among the modules of the program. */
const commandsOf = (modules: readonly string[]): string[] =>
  modules
    .map((url) => /\/commands\/(\w+)\.js$/.exec(url)?.[1] ?? '')
    .filter((name) => /^(data|explore|train|eval|predict|import|export|info|doctor)$/.test(name));

describe('modules loaded by', () => {
  it('--version: at most 60, and no parser', async () => {
    const { code, stdout, modules } = await modulesOf('--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
    expect(modules.some((url) => url.endsWith('/app/cli.js'))).toBe(true);
    expect(modules.length).toBeLessThanOrEqual(60);
    expect(modules.filter((url) => url.includes('/yargs/'))).toEqual([]);
  });

  it('--help: no command', async () => {
    const { code, modules } = await modulesOf('--help');
    expect(code).toBe(0);
    expect(modules.length).toBeGreaterThan(40);
    expect(commandsOf(modules)).toEqual([]);
  });

  it('predict: no other command, no training, no GPU', async () => {
    const data = new Uint8Array(32 * 32).map((_, i) => (i % 32 > 13 && i % 32 < 18 ? 0 : 255));
    await writeFile(
      join(folder, 'a.png'),
      encode({ data, width: 32, height: 32, channels: 1, depth: 8 }),
    );
    const model = SHIPPED_MODEL.pathname;
    const { code, stdout, modules } = await modulesOf('predict', '--model', model, 'a.png');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^a\.png\n/);
    expect(commandsOf(modules)).toEqual(['predict']);
    const unneeded = /\/(optim|schedule|backends\/gpu|strokes\/skeletons|run)\/|trainer|trainStep/;
    expect(modules.filter((url) => unneeded.test(url))).toEqual([]);
    expect(modules.length).toBeLessThan(260);
  });
});
