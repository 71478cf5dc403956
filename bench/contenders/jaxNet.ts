// CharacterNet, its loss and one step of Adam as pure functions of jax-js, in that library's terms of ownership: a
// function uses up what it is given. Trees are passed as borrowed here: every use of a leaf takes a `ref`.

import type { Array, Jax, Tree } from './jaxTypes.js';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const ADAM = { lr: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** All that a step changes. */
export type State = { readonly parameters: Tree; readonly running: Tree; readonly first: Tree; readonly second: Tree };

/** Images, one-hot labels, and the dropout mask (0 or 1 / (1 - probability)). */
export type StepInput = { readonly x: Array; readonly labels: Array; readonly mask: Array };

export function makeNet({ numpy: np, lax, nn, jit, valueAndGrad }: Jax) {
  const channels = (values: Array): Array => values.reshape([1, values.shape[0], 1, 1]);

  /** Batch norm with given statistics. */
  function normalize(x: Array, mean: Array, variance: Array, weight: Array, bias: Array): Array {
    const scale = weight.div(np.sqrt(variance.add(EPSILON)));
    return x.sub(channels(mean)).mul(channels(scale)).add(channels(bias));
  }

  /** Blocks of convolution, norm, ReLU and pooling; `statistics` gives a norm layer's mean and variance. */
  function features(p: Tree, input: Array, statistics: (layer: string, x: Array) => [Array, Array]): Array {
    let x = input;
    for (let block = 0; block < 3; block++) {
      const [conv, norm] = [4 * block, 4 * block + 1].map((layer) => `conv_layers.${layer}`);
      const window = [1, 1] as const;
      x = lax.convGeneralDilated(x, p[`${conv}.weight`].ref, [1, 1], [window, window]);
      x = x.add(channels(p[`${conv}.bias`].ref));
      const [mean, variance] = statistics(norm, x);
      x = nn.relu(normalize(x, mean, variance, p[`${norm}.weight`].ref, p[`${norm}.bias`].ref));
      x = lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    }
    return x.reshape([x.shape[0], 128 * 3 * 3]);
  }

  const linear = (p: Tree, layer: string, x: Array): Array =>
    np.matmul(x, p[`${layer}.weight`].ref.transpose()).add(p[`${layer}.bias`].ref);

  /** Logits in evaluation mode. */
  const infer = jit((parameters: Tree, running: Tree, images: Array): Array => {
    const x = features(parameters, images, (layer) => [
      running[`${layer}.running_mean`].ref,
      running[`${layer}.running_var`].ref,
    ]);
    return linear(parameters, 'fc_layers.3', nn.relu(linear(parameters, 'fc_layers.0', x)));
  });

  /** Mean cross-entropy in training mode, and the running statistics after it. */
  function loss(parameters: Tree, running: Tree, x: Array, labels: Array, mask: Array): [Array, Tree] {
    const images = x.shape[0];
    const updated: Record<string, Array> = {};
    const blend = (name: string, value: Array): void => {
      updated[name] = running[name].ref.mul(1 - MOMENTUM).add(value.mul(MOMENTUM));
    };
    const pooled = features(parameters, x, (layer, value) => {
      const count = images * value.shape[2] * value.shape[3];
      const mean = np.mean(value.ref, [0, 2, 3]);
      const variance = np.mean(np.square(value.ref.sub(channels(mean.ref))), [0, 2, 3]);
      blend(`${layer}.running_mean`, mean.ref);
      blend(`${layer}.running_var`, variance.ref.mul(count / (count - 1)));
      return [mean, variance];
    });
    const hidden = nn.relu(linear(parameters, 'fc_layers.0', pooled)).mul(mask);
    const logs = nn.logSoftmax(linear(parameters, 'fc_layers.3', hidden));
    return [logs.mul(labels).sum().mul(-1 / images), updated];
  }

  /** One step: the loss and the new state. `correction` is [1 - beta1^t, 1 - beta2^t] as two arrays of one number. */
  const step = jit(
    (
      { parameters, running, first, second }: State,
      { x, labels, mask }: StepInput,
      correction: { readonly first: Array; readonly second: Array },
    ): [Array, State] => {
      const [[value, statistics], gradients] = valueAndGrad(loss, { hasAux: true })(
        parameters,
        running,
        x,
        labels,
        mask,
      );
      const next = { parameters: {}, first: {}, second: {} } as Record<'parameters' | 'first' | 'second', Record<string, Array>>;
      for (const [name, gradient] of Object.entries(gradients)) {
        const m = first[name].ref.mul(ADAM.beta1).add(gradient.ref.mul(1 - ADAM.beta1));
        const v = second[name].ref.mul(ADAM.beta2).add(np.square(gradient).mul(1 - ADAM.beta2));
        const root = np.sqrt(v.ref.div(correction.second.ref)).add(ADAM.epsilon);
        next.parameters[name] = parameters[name].ref.sub(m.ref.div(correction.first.ref).div(root).mul(ADAM.lr));
        next.first[name] = m;
        next.second[name] = v;
      }
      return [value, { ...next, running: statistics }];
    },
  );

  return { infer, step, adam: ADAM };
}
