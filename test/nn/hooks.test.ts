// Forward hooks, alone and in a Sequential that fuses its layers, and modules with several inputs.

import { describe, expect, it } from 'vitest';
import { add, mul, noGrad, ones, scope, sum, tensor, type Tensor } from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Conv2d,
  type Layer,
  MaxPool2d,
  Module,
  ModuleList,
  registerForwardHook,
  registerForwardPreHook,
  ReLU,
  Sequential,
} from '../../src/nn/index.js';
import { Rng } from '../../src/engine/index.js';
import { freshBackend, linear } from './support.js';

freshBackend();

/** weight-free module with two inputs and an object as output. */
class SumAndProduct extends Module {
  override forward(a: Tensor, b: Tensor): { sum: Tensor; product: Tensor } {
    return { sum: add(a, b), product: mul(a, b) };
  }
}

const read = async (body: () => Tensor): Promise<number[]> =>
  Array.from(await scope(() => body().data()));

describe('modules with several inputs', () => {
  it('return what they declare, and gradients reach every input', async () => {
    const module = new SumAndProduct();
    const gradients = scope(() => {
      const a = tensor([2, 3], { requiresGrad: true });
      const b = tensor([5, 7], { requiresGrad: true });
      const output = module.forward(a, b);
      sum(add(output.sum, output.product)).backward();
      return [a.grad!.data(), b.grad!.data()];
    });
    expect((await Promise.all(gradients)).map((data) => [...data])).toEqual([
      [6, 8],
      [3, 4],
    ]);
  });

  class Masked extends Module {
    override forward(x: Tensor, mask: Tensor): Tensor {
      return mul(x, mask);
    }
  }
  class OptionallyMasked extends Module {
    override forward(x: Tensor, mask: Tensor | null = null): Tensor {
      return mask === null ? x : mul(x, mask);
    }
  }

  it('are rejected by Sequential, except with default values', async () => {
    // @ts-expect-error forward requires two inputs
    expect(() => new Sequential(new ReLU(), new Masked())).toThrow(
      /^Sequential: layer 1 \(Masked\) requires 2 inputs, but each layer receives one tensor; write a Module/,
    );
    // @ts-expect-error forward returns an object
    expect(() => new Sequential(new SumAndProduct())).toThrow(/requires 2 inputs/);
    // @ts-expect-error a list has no computation of its own
    const list = new Sequential(new ModuleList([new ReLU()]));
    expect(() => scope(() => void list.forward(ones([1])))).toThrow(/ModuleList: has no forward/);
    expect(() => new Sequential([new ReLU()] as unknown as ReLU)).toThrow(
      /^Sequential: layer 0 must be a Module, got/,
    );
    expect(await read(() => new Sequential(new OptionallyMasked()).forward(ones([1])))).toEqual([
      1,
    ]);
  });

  it('are rejected by Sequential when one returns anything but a tensor', () => {
    class Halves extends Module {
      override forward(x: Tensor): Tensor[] {
        return [x, x];
      }
    }
    // @ts-expect-error forward returns a list
    const model = new Sequential(new Halves(), new ReLU());
    expect(() => scope(() => void model.forward(ones([1])))).toThrow(
      /^Sequential: Halves returned .*, expected a tensor; write a Module that calls the layers itself/,
    );
  });
});

