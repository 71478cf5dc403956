// Run by runtimes.test.ts in Node, Deno and Bun, from a project that has installed the package:
// trains a small network on two threads, saves it, loads it, recognizes a character, and prints one
// line of results.

import {
  Adam,
  createWasmBackend,
  CrossEntropyLoss,
  Linear,
  loadState,
  noGrad,
  ReLU,
  Rng,
  saveState,
  scope,
  Sequential,
  tensor,
  useBackend,
} from 'inkgrad';
import { loadCharacterModel, recognize } from 'inkgrad/character';
import { loadStateFile, saveStateFile } from 'inkgrad/node';

const backend = await createWasmBackend({ threads: 2 });
useBackend(backend);
const rng = new Rng(1);
const createModel = () =>
  new Sequential(
    new Linear({ inFeatures: 2, outFeatures: 16, rng }),
    new ReLU(),
    new Linear({ inFeatures: 16, outFeatures: 2, rng }),
  );
const model = createModel();
const optimizer = new Adam(model.parameters(), { lr: 0.05 });
const criterion = new CrossEntropyLoss();
// Exclusive or: no linear function separates it.
const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const labels = [0, 1, 1, 0];

async function step() {
  const loss = scope(() => {
    optimizer.zeroGrad();
    const loss = criterion.forward(model.forward(tensor(inputs)), tensor(labels));
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  return loss;
}

const first = await step();
for (let i = 0; i < 100; i++) await step();
const last = await step();

const bytes = await saveState({ model });
const copy = createModel();
loadState(bytes, { model: copy });
const predict = (network) => scope(() => noGrad(() => network.forward(tensor(inputs))).data());
const same = (await predict(model)).join() === (await predict(copy)).join();

await saveStateFile('state.safetensors', { model, extra: { steps: 102 } });
const { extra } = await loadStateFile('state.safetensors', { model: copy });

const characters = await loadCharacterModel(); // the file of the package
const bar = [0, 0, 60, 0];
const stem = [30, 0, 30, 80];
const drawn = await recognize(characters, [bar, stem]);
characters.dispose();

for (const part of [model, copy, optimizer]) part.dispose();
const { live } = backend.memory;
await backend.dispose();
const { steps } = extra;
const { threads } = backend;
console.log(JSON.stringify({ first, last, same, steps, drawn: drawn.characters, live, threads }));
