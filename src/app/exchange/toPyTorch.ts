// toPyTorch: a network as the source of a Python file.

import type { Tensor } from '../../engine/index.js';
import type { Layer, Module } from '../../nn/index.js';
import { isSequential, rowOf } from './layerTable.js';
import { classesIn } from './pythonClasses.js';

const INDENT = '    ';

/** A module as a Python expression over one or more lines. */
function expression(module: Module, name: string, indent: string): string {
  if (!isSequential(module)) return rowOf('toPyTorch', name, module).pytorch(module);
  const inner = indent + INDENT;
  const lines = module
    .namedChildren()
    .map(([key, child]) => [child, name === '' ? key : `${name}.${key}`] as const)
    .map(([child, path]) => `${inner}${expression(child, path, inner)},\n`);
  return lines.length === 0 ? 'nn.Sequential()' : `nn.Sequential(\n${lines.join('')}${indent})`;
}

/** Python code for a tensor of the state dict: `model.get_submodule("0").weight`. */
function reference(name: string): string {
  const dot = name.lastIndexOf('.');
  const owner = dot < 0 ? 'model' : `model.get_submodule("${name.slice(0, dot)}")`;
  return `${owner}.${name.slice(dot + 1)}`;
}

/** Assignments for tensors that the network uses twice (tied weights). */
function tiedTensors(model: Module): string[] {
  const firstNames = new Map<Tensor, string>();
  return Object.entries(model.stateDict()).flatMap(([name, tensor]) => {
    const first = firstNames.get(tensor);
    if (first !== undefined) return [`${reference(name)} = ${reference(first)}`];
    firstNames.set(tensor, name);
    return [];
  });
}

const HEADER = `"""A network of inkgrad as PyTorch code.

${INDENT}model = create_model()
${INDENT}model.load_state_dict(safetensors.torch.load_file("model.safetensors"))

The file contains the bytes of saveState({ model }).
"""
`;

/**
 * The Python source of an equal network in PyTorch: a function `create_model` that returns an
 * `nn.Module`. Its state dict has the names and shapes of the model's, so it loads the safetensors
 * file of `saveState({ model })` or `saveStateFile` strictly. Runs with PyTorch 1.13 and later.
 *
 * A network is a layer of inkgrad, or a `Sequential` of such layers and further Sequentials. The
 * `forward` of a class of your own cannot be translated; nor can LSTM and GRU, whose state a
 * Sequential cannot pass on. Attention is self-attention without masks.
 *
 * @throws ArgumentError naming the layer that cannot be exported, and the reason
 * @example
 * const rng = new Rng(1);
 * const model = new Sequential(new Linear({ inFeatures: 4, outFeatures: 2, rng }), new ReLU());
 * const [, code] = toPyTorch(model).split('\n\n\n');
 * print(code.trim()); // def create_model(): return nn.Sequential( nn.Linear(4, 2), nn.ReLU(), )
 * model.dispose();
 */
export function toPyTorch(model: Layer): string {
  const code = expression(model, '', INDENT);
  const classes = classesIn(code);
  const imports =
    classes.length > 0 ? 'import torch\nfrom torch import nn\n' : 'from torch import nn\n';
  const tied = tiedTensors(model);
  const body =
    tied.length === 0 ? [`return ${code}`] : [`model = ${code}`, ...tied, 'return model'];
  const create = ['def create_model():', ...body.map((line) => INDENT + line)].join('\n');
  return [`${HEADER}\n${imports}`, ...classes, `${create}\n`].join('\n\n');
}
