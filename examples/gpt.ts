// Trains a small GPT on sentences of a grammar, and tests whether the grammar accepts what it writes.
//
// Question: does a network that only predicts the next character learn rules that span a sentence?
// Run:      npm run example -- gpt
//
// Output:
//   step 50: loss 0.72, 0 of 100 correct, 0 not in the corpus; some long ones:
//     - thehis behind tho ts se s hog caca
//     - thes ndswlearhise thoro bese xowowog
//     - thes irsirsin the the seseps howls
//   step 200: loss 0.20, 21 of 100 correct, 4 not in the corpus; some long ones:
//     - these birds near twowls sees this cat
//     - these birds near this ds sleeps
//     - these dogs behind two frses a bird
//   step 1000: loss 0.22, 97 of 100 correct, 65 not in the corpus; some long ones:
//     + two dogs near the horse see the horses
//     + the bird near these cats likes the frogs
//     - this frog bird this frog sleeps

import {
  AdamW,
  CosineWithWarmup,
  createWasmBackend,
  crossEntropy,
  Embedding,
  LayerNorm,
  Linear,
  noGrad,
  PositionalEncoding,
  Rng,
  scope,
  Sequential,
  tensor,
  TransformerEncoderLayer,
  useBackend,
} from 'inkgrad';

// Each symbol with its alternatives. The verb agrees with the first noun, however near the second.
const GRAMMAR: Readonly<Record<string, readonly string[]>> = {
  TEXT: ['ONE PLACE DOES', 'ONE DOES', 'MANY PLACE DO', 'MANY DO'],
  ONE: ['a NOUN', 'this NOUN', 'the NOUN'],
  MANY: ['two NOUNs', 'these NOUNs', 'the NOUNs'],
  NOUN: ['cat', 'dog', 'owl', 'horse', 'bird', 'frog'],
  PLACE: ['near ANY', 'behind ANY'],
  ANY: ['ONE', 'MANY'],
  DOES: ['sleeps', 'sings', 'sees ANY', 'likes ANY'],
  DO: ['sleep', 'sing', 'see ANY', 'like ANY'],
};
const SYMBOL = /[A-Z]+/g;
/** A random sentence. */
const write = (symbol: string, rng: Rng): string => {
  const alternative = GRAMMAR[symbol][rng.below(GRAMMAR[symbol].length)];
  return alternative.replace(SYMBOL, (inner) => write(inner, rng));
};
/** A regular expression that accepts exactly the sentences of a symbol. */
const pattern = (symbol: string): string =>
  `(?:${GRAMMAR[symbol].map((alternative) => alternative.replace(SYMBOL, pattern)).join('|')})`;
const sentence = new RegExp(`^${pattern('TEXT')}$`);

const LENGTH = 48; // longer than every sentence
const ALPHABET = '\n abcdefghiklnoprstuvwxyz'; // a line break starts and ends a sentence
const encode = (text: string): number[] =>
  Array.from(text, (character) => ALPHABET.indexOf(character));

/** Draws sentences, all at the same time, each character with its predicted probability. */
async function generate(count: number, rng: Rng): Promise<string[]> {
  const lines = Array.from({ length: count }, () => '\n');
  while (lines[0].length < LENGTH) {
    const logits = scope(() => noGrad(() => model.forward(tensor(lines.map(encode)))).slice(1, -1));
    const sums = await scope(() => logits.softmax().cumsum(2)).data();
    for (const i of lines.keys()) {
      const row = sums.subarray(i * ALPHABET.length, (i + 1) * ALPHABET.length - 1);
      const u = rng.uniform();
      lines[i] += ALPHABET.at(row.findIndex((sum) => sum > u))!;
    }
  }
  return lines.map((line) => line.split('\n')[1]);
}

useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere
const rng = new Rng(1);
const corpus = Array.from({ length: 2000 }, () => write('TEXT', rng));
const size = 48; // of the vector that represents a character in its context
const block = { dModel: size, numHeads: 4, dimFeedforward: 4 * size, dropout: 0, rng };
const options = { ...block, batchFirst: true, normFirst: true, causal: true };
// Characters [N, length] -> logits of the next characters [N, length, alphabet]
const model = new Sequential(
  new Embedding({ numEmbeddings: ALPHABET.length, embeddingDim: size, rng }),
  new PositionalEncoding({ embedDim: size, maxLength: LENGTH, batchFirst: true }),
  new TransformerEncoderLayer(options),
  new TransformerEncoderLayer(options),
  new LayerNorm({ normalizedShape: size }),
  new Linear({ inFeatures: size, outFeatures: ALPHABET.length, rng }),
);
const optimizer = new AdamW(model.parameters(), { lr: 4e-3 });
const REPORTS = process.argv.includes('--short') ? [60] : [50, 200, 1000];
const totalSteps = REPORTS.at(-1)!;
const schedule = new CosineWithWarmup(optimizer, { totalSteps, warmupSteps: 10 });
for (let step = 1; step <= totalSteps; step++) {
  const loss = scope(() => {
    const batch = Array.from({ length: 16 }, () => corpus[rng.below(corpus.length)]);
    const text = tensor(batch.map((line) => encode(`\n${line}`.padEnd(LENGTH + 1, '\n'))));
    const logits = model.forward(text.slice(1, 0, LENGTH)).reshape([-1, ALPHABET.length]);
    const loss = crossEntropy(logits, text.slice(1, 1).reshape([-1]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    schedule.step();
    return loss.item();
  });
  if (!REPORTS.includes(step)) continue;
  const lines = await generate(100, new Rng(2));
  const correct = lines.filter((line) => sentence.test(line));
  const unseen = correct.filter((line) => !corpus.includes(line));
  const counts = `${correct.length} of 100 correct, ${unseen.length} not in the corpus`;
  console.log(`step ${step}: loss ${(await loss).toFixed(2)}, ${counts}; some long ones:`);
  const long = lines.filter(({ length }) => length >= 30).slice(0, 3);
  for (const line of long) console.log(`  ${sentence.test(line) ? '+' : '-'} ${line}`);
}
