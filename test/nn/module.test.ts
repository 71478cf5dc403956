// Module: names and shapes of the state, loading, modes, counting, printing, and who owns what.

import ndarray from 'ndarray';
import { describe, expect, it, vi } from 'vitest';
import { mse, ones, Rng, scope, tensor, zeros, type Tensor } from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Dropout,
  Linear,
  Module,
  ModuleBuffer,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  type HostState,
} from '../../src/nn/index.js';
import { CharacterNet, freshBackend, readAll } from './support.js';

const SEED = 7;
const holder = freshBackend();

function linear(inFeatures: number, outFeatures: number): Linear {
  return new Linear({ inFeatures, outFeatures, rng: new Rng(SEED) });
}

/** One that is neither a layer nor a Sequential. */
class Pair extends Module {
  readonly first: Module;
  readonly second: Module;

  constructor(first: Module, second: Module) {
    super();
    this.first = first;
    this.second = second;
  }

  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x));
  }
}

describe('the state of the character network', () => {
  it("has PyTorch's names, order and shapes", () => {
    const model = new CharacterNet(new Rng(SEED));
    const norm = (index: number, channels: number): [string, number[]][] => [
      ...['weight', 'bias', 'running_mean', 'running_var'].map((name): [string, number[]] => [
        `conv_layers.${index}.${name}`,
        [channels],
      ]),
      [`conv_layers.${index}.num_batches_tracked`, []],
    ];
    expect(Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual([
      ['conv_layers.0.weight', [32, 1, 3, 3]],
      ['conv_layers.0.bias', [32]],
      ...norm(1, 32),
      ['conv_layers.4.weight', [64, 32, 3, 3]],
      ['conv_layers.4.bias', [64]],
      ...norm(5, 64),
      ['conv_layers.8.weight', [128, 64, 3, 3]],
      ['conv_layers.8.bias', [128]],
      ...norm(9, 128),
      ['fc_layers.0.weight', [256, 1152]],
      ['fc_layers.0.bias', [256]],
      ['fc_layers.3.weight', [47, 256]],
      ['fc_layers.3.bias', [47]],
    ]);
    expect(model.parameterCount).toBe(400_367);
    expect(model.parameters()).toHaveLength(16);
    expect(model.namedBuffers()).toHaveLength(9);
    model.dispose();
  });

  it('prints as a tree', () => {
    const model = new Pair(new Sequential(linear(3, 2), new ReLU()), new BatchNorm2d({ numFeatures: 2 }));
    expect(model.toString()).toBe(
      [
        'Pair(',
        '  (first): Sequential(',
        '    (0): Linear(3, 2)',
        '    (1): ReLU()',
        '  )',
        '  (second): BatchNorm2d(2, epsilon=0.00001, momentum=0.1)',
        ')',
      ].join('\n'),
    );
    model.dispose();
  });

  it('turns images into logits', () => {
    const model = new CharacterNet(new Rng(SEED)).eval();
    const shape = scope(() => model.forward(zeros([1, 1, 28, 28])).shape);
    expect(shape).toEqual([1, 47]);
    model.dispose();
  });
});

describe('registration', () => {
  it('counts a parameter that is used twice once, and saves it under both names', () => {
    const shared = linear(2, 2);
    const model = new Pair(shared, shared);
    expect(model.parameters()).toHaveLength(2);
    expect(model.parameterCount).toBe(6);
    expect(Object.keys(model.stateDict())).toEqual([
      'first.weight',
      'first.bias',
      'second.weight',
      'second.bias',
    ]);
    model.dispose();
  });

  it('refuses a list of modules, which would be overlooked', () => {
    class Listed extends Module {
      readonly blocks: readonly Module[] = [linear(2, 2)];

      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    const model = new Listed();
    expect(() => model.parameters()).toThrow(/Listed: property blocks is a list of modules.*Sequential/);
    for (const block of model.blocks) block.dispose();
  });

  it('leaves out what is private or null', () => {
    class Student extends Module {
      readonly own = linear(1, 1);
      readonly bias: Parameter | null = null;
      readonly #teacher: Module;

      constructor(teacher: Module) {
        super();
        this.#teacher = teacher;
      }

      override forward(x: Tensor): Tensor {
        return this.#teacher.forward(this.own.forward(x));
      }
    }
    const teacher = linear(1, 1);
    const model = new Student(teacher);
    expect(Object.keys(model.stateDict())).toEqual(['own.weight', 'own.bias']);
    model.dispose();
    teacher.dispose();
  });

  it('keeps parameters and buffers out of the scope that made them', async () => {
    const [weight, buffer] = scope(() => [
      new Parameter([2], [1, 2]),
      new ModuleBuffer([2], () => Float32Array.of(3, 4)),
    ]);
    expect(weight.requiresGrad).toBe(true);
    expect(buffer.requiresGrad).toBe(false);
    expect(await weight.data()).toEqual(Float32Array.of(1, 2));
    expect(await buffer.data()).toEqual(Float32Array.of(3, 4));
    weight.dispose();
    buffer.dispose();
  });
});

describe('loadStateDict', () => {
  const good: HostState = {
    'first.weight': { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
    'first.bias': { shape: [2], data: [7, 8] },
    'second.weight': { shape: [1, 2], data: [9, 10] },
    'second.bias': { shape: [1], data: [11] },
  };

  it('replaces numbers in place: the tensors, and who holds them, stay', async () => {
    const model = new Pair(linear(3, 2), linear(2, 1));
    const before = model.parameters();
    const optimizer = new SGD(before, { lr: 1 });
    expect(model.loadStateDict(good)).toEqual({ missing: [], unexpected: [] });
    expect(model.parameters().every((parameter, index) => parameter === before[index])).toBe(true);
    expect(await readAll(model.stateDict())).toEqual({
      'first.weight': [1, 2, 3, 4, 5, 6],
      'first.bias': [7, 8],
      'second.weight': [9, 10],
      'second.bias': [11],
    });

    // The optimizer moves the new numbers: y = 9 * 13 + 10 * 23 + 11 = 358, so d (y - 0)^2 / d bias = 716.
    scope(() => {
      mse(model.forward(ones([1, 3])), zeros([1, 1])).backward();
      optimizer.step();
    });
    expect((await readAll(model.stateDict()))['second.bias']).toEqual([11 - 716]);
    optimizer.dispose();
    model.dispose();
  });

  it('takes ndarrays, transposed views included', async () => {
    const model = linear(3, 2);
    const columns = ndarray(Float32Array.of(0, 1, 4, 2, 5, 3, 6), [2, 3], [1, 2], 1); // [[1, 2, 3], [4, 5, 6]]
    model.loadStateDict({ weight: columns, bias: ndarray(Float32Array.of(1, 2)) });
    expect(await readAll(model.stateDict())).toEqual({ weight: [1, 2, 3, 4, 5, 6], bias: [1, 2] });
    model.dispose();
  });

  it('lists everything that is wrong at once and changes nothing', async () => {
    const model = new Pair(linear(3, 2), linear(2, 1));
    const before = await readAll(model.stateDict());
    const wrong: HostState = {
      'first.weight': { shape: [3, 2], data: [1, 2, 3, 4, 5, 6] },
      'first.bias': { shape: [2], data: [7, 8] },
      'second.weight': { shape: [1, 2], data: [9] },
      'second.bais': { shape: [1], data: [11] },
    };
    let message = '';
    try {
      model.loadStateDict(wrong);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('Pair.loadStateDict');
    expect(message).toContain('missing: second.bias');
    expect(message).toContain('unexpected: second.bais');
    expect(message).toContain('shape of first.weight: wanted [2,3], given [3,2]');
    expect(message).toContain('shape of second.weight: [1,2] needs 2 values, given 1');
    expect(await readAll(model.stateDict())).toEqual(before);
    model.dispose();
  });

  it('with strict: false reports names of one side, but still refuses a wrong shape', async () => {
    const model = linear(1, 2);
    const report = model.loadStateDict(
      { bias: { shape: [2], data: [5, 6] }, scale: { shape: [1], data: [1] } },
      { strict: false },
    );
    expect(report).toEqual({ missing: ['weight'], unexpected: ['scale'] });
    expect((await readAll(model.stateDict())).bias).toEqual([5, 6]);
    expect(() => model.loadStateDict({ bias: { shape: [1], data: [5] } }, { strict: false })).toThrow(
      /shape of bias: wanted \[2\], given \[1\]/,
    );
    model.dispose();
  });

  it('does not take inherited names for given ones', () => {
    const model = linear(1, 1);
    const inherited = Object.create({ weight: { shape: [1, 1], data: [1] } }) as HostState;
    expect(() => model.loadStateDict(inherited)).toThrow(/missing: weight/);
    model.dispose();
  });
});

describe('modes and gradients', () => {
  it('train and eval reach every module inside', () => {
    const rng = new Rng(SEED);
    const model = new Pair(new Sequential(new Dropout({ rng }), linear(2, 2)), new Dropout({ rng }));
    const modes = (): boolean[] => model.namedModules().map(([, module]) => module.training);
    expect(modes()).toEqual([true, true, true, true, true]);
    expect(model.eval()).toBe(model);
    expect(modes()).toEqual([false, false, false, false, false]);
    model.train();
    expect(modes()).toEqual([true, true, true, true, true]);
    model.dispose();
  });

  it('zeroGrad and dispose free what belongs to the module', () => {
    const inner = linear(3, 2);
    const model = new Pair(inner, new BatchNorm2d({ numFeatures: 2 }));
    scope(() => inner.forward(ones([4, 3])).backward(ones([4, 2])));
    expect(inner.weight.grad).not.toBeNull();
    const live = holder.backend.memory.live;
    model.zeroGrad();
    expect(inner.weight.grad).toBeNull();
    expect(holder.backend.memory.live).toBe(live - 2);
    scope(() => inner.forward(ones([4, 3])).backward(ones([4, 2])));
    model.dispose();
    model.dispose(); // twice does no harm
  });
});

describe('num_batches_tracked', () => {
  it('is counted on the host, follows at stateDict, and survives loading', async () => {
    const layer = new BatchNorm2d({ numFeatures: 1 });
    const x = tensor([1, 2, 3, 4], { shape: [4, 1, 1, 1] });
    const upload = vi.spyOn(holder.backend, 'upload');
    for (let step = 0; step < 3; step++) scope(() => void layer.forward(x));
    layer.eval();
    scope(() => void layer.forward(x)); // evaluation does not count
    expect(upload).not.toHaveBeenCalled();
    expect(layer.num_batches_tracked.count).toBe(3);
    expect(await layer.stateDict().num_batches_tracked.item()).toBe(3);

    layer.loadStateDict({ num_batches_tracked: { shape: [], data: [41] } }, { strict: false });
    layer.train();
    scope(() => void layer.forward(x));
    expect(layer.num_batches_tracked.count).toBe(42);
    x.dispose();
    layer.dispose();
  });
});
