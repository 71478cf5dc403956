// CharacterNet, its loss and one Adam step as pure functions of jax-js, with that library's
// ownership rules: a function consumes every array that it is passed. An array that is needed again
// is passed as `x.ref` first.

import type { Array, Jax, Tree } from './jaxTypes.js';

const EPSILON = 1e-5;
const MOMENTUM = 0.1;
const LEARNING_RATE = 1e-3;
export const BETAS = [0.9, 0.999] as const;
const ADAM_EPSILON = 1e-8;

export interface JaxNet {
  /** Parameters, running statistics, images -> logits in evaluation mode. */
  readonly infer: (parameters: Tree, running: Tree, images: Array) => Array;
  /**
   * One training step.
   *
   * Arguments: parameters, running statistics, Adam's moving averages of the gradient and of its
   * square. The last argument has the inputs of this step: images `x`, one-hot `labels`, the
   * dropout `mask`, and `unbias1`, `unbias2`, [1] each, 1 - beta^t.
   *
   * @returns mean cross-entropy, and the first four arguments after the step
   */
  readonly step: (
    ...args: readonly [parameters: Tree, running: Tree, m: Tree, v: Tree, input: Tree]
  ) => [Array, Tree, Tree, Tree, Tree];
}

export function makeNet({ numpy: np, lax, nn, jit, tree, valueAndGrad }: Jax): JaxNet {
  const channels = (values: Array): Array => values.reshape([1, values.shape[0], 1, 1]);

  function normalize(x: Array, mean: Array, variance: Array, weight: Array, bias: Array): Array {
    const scale = weight.div(np.sqrt(variance.add(EPSILON)));
    return x.sub(channels(mean)).mul(channels(scale)).add(channels(bias));
  }

  /**
   * The three blocks; `statistics` returns a norm layer's mean and variance and does not consume
   * its x.
   */
  function features(
    p: Tree,
    images: Array,
    statistics: (layer: string, x: Array) => [Array, Array],
  ): Array {
    let x = images;
    for (let block = 0; block < 3; block++) {
      const [conv, norm] = [4 * block, 4 * block + 1].map((layer) => `conv_layers.${layer}`);
      const padding = [1, 1] as const;
      x = lax.convGeneralDilated(x, p[`${conv}.weight`], [1, 1], [padding, padding]);
      x = x.add(channels(p[`${conv}.bias`]));
      const [mean, variance] = statistics(norm, x);
      x = nn.relu(normalize(x, mean, variance, p[`${norm}.weight`], p[`${norm}.bias`]));
      x = lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
    }
    return x.reshape([x.shape[0], 128 * 3 * 3]);
  }

  const linear = (p: Tree, layer: string, x: Array): Array =>
    np.matmul(x, p[`${layer}.weight`].transpose()).add(p[`${layer}.bias`]);

  const infer: JaxNet['infer'] = (parameters, running, images) => {
    const x = features(parameters, images, (layer) => [
      running[`${layer}.running_mean`],
      running[`${layer}.running_var`],
    ]);
    return linear(parameters, 'fc_layers.3', nn.relu(linear(parameters, 'fc_layers.0', x)));
  };

  /** Mean cross-entropy in training mode, and the updated running statistics. */
  function loss(
    parameters: Tree,
    running: Tree,
    x: Array,
    labels: Array,
    mask: Array,
  ): [Array, Tree] {
    const [images] = x.shape;
    const updated: Record<string, Array> = {};
    const updateRunning = (name: string, value: Array): void => {
      updated[name] = running[name].mul(1 - MOMENTUM).add(value.mul(MOMENTUM));
    };
    const pooled = features(parameters, x, (layer, value) => {
      const count = images * value.shape[2] * value.shape[3];
      const mean = np.mean(value.ref, [0, 2, 3]);
      const variance = np.mean(np.square(value.ref.sub(channels(mean.ref))), [0, 2, 3]);
      updateRunning(`${layer}.running_mean`, mean.ref);
      updateRunning(`${layer}.running_var`, variance.ref.mul(count / (count - 1)));
      return [mean, variance];
    });
    const hidden = nn.relu(linear(parameters, 'fc_layers.0', pooled)).mul(mask);
    const logs = nn.logSoftmax(linear(parameters, 'fc_layers.3', hidden));
    return [
      logs
        .mul(labels)
        .sum()
        .mul(-1 / images),
      updated,
    ];
  }

  const step: JaxNet['step'] = (
    parameters,
    running,
    m,
    v,
    { x, labels, mask, unbias1, unbias2 },
  ) => {
    const lossAndGradients = valueAndGrad(loss, { hasAux: true });
    const [[value, statistics], gradients] = lossAndGradients(
      tree.ref(parameters),
      running,
      x,
      labels,
      mask,
    );
    const next: Record<'parameters' | 'm' | 'v', Record<string, Array>> = {
      parameters: {},
      m: {},
      v: {},
    };
    for (const [name, gradient] of Object.entries(gradients)) {
      next.m[name] = m[name].mul(BETAS[0]).add(gradient.ref.mul(1 - BETAS[0]));
      next.v[name] = v[name].mul(BETAS[1]).add(np.square(gradient).mul(1 - BETAS[1]));
      const root = np.sqrt(next.v[name].ref.div(unbias2.ref)).add(ADAM_EPSILON);
      const change = next.m[name].ref.div(unbias1.ref).div(root).mul(LEARNING_RATE);
      next.parameters[name] = parameters[name].sub(change);
    }
    unbias1.dispose();
    unbias2.dispose();
    return [value, next.parameters, statistics, next.m, next.v];
  };

  return { infer: jit(infer), step: jit(step) };
}
