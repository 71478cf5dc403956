// Ten training steps of the network on one backend, in the page or in Node: the losses, and a
// digest of all weights.

import { stratifiedSplit } from '../../../src/data/loading/split.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { createWasmBackend, type WasmOptions } from '../../../src/engine/backends/wasm/index.js';
import { Rng, useBackend } from '../../../src/engine/index.js';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { Trainer } from '../../../src/app/training/trainer.js';
import { saveState } from '../../../src/nn/index.js';

export interface WasmTraining {
  readonly build: string;
  readonly threads: number;
  readonly crossOriginIsolated: boolean;
  /** Mean training loss after each step. */
  readonly losses: readonly number[];
  /** SHA-256 of the model's and the optimizer's state. */
  readonly fingerprint: string;
  /** Whether a thread other than the page's computed anything. */
  readonly helped: boolean;
}

const STEPS = 10;

/**
 * Detects whether threads share the work. They take chunks of a job from one counter
 * (wasm/work.ts). If the page's thread finds the counter advanced by more than its own chunk,
 * another thread advanced it. Returns a function that stops and returns the number of such cases.
 */
function watchSharedCounter(): () => number {
  const { add } = Atomics;
  let expected = 0;
  let moved = 0;
  Atomics.add = ((array: Int32Array, index: number, value: number) => {
    const previous = add(array, index, value);
    if (previous !== 0 && previous !== expected) moved += 1;
    expected = previous + value;
    return previous;
  }) as typeof add;
  return () => {
    Atomics.add = add;
    return moved;
  };
}

/** Trains from a fixed seed on synthetic characters. */
export async function trainOnWasm(options: WasmOptions): Promise<WasmTraining> {
  const backend = await createWasmBackend(options);
  useBackend(backend);
  const rng = new Rng(5);
  const parts = stratifiedSplit(syntheticDataset({ seed: 5, count: 8 * 47 }), 0.125, rng);
  const model = new CharacterNet({ classes: 47, rng });
  const trainer = new Trainer({
    model,
    train: parts.train,
    validation: parts.validation,
    rng,
    batchSize: 32,
  });
  const losses: number[] = [];
  const othersTook = watchSharedCounter();
  for await (const event of trainer.run()) {
    losses.push(event.trainLoss);
    if (losses.length === STEPS) break;
  }
  const helped = othersTook() > 0;
  const state = await saveState({ model, optimizer: trainer.optimizer });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(state)));
  trainer.dispose();
  const { build, threads } = backend;
  await backend.dispose();
  return {
    build,
    threads,
    losses,
    helped,
    crossOriginIsolated: globalThis.crossOriginIsolated,
    fingerprint: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}
