// Frozen parameters: no gradient, no update, no weight decay, and no work in the backward pass.

import { describe, expect, it, vi } from 'vitest';
import { noGrad, ones, Rng, scope, sum, tensor, type Tensor } from '../../src/engine/index.js';
import {
  Adam,
  AdamW,
  BatchNorm2d,
  clipGradNorm,
  clipGradValue,
  Conv2d,
  MaxPool2d,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  type Optimizer,
} from '../../src/nn/index.js';
import { freshBackend, linear, Pair, readAll, setGrad } from './support.js';

const holder = freshBackend();

/** Names of the kernels that a computation launches. */
function kernelsOf(body: () => void): string[] {
  const run = vi.spyOn(holder.backend, 'run');
  scope(body);
  const names = run.mock.calls.map(([{ kernel }]) => kernel.name);
  run.mockRestore();
  return names;
}

describe('a frozen module', () => {
  it('gets no gradient, while the others train', () => {
    const model = new Pair(linear(2, 3), linear(3, 1));
    expect(model.first.setRequiresGrad(false)).toBe(model.first);
    expect(model.parameters()).toHaveLength(4);
    scope(() => sum(model.forward(ones([4, 2]))).backward());
    expect(model.parameters().map(({ grad }) => grad?.shape ?? null)).toEqual([
      null,
      null,
      [1, 3],
      [1],
    ]);
    model.dispose();
  });

  it('passes the gradient on to its input', async () => {
    const layer = linear(2, 1);
    layer.weight.assign([3, 4]);
    layer.setRequiresGrad(false);
    const gradient = await scope(() => {
      const x = tensor([[1, 1]], { requiresGrad: true });
      sum(layer.forward(x)).backward();
      return x.grad!.data();
    });
    expect([...gradient]).toEqual([3, 4]);
    layer.dispose();
  });

  it('before the trainable part costs nothing in the backward pass', () => {
    const model = new Pair(linear(2, 3), linear(3, 1));
    model.first.setRequiresGrad(false);
    const frozen = kernelsOf(() => sum(model.forward(ones([4, 2]))).backward());
    model.zeroGrad();
    const head = kernelsOf(() => sum(model.second.forward(ones([4, 3]))).backward());
    const forward = kernelsOf(() => void model.first.forward(ones([4, 2])));
    expect(frozen).toHaveLength(head.length + forward.length - 1); // two calls of `ones`
    model.dispose();
  });

  it('records no graph if all parameters are frozen', () => {
    const model = new Pair(linear(2, 3), linear(3, 1)).setRequiresGrad(false);
    scope(() => {
      const y = model.forward(ones([1, 2]));
      expect([y.requiresGrad, y.node]).toEqual([false, null]);
      expect(() => y.backward()).toThrow(/does not require a gradient/);
    });
    model.dispose();
  });

  it('trains again once it is unfrozen', () => {
    const layer = linear(2, 1);
    for (const trainable of [false, true]) {
      layer.setRequiresGrad(trainable);
      scope(() => {
        const y = sum(layer.forward(ones([1, 2])));
        if (trainable) y.backward();
        expect(y.requiresGrad).toBe(trainable);
      });
    }
    expect(layer.weight.grad!.shape).toEqual([1, 2]);
    layer.dispose();
  });

  it('gets no gradient if it is frozen between forward and backward', () => {
    const layer = linear(2, 1);
    scope(() => {
      const y = sum(layer.forward(ones([1, 2])));
      layer.weight.requiresGrad = false;
      y.backward();
    });
    expect([layer.weight.grad, layer.bias!.grad!.shape]).toEqual([null, [1]]);
    layer.dispose();
  });
});

