// Networks exported with toPyTorch: the code loads the state strictly, and PyTorch computes the same
// outputs. One Python process runs all cases.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toPyTorch } from '../../../src/app/library/export.js';
import {
  Dropout,
  Embedding,
  Linear,
  ReLU,
  Rng,
  saveState,
  Sequential,
  Softplus,
  TransformerEncoderLayer,
} from '../../../src/index.js';
import { freshBackend } from '../../nn/support.js';
import { runPython, torchMissing } from '../../support/python.js';
import { skipNote } from '../../support/skipping.js';
import { CASES, createInput, createNetwork, outputOf, relativeDifference } from './networks.js';

freshBackend();

/** Runs every case of cases.json; prints a list of { shape, data, tied } or { error }. */
const PROGRAM = `
import json, struct, sys, traceback
import torch

def load_file(path):
    with open(path, "rb") as file:
        contents = bytearray(file.read())
    (length,) = struct.unpack_from("<Q", contents)
    header = json.loads(contents[8 : 8 + length])
    header.pop("__metadata__", None)
    state = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32"
        values = torch.frombuffer(contents[8 + length + begin : 8 + length + end], dtype=torch.float32)
        state[name] = values.reshape(entry["shape"])
    return state

def run(case, path):
    names = {}
    exec(case["source"], names)
    model = names["create_model"]()
    state = load_file(path)
    for name, fresh in model.state_dict().items():
        if name.endswith("encoding"):
            assert torch.allclose(fresh, state[name], atol=1e-5), "fresh encoding"
    model.load_state_dict(state)
    model.eval()
    x = torch.tensor(case["x"]).reshape(case["shape"])
    with torch.no_grad():
        y = model(x.long() if case["isIndices"] else x)
    return {"shape": list(y.shape), "data": y.flatten().tolist(), "parameters": len(list(model.parameters()))}

results = []
for index, case in enumerate(json.load(open(sys.argv[1] + "/cases.json"))):
    try:
        results.append(run(case, f"{sys.argv[1]}/{index}.safetensors"))
    except Exception:
        results.append({"error": traceback.format_exc()})
print(json.dumps(results))
`;

interface Result {
  readonly shape: number[];
  readonly data: number[];
  /** Number of different parameters. */
  readonly parameters: number;
  readonly error?: string;
}

const EXAMPLES = 3;

describe.skipIf(torchMissing !== null)(
  `gives the same outputs in PyTorch${skipNote(torchMissing)}:`,
  () => {
    let results: readonly Result[] = [];
    let folder = '';

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'inkgrad-'));
      const cases: object[] = [];
      for (const [index, one] of CASES.entries()) {
        const network = createNetwork(one);
        writeFileSync(join(folder, `${index}.safetensors`), await saveState({ model: network }));
        const { data, shape, isIndices } = createInput(one, EXAMPLES);
        cases.push({ source: toPyTorch(network), x: [...data], shape, isIndices });
        network.dispose();
      }
      writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
      results = JSON.parse(await runPython(PROGRAM, [folder])) as Result[];
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(CASES.map((one, index) => ({ ...one, index })))('$title', async ({ index, ...one }) => {
      const { shape, data, parameters, error } = results[index];
      expect(error).toBeUndefined();
      const network = createNetwork(one);
      const expected = await outputOf(network, createInput(one, EXAMPLES));
      expect(shape).toEqual(expected.shape);
      expect(relativeDifference(expected.data, data)).toBeLessThan(1e-5);
      expect(parameters).toBe(network.parameters().length);
      network.dispose();
    });
  },
);

const codeOf = (python: string): string => python.slice(python.indexOf('def create_model'));

describe('the code', () => {
  const rng = new Rng(1);

  it('has the structure of the network, without options that are PyTorch defaults', () => {
    const model = new Sequential(
      new Linear({ inFeatures: 4, outFeatures: 3, rng }),
      new Sequential(new ReLU(), new Dropout({ probability: 0.1, rng })),
      new Softplus({ threshold: Infinity }),
    );
    const python = toPyTorch(model);
    expect(python).toContain('\nfrom torch import nn\n');
    expect(python).not.toContain('\nimport torch\n');
    expect(codeOf(python)).toBe(`def create_model():
    return nn.Sequential(
        nn.Linear(4, 3),
        nn.Sequential(
            nn.ReLU(),
            nn.Dropout(0.1),
        ),
        nn.Softplus(threshold=float("inf")),
    )
`);
    model.dispose();
  });

  it('shares tied weights', () => {
    const embedding = new Embedding({ numEmbeddings: 5, embeddingDim: 2, rng });
    const options = { inFeatures: 2, outFeatures: 5, bias: false, weight: embedding.weight, rng };
    const model = new Sequential(embedding, new Sequential(new Linear(options)));
    expect(codeOf(toPyTorch(model))).toContain(
      '\n    model.get_submodule("1.0").weight = model.get_submodule("0").weight\n    return model\n',
    );
    model.dispose();
  });

  it('contains the classes that PyTorch lacks, and only those that it uses', () => {
    const options = { dModel: 4, numHeads: 2, causal: true, rng };
    const model = new TransformerEncoderLayer(options);
    const python = toPyTorch(model);
    expect(python.match(/^class \w+/gm)).toEqual(['class CausalTransformerEncoderLayer']);
    expect(codeOf(python)).toContain('return CausalTransformerEncoderLayer(4, 2)\n');
    model.dispose();
  });
});
