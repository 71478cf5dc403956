// The table of all layers that can be exported as PyTorch code and as ONNX nodes. A new layer needs
// a row here, or a reason in NOT_EXPORTED; a test compares both with the layers of `inkgrad/nn`.

import { ArgumentError } from '../../engine/errors.js';
import { hasOwnForward } from '../../nn/hooks.js';
import {
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  ModuleDict,
  ModuleList,
  Sequential,
  type Module,
} from '../../nn/index.js';
import type { LayerClass, LayerRow } from './layerRow.js';
import { ACTIVATIONS } from './rows/activation.js';
import { ATTENTION } from './rows/attention.js';
import { BASIC_LAYERS } from './rows/basic.js';
import { CONVOLUTIONS } from './rows/convolution.js';
import { NORMALIZATIONS } from './rows/normalization.js';
import { POOLS } from './rows/pooling.js';
import { UPSAMPLING } from './rows/upsample.js';

/** The row of every layer, by its class. */
export const LAYER_TABLE: ReadonlyMap<unknown, LayerRow> = new Map([
  ...BASIC_LAYERS,
  ...ACTIVATIONS,
  ...CONVOLUTIONS,
  ...NORMALIZATIONS,
  ...POOLS,
  ...UPSAMPLING,
  ...ATTENTION,
]);

const RETURNS_STATE = 'its forward also returns a state, which Sequential cannot pass on';
const NO_FORWARD = 'it has no forward; use a Sequential';

/** The modules of the library without a row, and why. */
export const NOT_EXPORTED: ReadonlyMap<unknown, string> = new Map<LayerClass, string>([
  [LSTM, RETURNS_STATE],
  [LSTMCell, RETURNS_STATE],
  [GRU, RETURNS_STATE],
  [GRUCell, RETURNS_STATE],
  [ModuleList, NO_FORWARD],
  [ModuleDict, NO_FORWARD],
]);

const OWN_FORWARD =
  'the forward of a class of your own cannot be translated; export its parts, or build it as a ' +
  'Sequential of layers of inkgrad';

/** Whether a module is a Sequential, and not a subclass with another forward. */
export const isSequential = (module: Module): module is Sequential =>
  module.constructor === Sequential && !hasOwnForward(module);

/**
 * The row of a layer.
 *
 * @param caller `toOnnx` or `toPyTorch`
 * @param name the layer's name in the state dict
 * @throws ArgumentError if it cannot be exported, with the reason
 */
export function rowOf(caller: string, name: string, layer: Module): LayerRow {
  const found = LAYER_TABLE.get(layer.constructor);
  const problem = problemOf(layer, found);
  if (found !== undefined && problem === null) return found;
  const label = name === '' ? 'the network' : `layer ${name}`;
  throw new ArgumentError(
    `${caller}: ${label} (${layer.constructor.name}) cannot be exported: ${problem}`,
  );
}

function problemOf(layer: Module, found: LayerRow | undefined): string | null {
  const hasHooks = layer.namedModules().some(([, module]) => hasOwnForward(module));
  if (hasHooks) return 'it has forward hooks, or another forward; remove them first';
  if (found !== undefined) return found.problem?.(layer) ?? null;
  return NOT_EXPORTED.get(layer.constructor) ?? OWN_FORWARD;
}

/** The layers of a network in the order of execution, with their names in the state dict. */
export function layersIn(network: Module, prefix = ''): [name: string, layer: Module][] {
  if (!isSequential(network)) return [[prefix, network]];
  return network
    .namedChildren()
    .flatMap(([name, child]) => layersIn(child, prefix === '' ? name : `${prefix}.${name}`));
}
