// Saving and loading training state: a resumed run is bit-for-bit identical to an uninterrupted
// one.

import { describe, expect, it } from 'vitest';
import { crossEntropy, ReferenceBackend, Rng, scope, tensor } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { freshBackend, readAll } from './support.js';

const SEED = 5;
const FEATURES = 6;
const BATCH = 8;

/**
 * A small run with everything that has state: batch norm, dropout, Adam, ReduceLROnPlateau and two
 * random streams.
 */
class Run {
  readonly rngs: Record<'dropout' | 'data', Rng>;
  readonly dropout: nn.Dropout;
  readonly model: nn.Layer;
  readonly optimizer: nn.Optimizer;
  readonly scheduler: nn.ReduceLROnPlateau;

  constructor(seed: number) {
    const root = new Rng(seed);
    const rng = root.split('init');
    this.rngs = { dropout: root.split('dropout'), data: root.split('data') };
    this.dropout = new nn.Dropout({ probability: 0.3, rng: this.rngs.dropout });
    this.model = new nn.Sequential(
      new nn.Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 1, rng }),
      new nn.BatchNorm2d({ numFeatures: 2 }),
      new nn.Flatten(),
      new nn.Linear({ inFeatures: 2 * FEATURES, outFeatures: 10, rng }),
      new nn.ReLU(),
      this.dropout,
      new nn.Linear({ inFeatures: 10, outFeatures: 3, rng }),
    );
    this.optimizer = new nn.Adam(this.model.parameters(), { lr: 0.02, weightDecay: 0.01 });
    this.scheduler = new nn.ReduceLROnPlateau(this.optimizer, {
      patience: 0,
      factor: 0.5,
      cooldown: 1,
    });
  }

  async steps(count: number): Promise<void> {
    const { data } = this.rngs;
    for (let step = 0; step < count; step++) {
      const images = Float32Array.from({ length: BATCH * FEATURES }, () => data.normal());
      const labels = Float32Array.from({ length: BATCH }, () => data.below(3));
      const loss = scope(() => {
        const x = tensor(images, { shape: [BATCH, 1, 1, FEATURES] });
        const loss = crossEntropy(this.model.forward(x), tensor(labels));
        this.optimizer.zeroGrad();
        loss.backward();
        nn.clipGradNorm(this.model.parameters(), 1);
        this.optimizer.step();
        return loss.item();
      });
      this.scheduler.step(await loss);
    }
  }

  save(extra: nn.Json = null): Promise<Uint8Array<ArrayBuffer>> {
    return nn.saveState({ ...this.parts, rngs: this.rngs, extra });
  }

  load(bytes: Uint8Array): nn.Json {
    const { rngs, extra } = nn.loadState(bytes, this.parts);
    Object.assign(this.rngs, rngs);
    this.dropout.rng = rngs.dropout;
    return extra;
  }

  get parts(): { model: nn.Layer; optimizer: nn.Optimizer; scheduler: nn.Scheduler } {
    return { model: this.model, optimizer: this.optimizer, scheduler: this.scheduler };
  }

  dispose(): void {
    this.optimizer.dispose();
    this.model.dispose();
  }
}

describe.each(['float32', 'float64'] as const)('in %s', (dtype) => {
  freshBackend(() => new ReferenceBackend({ dtype }));

  it(`a resumed run is bit-for-bit identical to an uninterrupted one (seed ${SEED})`, async () => {
    const uninterrupted = new Run(SEED);
    await uninterrupted.steps(7);
    const saved = await uninterrupted.save({ epoch: 7 });
    await uninterrupted.steps(9);

    const resumed = new Run(SEED + 1);
    expect(resumed.load(saved)).toEqual({ epoch: 7 });
    expect(await resumed.save({ epoch: 7 })).toEqual(saved);
    await resumed.steps(9);
    expect(await resumed.save()).toEqual(await uninterrupted.save());
    expect(resumed.optimizer.lr).toBe(uninterrupted.optimizer.lr);
    expect(resumed.optimizer.lr).toBeLessThan(0.02); // the plateau was reached: its state mattered
    uninterrupted.dispose();
    resumed.dispose();
  });
});