describe('forward hooks', () => {
  it('see module, inputs and output, in order, until removed', () => {
    const module = new SumAndProduct();
    const calls: string[] = [];
    const removers = ['first', 'second'].map((name) =>
      registerForwardHook(module, (self, [a, b], output) => {
        expect(self).toBe(module);
        expect(output.sum.shape).toEqual(a.shape);
        calls.push(`${name} ${b.size}`);
      }),
    );
    removers.push(
      registerForwardPreHook(module, (_, inputs) => {
        calls.push(`before ${inputs.length}`);
      }),
    );
    const call = (): void => scope(() => void module.forward(ones([2]), ones([2])));
    call();
    expect(calls).toEqual(['before 2', 'first 2', 'second 2']);
    removers[0]();
    removers[0](); // has no effect
    calls.length = 0;
    call();
    expect(calls).toEqual(['before 2', 'second 2']);
    for (const remove of removers) remove();
    calls.length = 0;
    call();
    expect(calls).toEqual([]);
    expect(Object.hasOwn(module, 'forward')).toBe(false);
  });

  it('replace inputs and output', async () => {
    const layer = new ReLU();
    const removers = [
      registerForwardPreHook(layer, (_, [x]) => [mul(x, -1)]),
      registerForwardHook(layer, (_, __, y) => add(y, 10)),
    ];
    expect(await read(() => layer.forward(tensor([1, -2])))).toEqual([10, 12]);
    for (const remove of removers) remove();
    expect(await read(() => layer.forward(tensor([1, -2])))).toEqual([1, 0]);
  });

  it('may be registered twice, and removed during a call', () => {
    const layer = new ReLU();
    let calls = 0;
    const count = (): undefined => void (calls += 1);
    const removers = [registerForwardHook(layer, count), registerForwardHook(layer, count)];
    const removeAll = registerForwardPreHook(layer, () => {
      removers[1]();
      removeAll();
    });
    for (let i = 0; i < 2; i++) scope(() => void layer.forward(ones([1])));
    expect(calls).toBe(2);
    removers[0]();
  });

  it('keep a forward that is a property', async () => {
    class Arrow extends Module {
      override forward = (x: Tensor): Tensor => mul(x, 3);
    }
    const module = new Arrow();
    const remove = registerForwardHook(module, (_, __, y) => add(y, 1));
    expect(await read(() => module.forward(ones([1])))).toEqual([4]);
    remove();
    expect(await read(() => module.forward(ones([1])))).toEqual([3]);
    expect(Object.keys(module)).toContain('forward');
  });

  it('must be synchronous, and a pre-hook must return a list', () => {
    const layer = new ReLU();
    // @ts-expect-error a promise would replace the output
    const removeAsync = registerForwardHook(layer, async () => Promise.resolve());
    expect(() => scope(() => void layer.forward(ones([1])))).toThrow(/must not be async/);
    removeAsync();
    // @ts-expect-error one tensor instead of a list
    const remove = registerForwardPreHook(layer, (_, [x]) => x);
    expect(() => scope(() => void layer.forward(ones([1])))).toThrow(
      /a hook must return a list of inputs or undefined, got/,
    );
    remove();
  });

  it('do not change the state, the text or the children of a module', () => {
    const layer = linear(2, 1);
    const before = [Object.keys(layer.stateDict()), layer.toString(), layer.children];
    const remove = registerForwardHook(layer, () => undefined);
    expect([Object.keys(layer.stateDict()), layer.toString(), layer.children]).toEqual(before);
    remove();
    layer.dispose();
  });
});

describe('hooks of layers in a Sequential', () => {
  const block = (): [Conv2d, BatchNorm2d, ReLU, MaxPool2d] => [
    new Conv2d({ inChannels: 1, outChannels: 2, kernelSize: 3, rng: new Rng(3) }),
    new BatchNorm2d({ numFeatures: 2 }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
  const image = (): Tensor =>
    tensor(
      Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)),
      { shape: [1, 1, 6, 6] },
    );

  it.each([0, 1, 2, 3])(
    'are called for layer %i of a fused block, with and without a graph',
    async (index) => {
      const layers = block();
      const model = new Sequential(...layers, new ReLU()).eval();
      const run = (): Promise<number[]> => read(() => noGrad(() => model.forward(image())));
      const expected = await run();
      const shapes: (readonly number[])[] = [];
      const remove = registerForwardHook(layers[index] as Layer, (_, __, y) => {
        shapes.push(y.shape);
      });
      const actual = await run();
      expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
      scope(() => void model.forward(image()));
      expect(shapes).toEqual(Array(2).fill(index === 3 ? [1, 2, 2, 2] : [1, 2, 4, 4]));
      remove();
      expect(await run()).toEqual(expected);
      model.dispose();
    },
  );

  it('are called for a Sequential inside another module', () => {
    const inner = new Sequential(linear(1, 1), new ReLU());
    const outer = new Sequential(inner, new ReLU());
    let calls = 0;
    const remove = registerForwardHook(inner, () => void (calls += 1));
    scope(() => void outer.forward(ones([1, 1])));
    expect(calls).toBe(1);
    remove();
    outer.dispose();
  });

  it('may replace the output of a layer', async () => {
    const layer = linear(1, 1);
    layer.weight.assign([1]);
    layer.bias!.assign([0]);
    const model = new Sequential(layer, new ReLU());
    const remove = registerForwardHook(layer, (_, __, y) => mul(y, -1));
    expect(await read(() => model.forward(tensor([[-4]])))).toEqual([4]);
    remove();
    expect(await read(() => model.forward(tensor([[-4]])))).toEqual([0]);
    model.dispose();
  });
});
