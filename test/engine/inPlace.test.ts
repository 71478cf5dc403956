// In-place changes between forward and backward: an error where backward needs the earlier
// elements, and none where it does not.

import { describe, expect, it } from 'vitest';
import {
  add,
  batchNorm,
  exp,
  linear,
  ModifiedError,
  mul,
  noGrad,
  relu,
  scope,
  sum,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { Parameter, SGD } from '../../src/nn/index.js';
import { backendsUnderTest, withFreshBackend } from '../support/backends.js';

describe.each(backendsUnderTest)('on $name', ({ make }) => {
  const on = (body: () => Promise<void>) => () => withFreshBackend(make, body);

  it(
    'an optimizer step before backward is an error that names the op and the shape',
    on(async () => {
      const weight = new Parameter([1, 2], [3, 4]);
      const optimizer = new SGD([weight], { lr: 1 });
      scope(() => {
        const x = tensor([[2, 2]], { requiresGrad: true });
        sum(linear(x, weight)).backward();
        const y = linear(x, weight);
        optimizer.step();
        expect(() => sum(y).backward()).toThrow(ModifiedError);
        expect(() => sum(y).backward()).toThrow(
          /^linear: backward needs an array \[1,2\] that was changed in place after forward/,
        );
      });
      scope(() => {
        const x = tensor([[2, 2]], { requiresGrad: true });
        const y = linear(x, weight);
        y.backward();
        expect(x.grad).not.toBeNull();
      });
      await Promise.resolve();
      optimizer.dispose();
      weight.dispose();
    }),
  );

  it(
    'assign before backward is an error, also for an output and through a view',
    on(async () => {
      const p = new Parameter([2], [1, 2]);
      scope(() => {
        const x = tensor([3, 4], { requiresGrad: true });
        const product = mul(x, p);
        const output = exp(p);
        const chain = relu(mul(x, add(p, 0)));
        p.assign([5, 6]);
        expect(() => sum(product).backward()).toThrow(ModifiedError);
        sum(output).backward(); // d exp reads the output, which did not change
        sum(chain).backward(); // p + 0 is a copy
      });
      expect([...(await p.grad!.data())]).toEqual(
        [Math.E, Math.E ** 2].map((e, i) => Math.fround(Math.fround(e) + [3, 4][i])),
      );
      p.dispose();
    }),
  );

  it(
    'backward that does not read the changed array is correct',
    on(async () => {
      const p = new Parameter([2], [1, 2]);
      const [gradX, gradP] = scope(() => {
        const x = tensor([3, 4]);
        const y = add(mul(x, p), p); // dp needs x and shapes; x needs no gradient
        p.assign([5, 6]);
        sum(y).backward();
        return [x.grad, p.grad!.data()] as const;
      });
      expect(gradX).toBeNull();
      expect([...(await gradP)]).toEqual([4, 5]);
      p.dispose();
    }),
  );

  it(
    'a training forward of batch norm changes the running statistics of an earlier evaluation',
    on(async () => {
      const [weight, bias] = [new Parameter([1], [1]), new Parameter([1], [0])];
      const running = { mean: zeros([1]).keep(), variance: tensor([1]).keep() };
      const attributes = { running, epsilon: 1e-5, momentum: 0.1 };
      scope(() => {
        const x = tensor([[1], [3]], { requiresGrad: true });
        const run = (training: boolean): Tensor =>
          batchNorm(x, weight, bias, { ...attributes, training });
        const evaluated = run(false);
        noGrad(() => run(true));
        expect(() => sum(evaluated).backward()).toThrow(ModifiedError);
      });
      await Promise.resolve();
      for (const state of [weight, bias, running.mean, running.variance]) state.dispose();
    }),
  );
});
