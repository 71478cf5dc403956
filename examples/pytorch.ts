// Moves a trained network to PyTorch and back, and compares the logits of both sides.
//
// Question: does PyTorch compute the same from weights that inkgrad trained, and the other way round?
// Run:      npm run example -- pytorch
//           PYTHON=path/to/python npm run example -- pytorch
//
// Output:
//   saved and loaded: 2209 logits, identical
//     0 7.55 ##############################
//     J 0.70 ##
//     I 0.58 ##
//     d 0.29 #
//   in PyTorch: not compared, since Python, PyTorch or safetensors is missing

// With PyTorch and its package safetensors, the last line is instead:
//   in PyTorch: 2209 logits, equal to 4 digits
//   after a step in PyTorch, loaded here: 2209 logits, equal to 4 digits

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Adam,
  BatchNorm2d,
  Conv2d,
  createWasmBackend,
  crossEntropy,
  encodeSafetensors,
  Flatten,
  Linear,
  noGrad,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
} from 'inkgrad';
import { syntheticDataset } from 'inkgrad/data';
import { loadStateFile, saveStateFile } from 'inkgrad/node';

const SCRIPT = `
import json, sys, torch
from safetensors.torch import load_file, save_file
from torch import nn
folder = sys.argv[1]
model = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(),
                      nn.Linear(8 * 13 * 13, 47))
x = load_file(folder + '/images.safetensors')['x']
model.load_state_dict(load_file(folder + '/inkgrad.safetensors'))
before = model.eval()(x)
optimizer = torch.optim.SGD(model.train().parameters(), lr=0.1)
nn.functional.cross_entropy(model(x), torch.arange(47)).backward()
optimizer.step()
save_file(model.state_dict(), folder + '/pytorch.safetensors')
print(json.dumps([before.flatten().tolist(), model.eval()(x).flatten().tolist()]))
`;

useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const newNetwork = (seed: number): Sequential => {
  const rng = new Rng(seed);
  return new Sequential(
    new Conv2d({ inChannels: 1, outChannels: 8, kernelSize: 3, stride: 2, rng }),
    new BatchNorm2d({ numFeatures: 8 }),
    new ReLU(),
    new Flatten(),
    new Linear({ inFeatures: 8 * 13 * 13, outFeatures: 47, rng }),
  );
};

const { images, labels, classes } = syntheticDataset({ seed: 1, count: 47 }); // one image of each class
const pixels = tensor(images, { shape: [47, 1, 28, 28] });
const x = pixels.div(127.5).sub(1);
async function logitsOf(network: Sequential): Promise<number[]> {
  return [...(await scope(() => noGrad(() => network.eval().forward(x))).data())];
}

/** Prints whether two lists of logits agree. */
function compare(title: string, left: number[], right: number[]): void {
  const difference = Math.max(...left.map((value, i) => Math.abs(value - right[i])));
  const equal = difference < 1e-4 ? 'equal to 4 digits' : `DIFFERENT by ${difference}`;
  console.log(`${title}: ${left.length} logits, ${difference === 0 ? 'identical' : equal}`);
}

const model = newNetwork(1);
const optimizer = new Adam(model.parameters(), { lr: 3e-3 });
for (let step = 0; step < 20; step++) {
  scope(() => {
    optimizer.zeroGrad();
    crossEntropy(model.forward(x), labels).backward();
    optimizer.step();
  });
}
const folder = mkdtempSync(join(tmpdir(), 'inkgrad-pytorch-'));
const pathOf = (name: string): string => join(folder, `${name}.safetensors`);
await saveStateFile(pathOf('inkgrad'), { model });
const copy = newNetwork(2); // other weights, until the file is loaded
await loadStateFile(pathOf('inkgrad'), { model: copy });
const logits = await logitsOf(model);
compare('saved and loaded', logits, await logitsOf(copy));
const largest = [...logits.slice(0, 47).keys()].sort((i, j) => logits[j] - logits[i]).slice(0, 4);
for (const i of largest) {
  console.log(`  ${classes[i]} ${logits[i].toFixed(2)} ${'#'.repeat(4 * logits[i])}`);
}

writeFileSync(pathOf('images'), encodeSafetensors({ x: { shape: x.shape, data: await x.data() } }));
const command = process.env.PYTHON ?? 'python3';
const python = spawnSync(command, ['-c', SCRIPT, folder], { encoding: 'utf8' });
if (python.status === 0) {
  const [before, after] = JSON.parse(python.stdout) as number[][];
  compare('in PyTorch', logits, before);
  await loadStateFile(pathOf('pytorch'), { model: copy });
  compare('after a step in PyTorch, loaded here', after, await logitsOf(copy));
} else {
  console.log('in PyTorch: not compared, since Python, PyTorch or safetensors is missing');
}
rmSync(folder, { recursive: true });
