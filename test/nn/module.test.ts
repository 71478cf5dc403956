// Module: names and shapes of the state, modes, parameter counts, printing, and ownership.

import { describe, expect, it, vi } from 'vitest';
import { ones, Rng, scope, tensor, zeros, type Tensor } from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Dropout,
  Module,
  type Layer,
  ModuleBuffer,
  Parameter,
  ReLU,
  Sequential,
} from '../../src/nn/index.js';
import { CharacterNet, freshBackend, linear, Pair } from './support.js';

const SEED = 7;
const holder = freshBackend();

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
    const model = new Pair(
      new Sequential(linear(3, 2), new ReLU()),
      new BatchNorm2d({ numFeatures: 2 }),
    );
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

  it('maps an image to 47 logits', () => {
    const model = new CharacterNet(new Rng(SEED)).eval();
    const shape = scope(() => model.forward(zeros([1, 1, 28, 28])).shape);
    expect(shape).toEqual([1, 47]);
    model.dispose();
  });
});

describe('registration', () => {
  it('counts a shared parameter once, and saves it under both names', () => {
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

  it('ignores private and null properties', () => {
    class Student extends Module {
      readonly head = linear(1, 1);
      readonly bias: Parameter | null = null;
      readonly #teacher: Layer;

      constructor(teacher: Layer) {
        super();
        this.#teacher = teacher;
      }

      override forward(x: Tensor): Tensor {
        return this.#teacher.forward(this.head.forward(x));
      }
    }
    const teacher = linear(1, 1);
    const model = new Student(teacher);
    expect(Object.keys(model.stateDict())).toEqual(['head.weight', 'head.bias']);
    model.dispose();
    teacher.dispose();
  });

  it('keeps parameters and buffers alive beyond the scope that created them', async () => {
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

describe('modes and gradients', () => {
  it('train and eval apply to every submodule', () => {
    const rng = new Rng(SEED);
    const model = new Pair(
      new Sequential(new Dropout({ rng }), linear(2, 2)),
      new Dropout({ rng }),
    );
    const modes = (): boolean[] => model.namedModules().map(([, module]) => module.training);
    expect(modes()).toEqual([true, true, true, true, true]);
    expect(model.eval()).toBe(model);
    expect(modes()).toEqual([false, false, false, false, false]);
    model.train();
    expect(modes()).toEqual([true, true, true, true, true]);
    model.dispose();
  });

  it('zeroGrad frees the gradients, dispose everything the module owns', () => {
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
    model.dispose(); // can be called twice
  });
});

describe('num_batches_tracked', () => {
  it('is counted on the host, uploaded by stateDict(), and restored by loading', async () => {
    const layer = new BatchNorm2d({ numFeatures: 1 });
    const x = tensor([1, 2, 3, 4], { shape: [4, 1, 1, 1] });
    const upload = vi.spyOn(holder.backend, 'upload');
    for (let step = 0; step < 3; step++) scope(() => void layer.forward(x));
    layer.eval();
    scope(() => void layer.forward(x)); // evaluation does not count
    expect(upload).not.toHaveBeenCalled();
    expect(layer.num_batches_tracked!.count).toBe(3);
    expect(await layer.stateDict().num_batches_tracked.item()).toBe(3);

    layer.loadStateDict({ num_batches_tracked: { shape: [], data: [41] } }, { strict: false });
    layer.train();
    scope(() => void layer.forward(x));
    expect(layer.num_batches_tracked!.count).toBe(42);
    x.dispose();
    layer.dispose();
  });
});