describe('a frozen parameter in an optimizer', () => {
  it.each<[string, (parameters: Parameter[]) => Optimizer]>([
    ['SGD', (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.5 })],
    ['Adam', (p) => new Adam(p, { lr: 0.1, weightDecay: 0.5 })],
    ['AdamW', (p) => new AdamW(p, { lr: 0.1, weightDecay: 0.5 })],
  ])('%s: is not changed, even with an old gradient and momentum', async (_, make) => {
    const [frozen, trained, reference] = [1, 1, 1].map((value) => new Parameter([1], [value]));
    const optimizer = make([frozen, trained]);
    const alone = make([reference]);
    const step = (...parameters: Parameter[]): void => {
      for (const parameter of parameters) setGrad(parameter, [2]);
      optimizer.step();
      alone.step();
    };
    step(frozen, trained, reference);
    const before = await frozen.item();
    frozen.requiresGrad = false;
    step(trained, reference);
    step(trained, reference);
    expect(await frozen.item()).toBe(before);
    expect(optimizer.stateDict().settings.steps).toEqual([1, 3]);

    // Unfrozen, it continues with its own state: its second step equals the second of another one.
    frozen.requiresGrad = true;
    const second = new Parameter([1], [1]);
    const fresh = make([second]);
    for (let i = 0; i < 2; i++) {
      setGrad(second, [2]);
      fresh.step();
    }
    setGrad(frozen, [2]);
    optimizer.step();
    expect(await frozen.item()).toBe(await second.item());
    expect(await trained.item()).not.toBe(await reference.item());
    for (const each of [optimizer, alone, fresh, frozen, trained, reference, second])
      each.dispose();
  });

  it('is ignored by gradient clipping', async () => {
    const [frozen, trained] = [new Parameter([1], [0]), new Parameter([1], [0])];
    setGrad(frozen, [100]);
    setGrad(trained, [3]);
    frozen.requiresGrad = false;
    expect(await scope(() => clipGradNorm([frozen, trained], 1).item())).toBe(3);
    clipGradValue([frozen, trained], 0.25);
    expect(await readAll({ frozen: frozen.grad!, trained: trained.grad! })).toEqual({
      frozen: [100],
      trained: [0.25],
    });
    frozen.dispose();
    trained.dispose();
  });
});

describe('a frozen block in a fused Sequential', () => {
  const make = (): { model: Sequential; conv: Conv2d; norm: BatchNorm2d } => {
    const conv = new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3, rng: new Rng(5) });
    const norm = new BatchNorm2d({ numFeatures: 2 });
    const model = new Sequential(conv, norm, new ReLU(), new MaxPool2d({ kernelSize: 2 }));
    return { model, conv, norm };
  };
  const image = (requiresGrad: boolean): Tensor =>
    tensor(
      Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)),
      {
        shape: [1, 1, 6, 6],
        requiresGrad,
      },
    );

  it.each([true, false])('trains only what is not frozen (training mode %s)', (training) => {
    const { model, conv, norm } = make();
    model.train(training);
    conv.setRequiresGrad(false);
    scope(() => sum(model.forward(image(false))).backward());
    expect([conv.weight.grad, conv.bias!.grad]).toEqual([null, null]);
    expect([norm.weight!.grad!.shape, norm.bias!.grad!.shape]).toEqual([[2], [2]]);
    model.zeroGrad();
    conv.setRequiresGrad(true);
    norm.setRequiresGrad(false);
    scope(() => sum(model.forward(image(false))).backward());
    expect([norm.weight!.grad, norm.bias!.grad]).toEqual([null, null]);
    expect(conv.weight.grad!.shape).toEqual([2, 1, 3, 3]);
    model.dispose();
  });

  it('is one operation in evaluation mode if all of it is frozen', async () => {
    const { model } = make();
    model.eval();
    const unfused = await scope(() => model.forward(image(false)).data());
    model.setRequiresGrad(false);
    const fused = await scope(() => {
      const y = model.forward(image(false));
      expect([y.requiresGrad, y.node]).toEqual([false, null]);
      return y.data();
    });
    const inference = await scope(() => noGrad(() => model.forward(image(false))).data());
    expect(fused).toEqual(inference);
    fused.forEach((value, i) => expect(value).toBeCloseTo(unfused[i], 5));
    const gradient = await scope(() => {
      const x = image(true); // the gradient of the input still needs a graph
      sum(model.forward(x)).backward();
      return x.grad!.data();
    });
    expect(gradient.some((value) => value !== 0)).toBe(true);
    model.dispose();
  });

  it('does not stop the running statistics; evaluation mode does', () => {
    const { model, norm } = make();
    model.setRequiresGrad(false);
    scope(() => void model.forward(image(false)));
    expect(norm.num_batches_tracked!.count).toBe(1);
    norm.eval();
    scope(() => void model.forward(image(false)));
    expect(norm.num_batches_tracked!.count).toBe(1);
    model.dispose();
  });
});