describe('saveState', () => {
  freshBackend();

  it('the same seed gives the same file; another seed gives another', async () => {
    const file = async (seed: number): Promise<Uint8Array> => {
      const run = new Run(seed);
      await run.steps(4);
      const bytes = await run.save();
      run.dispose();
      return bytes;
    };
    const [first, again, other] = [await file(SEED), await file(SEED), await file(SEED + 1)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('saves the state at the time of the call', async () => {
    const run = new Run(SEED);
    await run.steps(2);
    const before = await run.save();
    const pending = run.save();
    const running = run.steps(2); // its first step runs before the save has written anything
    expect(await pending).toEqual(before);
    await running;
    expect(await run.save()).not.toEqual(before);
    run.dispose();
  });

  it("does not prefix the model's names, so that other tools can read the weights", async () => {
    const run = new Run(SEED);
    await run.steps(1);
    const { tensors, metadata } = nn.decodeSafetensors(await run.save());
    const names = Object.keys(run.model.stateDict());
    const optimizerNames = Object.keys(run.optimizer.stateDict().tensors).map(
      (name) => `optimizer.${name}`,
    );
    expect(Object.keys(tensors).sort()).toEqual([...names, ...optimizerNames].sort());
    expect(Object.keys(metadata).sort()).toEqual([
      'extra',
      'inkgrad',
      'optimizer',
      'rngs',
      'scheduler',
    ]);
    expect(tensors['1.num_batches_tracked']).toEqual({ shape: [], data: Float32Array.of(1) });

    const weights = nn.decodeSafetensors(await nn.saveState({ model: run.model }));
    expect(Object.keys(weights.tensors).sort()).toEqual([...names].sort());
    run.dispose();
  });

  it('rejects numbers that JSON lacks, and model names that begin with "optimizer."', async () => {
    await expect(nn.saveState({ extra: { loss: [1, NaN] } })).rejects.toThrow(
      /extra.loss\[1\].*NaN/,
    );
    class Clash extends nn.Module {
      readonly optimizer = new nn.Linear({ inFeatures: 1, outFeatures: 1, rng: new Rng(SEED) });

      override forward(): never {
        throw new Error('not called');
      }
    }
    const model = new Clash();
    await expect(nn.saveState({ model })).rejects.toThrow(
      /optimizer.weight in the model starts with the reserved prefix optimizer\./,
    );
    model.dispose();
  });
});

describe('loadState', () => {
  freshBackend();

  it('without targets returns only the random streams and `extra`', async () => {
    const rng = new Rng(SEED);
    for (let i = 0; i < 5; i++) rng.bits();
    const bytes = await nn.saveState({ rngs: { main: rng }, extra: [1, 'two', { three: null }] });
    const { rngs, extra } = nn.loadState(bytes);
    expect(extra).toEqual([1, 'two', { three: null }]);
    expect(rngs.main.bits()).toBe(rng.bits());
  });

  it('loads weights written by another tool', async () => {
    const model = new nn.Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(SEED) });
    const bytes = nn.encodeSafetensors(
      { weight: { shape: [1, 2], data: [3, 4] }, bias: { shape: [1], data: [5] } },
      { format: 'pt' },
    );
    expect(nn.loadState(bytes, { model })).toEqual({ rngs: {}, extra: null });
    expect(await readAll(model.stateDict())).toEqual({ weight: [3, 4], bias: [5] });
    model.dispose();
  });

  it('changes nothing when one part does not match', async () => {
    const [source, target] = [new Run(SEED), new Run(SEED + 1)];
    await source.steps(3);
    await target.steps(1);
    const { tensors, metadata } = nn.decodeSafetensors(await source.save());
    const before = await target.save();
    const loadChanged = (changes: Record<string, string>, arrays: nn.HostState = tensors): void => {
      target.load(nn.encodeSafetensors(arrays, { ...metadata, ...changes }));
    };
    const without = (name: string): nn.HostState =>
      Object.fromEntries(Object.entries(tensors).filter(([key]) => key !== name));

    expect(() => loadChanged({}, without('3.bias'))).toThrow(/missing: 3.bias/);
    expect(() => loadChanged({}, without('optimizer.0.exp_avg'))).toThrow(/missing: 0.exp_avg/);
    expect(() => loadChanged({ scheduler: '{"type":"StepLR"}' })).toThrow(/type is StepLR/);
    expect(() => loadChanged({ scheduler: '{' })).toThrow(/loadState: scheduler: not JSON/);
    expect(() => loadChanged({ optimizer: '{"lr":1,"lr":2}' })).toThrow(/"lr" appears twice/);
    expect(() => loadChanged({ rngs: '{"dropout":{"key":[1],"drawn":0}}' })).toThrow(
      /two 32-bit integers/,
    );
    expect(() => loadChanged({ rngs: '{"dropout":{"key":[1,2],"drawn":-1}}' })).toThrow(/drawn/);
    expect(() => loadChanged({ inkgrad: '99' })).toThrow(/version 99/);
    expect(await target.save()).toEqual(before);

    const withoutScheduler = Object.fromEntries(
      Object.entries(metadata).filter(([name]) => name !== 'scheduler'),
    );
    expect(() => target.load(nn.encodeSafetensors(tensors, withoutScheduler))).toThrow(
      /the file contains no scheduler/,
    );
    expect(await target.save()).toEqual(before);
    source.dispose();
    target.dispose();
  });
});
