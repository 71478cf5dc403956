// What console.log shows of tensors, parameters and modules.

import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import {
  type Backend,
  ModuleBuffer,
  Parameter,
  ReferenceBackend,
  ReLU,
  scope,
  Sequential,
  slice,
  tensor,
  transpose,
  withBackend,
  zeros,
} from '../../src/index.js';
import { Counter } from '../../src/nn/parameter.js';
import { expand, relu, maxPool2d } from '../../src/engine/index.js';
import { onReference, wasm } from '../support/backends.js';

it(
  'shows shape, precision, backend, requiresGrad and the elements',
  onReference(() => {
    const x = tensor([[1, 2.5], [3, 4]], { requiresGrad: true }); // prettier-ignore
    expect(inspect(x)).toBe(
      'Tensor [2,2] float32 on reference, requiresGrad\n[[     1, 2.5000],\n [     3,      4]]',
    );
    const scalar = tensor(7);
    expect(inspect(scalar)).toBe('Tensor [] float32 on reference\n7');
    expect(x.toString()).toBe('Tensor [2,2] float32 on reference, requiresGrad'); // one line
    x.dispose();
    scalar.dispose();
  }),
);

it('shows the precision', async () => {
  const backend = new ReferenceBackend({ dtype: 'float64' });
  const x = tensor([0.25], { backend });
  expect(inspect(x)).toBe('Tensor [1] float64 on reference\n[0.2500]');
  await backend.dispose();
  expect(inspect(x)).toBe('Tensor [1] float64 on reference (elements: await x.print())');
});

it(
  'shows the elements of views, and of a huge expanded tensor only those that it prints',
  onReference((backend) => {
    const x = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    const column = slice(x, 1, 1, 2);
    const turned = transpose(x);
    const huge = expand(column, [2, 1_000_000_000]);
    const { allocations } = backend.memory;
    expect(inspect(column)).toBe('Tensor [2,1] float32 on reference\n[[2],\n [5]]');
    expect(inspect(turned)).toBe('Tensor [3,2] float32 on reference\n[[1, 4],\n [2, 5],\n [3, 6]]');
    expect(inspect(huge)).toBe(
      'Tensor [2,1000000000] float32 on reference\n' +
        '[[2, 2, 2, ..., 2, 2, 2],\n [5, 5, 5, ..., 5, 5, 5]]',
    );
    expect(backend.memory.allocations).toBe(allocations);
    for (const one of [x, column, turned, huge]) one.dispose();
  }),
);

it(
  'says that a tensor is disposed',
  onReference(() => {
    const x = zeros([2]);
    x.dispose();
    expect(inspect(x)).toBe('Tensor [2] float32 on reference, disposed');
    const kept = zeros([2]);
    const view = slice(kept, 0, 0, 1);
    kept.dispose(); // the storage lives as long as the view
    expect(inspect(kept)).toBe('Tensor [2] float32 on reference, disposed');
    expect(inspect(view)).toBe('Tensor [1] float32 on reference\n[0]');
    view.dispose();
  }),
);

it(
  'shows parameters, buffers and counters',
  onReference(() => {
    const weight = new Parameter([2], [1, 2]);
    const mean = new ModuleBuffer([1], [0.5]);
    const steps = new Counter();
    steps.increment();
    expect(inspect(weight)).toBe('Parameter [2] float32 on reference, requiresGrad\n[1, 2]');
    expect(inspect(mean)).toBe('ModuleBuffer [1] float32 on reference\n[0.5000]');
    expect(inspect(steps)).toBe('Counter [] float32 on reference\n1'); // not flushed yet
    for (const one of [weight, mean, steps]) one.dispose();
    expect(inspect(steps)).toBe('Counter [] float32 on reference, disposed');
  }),
);

it('shows a module as the tree of toString', () => {
  expect(inspect(new Sequential(new ReLU()))).toBe('Sequential(\n  (0): ReLU()\n)');
});

it(
  'indents tensors in other objects',
  onReference(() => {
    const x = tensor([[1, 2], [3, 4]]); // prettier-ignore
    expect(inspect({ x })).toBe(
      '{\n  x: Tensor [2,2] float32 on reference\n  [[1, 2],\n   [3, 4]]\n}',
    );
    x.dispose();
  }),
);

it.each([1, 2])('shows queued results of the wasm backend with %i threads', async (threads) => {
  const backend = await wasm(threads).make();
  withBackend(backend, () =>
    scope(() => {
      const y = relu(tensor([-1, 2]));
      expect(inspect(y)).toBe('Tensor [2] float32 on wasm\n[0, 2]');
      // A pooling layer leaves its output channels-last, which peek does not convert.
      const images = tensor(
        Array.from({ length: 32 }, (_, i) => i),
        { shape: [1, 2, 4, 4] },
      );
      const pooled = maxPool2d(images, { window: 2 });
      expect(inspect(pooled)).toMatch(/^Tensor \[1,2,2,2\] float32 on wasm/);
    }),
  );
  await backend.dispose();
});

it('shows how to print the elements of a backend that cannot return them at once', () => {
  const reference = new ReferenceBackend();
  const { memory } = reference;
  const backend: Backend = {
    name: 'webgpu',
    dtype: 'float32',
    memory,
    upload: (values) => reference.upload(values),
    run: (launch) => reference.run(launch),
    read: (buffer) => reference.read(buffer),
    free: (buffer) => reference.free(buffer),
    dispose: () => reference.dispose(),
  };
  const x = tensor([1], { backend });
  expect(inspect(x)).toBe('Tensor [1] float32 on webgpu (elements: await x.print())');
  x.dispose();
});
