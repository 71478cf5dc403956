// Tests runs that end before their last epoch: signals, time limit, patience, a non-finite loss.
// After an orderly stop, --resume must continue the run. Runs the built program in a real process.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadState, type JsonObject } from '../../src/nn/index.js';
import { inkgrad, jsonLines, makeFolder } from './support.js';
import { checkpointProgress, start, waitUntil } from './running.js';

const SMALL = 'train --limit 188 --val-fraction 0.25 --batch-size 16';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

describe.concurrent('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s finishes the step, saves, prints how to resume and exits with %i',
    async (signal, code) => {
      const last = at(signal, 'last.safetensors');
      const run = start(folder, `${SMALL} --epochs 50 --checkpoint-every 0 --json --out ${signal}`);
      await waitUntil(run, last, ({ epoch, step }) => epoch >= 1 && step >= 1);
      run.signal(signal);
      const finished = await run.finished;
      expect(finished.code, finished.stderr).toBe(code);
      const { epoch, step } = (await checkpointProgress(last))!;
      const position =
        step === 0 ? `the end of epoch ${epoch}` : `epoch ${epoch + 1}, step ${step}`;
      expect(finished.stderr).toContain('stopping once this step is saved');
      expect(finished.stderr).toContain(
        `inkgrad: stopped at ${position}; the state is saved. Resume with  npx inkgrad train --resume ${signal}`,
      );
      expect(finished.stderr).not.toMatch(/^\s+at .*:\d+/m);
      expect(jsonLines(finished).at(-1)).toMatchObject({ event: 'end', ending: 'signal' });
      expect(readdirSync(at(signal)).filter((name) => name.endsWith('.partial'))).toEqual([]);

      const more = await inkgrad(folder, `train --resume ${signal} --epochs ${epoch + 1}`);
      expect(more.code, more.stderr).toBe(0);
      expect(more.stdout).toContain(`resume    ${signal} from ${position}`);
    },
  );

  it('sent twice ends the process at once, and earlier files stay intact', async () => {
    const last = at('twice', 'last.safetensors');
    // Nine steps, then a long validation during which both signals arrive.
    const run = start(
      folder,
      'train --val-fraction 0.9 --epochs 50 --checkpoint-every 0 --out twice',
    );
    await waitUntil(run, last, ({ step }) => step === 9);
    run.signal('SIGINT');
    await run.waitForText('stopping once');
    run.signal('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code === null || code === 130, `code ${code}: ${stderr}`).toBe(true);
    expect(stderr).not.toContain('the state is saved');
    expect(await checkpointProgress(last)).not.toBeNull();
  });
});

describe.concurrent('without a signal', () => {
  it('--max-minutes stops within an epoch and prints how to resume', async () => {
    const { code, stdout, stderr } = await inkgrad(
      folder,
      `${SMALL} --max-minutes 0.00001 --out short`,
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/stopped after 0\.00001 minutes, at epoch 1, step 1\n/);
    expect(stdout).toContain('continue  npx inkgrad train --resume short');
    expect(stdout).toContain('no epoch was completed; there is no best model yet');
    expect(existsSync(at('short', 'best.safetensors'))).toBe(false);
    expect(await checkpointProgress(at('short', 'last.safetensors'))).toMatchObject({
      epoch: 0,
      step: 1,
    });
  });

  it('--patience stops after that many epochs without improvement, and prints the reason', async () => {
    // With such a small rate nothing is learned, so the first epoch stays the best.
    const command = `${SMALL} --lr 1e-12 --epochs 30 --patience 2`;
    const { code, stdout, stderr } = await inkgrad(folder, `${command} --out patient`);
    expect(code, stderr).toBe(0);
    const message =
      /stopped early: the validation accuracy has not risen above (\S+ %) \(epoch (\d+)\) in the 2 epochs since \(--patience 2\)/;
    const [, , best] = message.exec(stdout)!;
    const lines = readFileSync(at('patient', 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(Number(best) + 2);

    const again = await inkgrad(folder, 'train --resume patient --json');
    expect(again.code, again.stderr).toBe(0);
    // Nothing was trained.
    expect(jsonLines(again)).toMatchObject([{ event: 'end', ending: 'patience' }]);
    const more = await inkgrad(folder, 'train --resume patient --patience 3 --json');
    expect(jsonLines(more).filter(({ event }) => event === 'epoch').length).toBeGreaterThan(0);
  });

  it('a non-finite loss ends with code 1 and prints the step, the rate and the last valid checkpoint', async () => {
    const { code, stdout, stderr } = await inkgrad(
      folder,
      `${SMALL} --lr 1e30 --checkpoint-every 0 --out wild`,
    );
    expect(code).toBe(1);
    const message =
      /^inkgrad: training diverged: .+ at epoch 1, step \d+ of 9 \(learning rate 1e\+30\); try a lower one \(--lr\); the last valid checkpoint is wild\/last\.safetensors \((the beginning|epoch 1, step \d+)\)$/m;
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(stdout).not.toContain('best ');
    const { extra } = loadState(readFileSync(at('wild', 'last.safetensors')));
    expect((extra as JsonObject).progress).toBeDefined();
  });

  it('--val-on-test prints a warning', async () => {
    const { code, stdout, stderr } = await inkgrad(
      folder,
      `${SMALL} --epochs 1 --val-on-test --out original`,
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/\*\*\* --val-on-test: the TEST part selects the best epoch/);
    expect(stdout).toMatch(/188 images, 47 classes\n.*validate {2}188 images of the TEST part/);
  });

  it('--quiet prints only warnings', async () => {
    const { code, stdout, stderr } = await inkgrad(
      folder,
      `${SMALL} --epochs 1 --quiet --out quiet`,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('SYNTHETIC');
    expect(stderr).not.toContain('epoch');
  });
});
