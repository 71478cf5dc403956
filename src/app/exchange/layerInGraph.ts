// An ONNX graph under construction, and the layer whose nodes are added to it.

import type { Shape } from '../../engine/shape.js';
import type { HostArray } from '../../nn/index.js';
import type { OnnxAttribute, OnnxConstant, OnnxNode } from '../formats/onnx.js';

/**
 * Lowest operator set of the graphs. Supported by every runtime of recent years.
 */
const BASE_OPSET = 13;

/** Operators (or attributes of them) that a later operator set added. */
const LATER_OPSETS: Readonly<Record<string, number>> = {
  Trilu: 14,
  Shape: 15, // start and end
  LayerNormalization: 17,
};

/** Nodes and constants in the order of execution. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxConstant>();
  readonly #stateNames = new Map<HostArray, string>();

  /**
   * @param input name of the network's input
   * @param tensors the state dict in host memory
   */
  constructor(
    readonly input: string,
    readonly tensors: Readonly<Record<string, HostArray>>,
  ) {}

  /** Lowest operator set that has all nodes. */
  get opset(): number {
    return Math.max(BASE_OPSET, ...this.nodes.map(({ op }) => LATER_OPSETS[op] ?? BASE_OPSET));
  }

  /** Adds an array of the state dict as a constant, once if it has two names; returns its name. */
  addState(name: string): string {
    const array = this.tensors[name];
    const existing = this.#stateNames.get(array);
    if (existing !== undefined) return existing;
    this.#stateNames.set(array, name);
    this.constants.set(name, { name, shape: array.shape, data: array.data, type: 'float32' });
    return name;
  }

  /** Gives the result of the last node its final name; `value` is that result or the input. */
  finish(value: string, output: string): void {
    if (value === this.input) {
      this.nodes.push({
        name: 'identity',
        op: 'Identity',
        inputs: [value],
        outputs: [output],
        attributes: {},
      });
      return;
    }
    const index = this.nodes.findIndex(({ outputs }) => outputs.includes(value));
    this.nodes[index] = { ...this.nodes[index], outputs: [output] };
  }
}

/** Adds the nodes of one layer to a graph. The first node has the name of the layer. */
export class LayerInGraph {
  #nodes = 0;
  #constants = 0;

  /**
   * @param name the layer's name in the state dict; empty for a network of one layer
   * @param x name of the layer's input
   * @param inputShape shape of the input; the first size is an example, the others are fixed
   * @param outputShape the same for the output
   */
  constructor(
    readonly graph: OnnxGraph,
    readonly name: string,
    readonly x: string,
    readonly inputShape: Shape,
    readonly outputShape: Shape,
  ) {}

  /** Adds a node; returns the name of its output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string {
    return this.nodeWithOutputs(1, op, inputs, attributes)[0];
  }

  /** Adds a node with several outputs; returns their names. */
  nodeWithOutputs(
    count: number,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const layer = this.name === '' ? 'network' : this.name;
    const name = this.#nodes === 0 ? layer : `${layer}/${this.#nodes}`;
    this.#nodes++;
    const outputs = Array.from({ length: count }, (_, i) =>
      i === 0 ? `after_${name}` : `after_${name}/${i}`,
    );
    this.graph.nodes.push({ name, op, inputs, outputs, attributes });
    return outputs;
  }

  /** The values of one of the layer's parameters or buffers. */
  values(name: string): HostArray {
    return this.graph.tensors[this.#path(name)];
  }

  /** A parameter or buffer of the layer, as an input of a node. */
  array(name: string): string {
    return this.graph.addState(this.#path(name));
  }

  /**
   * A parameter per channel, shaped to broadcast over the input [N, C, ...]: [C, 1, ...].
   */
  perChannel(name: string): string {
    const { shape, data } = this.values(name);
    return this.floats(data, [...shape, ...this.inputShape.slice(2).map(() => 1)]);
  }

  /** A constant that is no parameter. */
  floats(data: ArrayLike<number>, shape: Shape): string {
    return this.#constant({ shape, data, type: 'float32' });
  }

  /** One number. */
  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** One whole number. */
  integer(value: number): string {
    return this.#constant({ shape: [], data: [value], type: 'int64' });
  }

  /** A list of whole numbers, such as axes or a shape. */
  integers(values: readonly number[]): string {
    return this.#constant({ shape: [values.length], data: values, type: 'int64' });
  }

  #constant(constant: Omit<OnnxConstant, 'name'>): string {
    const name = this.#path(`constant_${this.#constants++}`);
    this.graph.constants.set(name, { name, ...constant });
    return name;
  }

  #path(name: string): string {
    return this.name === '' ? name : `${this.name}.${name}`;
  }
}
