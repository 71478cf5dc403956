// Trains an LSTM on invented names, one character at a time, and lets it invent more.
//
// Question: does a recurrent network remember the first vowel of a name when it chooses the last one?
// Run:      npm run example -- lstm
//
// Output:
//   step 25: loss 1.68; - - - - toitims imk - - bar -
//     4 of 200 names follow the grammar, 4 of these are new
//   step 100: loss 1.10; kokoni militelir teredin larado nider terites loraradan kinekir tener mekin
//     166 of 200 names follow the grammar, 156 of these are new
//   step 600: loss 1.08; mite titin bebeter betedis ranan nisidis dorotodor dotadoro tideker seker
//     189 of 200 names follow the grammar, 176 of these are new

import {
  Adam,
  createWasmBackend,
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  Module,
  Rng,
  scope,
  tensor,
  useBackend,
  type Tensor,
} from 'inkgrad';

const reports = process.argv.includes('--short') ? [25, 100] : [25, 100, 600]; // steps
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const rng = new Rng(1);
const choose = <T>(from: ArrayLike<T>): T => from[rng.below(from.length)];

// The grammar: two to four syllables, then perhaps an n, r or s. All vowels of a name are bright
// (e, i) or all are dark (a, o).
const CONSONANTS = 'bdklmnrst';
function inventName(): string {
  const vowels = choose(['ei', 'ao']);
  const syllables = Array.from(
    { length: 2 + rng.below(3) },
    () => choose(CONSONANTS) + choose(vowels),
  );
  return syllables.join('') + choose(['', 'n', 'r', 's']);
}
const isName = (text: string): boolean =>
  [/^([bdklmnrst][ei]){2,4}[nrs]?$/, /^([bdklmnrst][ao]){2,4}[nrs]?$/].some((rule) =>
    rule.test(text),
  );

// A text starts with a dot, ends with a dot, and is padded with dots.
const ALPHABET = `.aeio${CONSONANTS}`;
const LENGTH = 11;
const encode = (text: string): number[] => Array.from(text, (letter) => ALPHABET.indexOf(letter));

class NameModel extends Module {
  readonly embedding = new Embedding({ numEmbeddings: ALPHABET.length, embeddingDim: 16, rng });
  readonly lstm = new LSTM({ inputSize: 16, hiddenSize: 64, batchFirst: true, rng });
  readonly head = new Linear({ inFeatures: 64, outFeatures: ALPHABET.length, rng });

  /** Letters [N, steps] -> scores of the letter that follows each, [N, steps, alphabet]. */
  override forward(letters: Tensor): Tensor {
    const [memory] = this.lstm.forward(this.embedding.forward(letters)); // [N, steps, 64]
    return this.head.forward(memory);
  }
}

const model = new NameModel();
const optimizer = new Adam(model.parameters(), { lr: 0.005 });
const names = Array.from({ length: 1000 }, inventName);

/** Invents names: predicts the probabilities of the next letter, draws one, and repeats. */
async function generate(count: number): Promise<string[]> {
  let texts = Array.from({ length: count }, () => '.');
  for (let length = 1; length < LENGTH; length++) {
    const probabilities = await scope(() => {
      const scores = model.forward(tensor(texts.map(encode))).slice(1, length - 1, length);
      return scores.softmax().data(); // [count, 1, alphabet]
    });
    texts = texts.map((text, n) => {
      let [letter, rest] = [0, rng.uniform()];
      while ((rest -= probabilities[n * ALPHABET.length + letter]) > 0) letter += 1;
      return text + (ALPHABET[letter] ?? '.');
    });
  }
  return texts.map((text) => text.slice(1).split('.')[0]);
}

for (let step = 1; step <= Math.max(...reports); step++) {
  const loss = scope(() => {
    const batch = Array.from({ length: 32 }, () =>
      encode(`.${choose(names)}`.padEnd(LENGTH + 1, '.')),
    );
    const inputs = tensor(batch.map((letters) => letters.slice(0, -1))); // [32, 11]
    const targets = tensor(batch.map((letters) => letters.slice(1))); // the same, one letter later
    const scores = model.forward(inputs).reshape([-1, ALPHABET.length]);
    const loss = crossEntropy(scores, targets.reshape([-1]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  if (!reports.includes(step)) continue;
  const texts = await generate(200);
  const valid = texts.filter(isName);
  const fresh = valid.filter((text) => !names.includes(text));
  console.log(
    `step ${step}: loss ${(await loss).toFixed(2)}; ${texts
      .slice(0, 10)
      .map((text) => text || '-')
      .join(' ')}`,
  );
  console.log(
    `  ${valid.length} of 200 names follow the grammar, ${fresh.length} of these are new`,
  );
}
