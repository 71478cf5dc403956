// The autograd graph of a tensor as a list of vertices: what `toDot` and `toSvg` draw.

import { newestFirst, type Differentiable, type GraphNode } from '../autograd.js';
import { ArgumentError } from '../errors.js';
import { checkOptions, describeValue } from '../options.js';
import type { Shape } from '../shape.js';
import { checkTensor, Tensor } from '../tensor.js';

/** Options of `toDot` and `toSvg`. */
export interface GraphOptions {
  /**
   * Names of tensors, such as `model.namedParameters()`, `Object.entries({ x, loss })` or a
   * `Map<string, Tensor>`. Of several names of one tensor, the first is used.
   */
  readonly names?: Iterable<readonly [name: string, tensor: Tensor]>;
  /** Largest number of ops and leaves; a larger graph is an error. Default 1000. */
  readonly maxVertices?: number;
}

/** An op, or a tensor that no op of the graph computed. */
export interface Vertex {
  /** `leaf`: requires a gradient; `constant`: does not, such as a batch of images. */
  readonly kind: 'op' | 'leaf' | 'constant';
  /** The op's name, the name from the options, both, or the kind. */
  readonly title: string;
  /** Shape of the output. */
  readonly shape: Shape;
  /** Indices of the vertices that are its inputs, in the order of the op. */
  readonly inputs: readonly number[];
}

/**
 * The vertices of the graph that computed a tensor, inputs before the ops that use them. The last
 * one is the tensor itself. Reads shapes only, so the tensors may be disposed of.
 *
 * @param caller the public function, for error messages
 * @throws ArgumentError if the tensor has no graph, or the graph has too many vertices
 */
export function traceGraph(root: Tensor, options: GraphOptions, caller: string): Vertex[] {
  checkTensor(root, `${caller}: loss`);
  checkOptions<GraphOptions>(caller, options, { names: true, maxVertices: true });
  const { names = [], maxVertices = 1000 } = options;
  if (!(Number.isSafeInteger(maxVertices) && maxVertices >= 1)) {
    throw new ArgumentError(
      `${caller}: maxVertices must be a positive integer, got ${describeValue(maxVertices)}`,
    );
  }
  if (root.node === null) {
    throw new ArgumentError(
      `${caller}: the tensor has no graph: it is a leaf, or was computed in noGrad() or from ` +
        'tensors that do not require a gradient',
    );
  }
  const nameOf = namesByTensor(names, caller);
  const vertices: Vertex[] = [];
  const indices = new Map<Differentiable, number>();
  const add = (tensor: Differentiable): number => {
    const known = indices.get(tensor);
    if (known !== undefined) return known;
    const { node, shape } = tensor;
    const inputs = node?.inputs.map(add) ?? [];
    const kind = node !== null ? 'op' : tensor.requiresGrad ? 'leaf' : 'constant';
    vertices.push({ kind, title: titleOf(kind, node, nameOf.get(tensor)), shape, inputs });
    indices.set(tensor, vertices.length - 1);
    return vertices.length - 1;
  };
  // Oldest first: the inputs of an op that are ops have been added before, so `add` never recurses
  // deeply.
  for (const tensor of computedTensors(root)) add(tensor);

  if (vertices.length > maxVertices) {
    throw new ArgumentError(
      `${caller}: the graph has ${vertices.length} ops and leaves, more than maxVertices = ` +
        `${maxVertices}; draw a smaller network, or set maxVertices`,
    );
  }
  return vertices;
}

/** The outputs of all ops that `root` was computed from, oldest first. */
function computedTensors(root: Differentiable): Differentiable[] {
  const nodes = newestFirst(root).reverse();
  const outputs = new Map<GraphNode | null, Differentiable>([[root.node, root]]);
  for (const input of nodes.flatMap((node) => node.inputs)) outputs.set(input.node, input);
  return nodes.map((node) => outputs.get(node)!);
}

function titleOf(kind: Vertex['kind'], node: GraphNode | null, name: string | undefined): string {
  if (node === null) return name ?? kind;
  return name === undefined ? node.name : `${name} = ${node.name}`;
}

function namesByTensor(
  names: Iterable<readonly [string, Tensor]>,
  caller: string,
): ReadonlyMap<Differentiable, string> {
  const byTensor = new Map<Differentiable, string>();
  if (typeof (names as Partial<typeof names>)[Symbol.iterator] !== 'function') {
    throw namesError(names, caller);
  }
  for (const entry of names as Iterable<unknown>) {
    if (!isNamedTensor(entry)) throw namesError(entry, caller);
    const [name, tensor] = entry;
    if (!byTensor.has(tensor)) byTensor.set(tensor, name);
  }
  return byTensor;
}

function isNamedTensor(entry: unknown): entry is readonly [string, Tensor] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && entry[1] instanceof Tensor;
}

function namesError(value: unknown, caller: string): ArgumentError {
  return new ArgumentError(
    `${caller}: names must be a list of [name, tensor] or a Map, such as model.namedParameters(), ` +
      `got ${describeValue(value)}`,
  );
}
