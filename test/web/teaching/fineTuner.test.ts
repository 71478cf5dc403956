// Tests the management of corrections without a page: fine-tuning, storage, restoring, undoing and
// deleting, and failures of fine-tuning and storage. Fine-tuning is replaced by a fake that makes
// the last corrected character win; readers are real.

import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IMAGE_PIXELS } from '../../../src/data/emnist/idx.js';
import { pageBackend } from '../../../src/app/web/prediction/backend.js';
import { Predictor } from '../../../src/app/web/prediction/predictor.js';
import type { Prediction } from '../../../src/app/web/prediction/types.js';
import { Signal } from '../../../src/app/web/ui/signal.js';
import {
  FineTuner,
  type FineTunerDependencies,
  type FineTunerState,
} from '../../../src/app/web/teaching/fineTuner.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/nn/index.js';
import { untrainedModel } from '../../support/untrainedModel.js';
import { biased, drawing, MemoryStore } from './support.js';

let bytes: Uint8Array;
let original: Predictor;
let store: MemoryStore;
let failures: unknown[];
let live: number;

beforeAll(async () => {
  bytes = await untrainedModel();
  await pageBackend();
});

beforeEach(async () => {
  live = (await pageBackend()).memory.live;
  original = await Predictor.open(bytes, 'model.safetensors');
  store = new MemoryStore();
  failures = [];
});

interface Page extends FineTunerDependencies {
  readonly fineTuner: FineTuner;
}

/** One visit to the page. */
async function visit(runLesson = biased): Promise<Page> {
  const app = {
    predictor: new Signal<Predictor | null>(original),
    drawing: new Signal(drawing(11)),
    prediction: new Signal<Prediction | null>(null),
    announce: () => undefined,
    showError: (error: unknown) => failures.push(error),
  };
  app.prediction.set(await original.predict(app.drawing.value.image));
  const dependencies: FineTunerDependencies = { app, store: store.tab(), runLesson };
  return { ...dependencies, fineTuner: await FineTuner.start(dependencies) };
}

const predict = async ({ app }: FineTunerDependencies): Promise<string> => {
  const prediction = await app.predictor.value!.predict(app.drawing.value.image);
  return prediction.verdict.label;
};

/** Waits until the stored corrections are restored. */
async function waitUntilRestored(page: Page): Promise<void> {
  await expect.poll(() => page.fineTuner.state.value.fineTuned).not.toBeNull();
}

describe('the teacher', () => {
  it('learns a correction, and the whole page uses the fine-tuned model', async () => {
    const page = await visit();
    await page.fineTuner.correct('B');
    expect(await predict(page)).toBe('B');
    const {
      fineTuned: taught,
      corrections,
      usesFineTuned: inUse,
      progress,
      restored,
    } = page.fineTuner.state.value;
    expect({ inUse, progress, restored }).toEqual({ inUse: true, progress: null, restored: false });
    expect(corrections.map(({ label }) => label)).toEqual(['B']);
    expect(taught?.predictor).toBe(page.app.predictor.value);
    const { before, after } = taught!.comparisons.get(corrections[0])!;
    expect([before.verdict.label, after.verdict.label]).toEqual([corrections[0].was, 'B']);
    page.fineTuner.useFineTuned(false);
    expect(page.app.predictor.value).toBe(original);
    expect(page.fineTuner.state.value.usesFineTuned).toBe(false);
    page.fineTuner.useFineTuned(true);
    expect(await predict(page)).toBe('B');
    await page.fineTuner.deleteAll();
  });

  it('restores the corrections of the last visit, and reports it', async () => {
    await (await visit()).fineTuner.correct('B');
    const page = await visit();
    await waitUntilRestored(page);
    expect(page.fineTuner.state.value).toMatchObject<Partial<FineTunerState>>({
      restored: true,
      usesFineTuned: true,
    });
    expect(await predict(page)).toBe('B');
    expect(page.fineTuner.state.value.fineTuned?.evaluation).toEqual({
      count: 470,
      before: 400,
      after: 399,
    });
    await page.fineTuner.deleteAll();
  });

  it('keeps corrections with another model, but fine-tunes it only on request', async () => {
    await (await visit()).fineTuner.correct('B');
    const file = decodeSafetensors(bytes);
    file.tensors['fc_layers.3.bias'].data[0] += 1;
    const other = encodeSafetensors(file.tensors, file.metadata);
    original = await Predictor.open(other, 'other.safetensors');
    const page = await visit();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(page.fineTuner.state.value).toMatchObject<Partial<FineTunerState>>({
      fineTuned: null,
      usesFineTuned: false,
    });
    expect(page.fineTuner.state.value.corrections).toHaveLength(1);
    await page.fineTuner.retrain();
    expect(await predict(page)).toBe('B');
    expect(page.app.predictor.value?.card.name).toBe('other.safetensors, taught by you');
    await page.fineTuner.deleteAll();
  });

  it('follows the page to another model, and drops the fine-tuned one', async () => {
    const page = await visit();
    await page.fineTuner.correct('B');
    const other = await Predictor.open(bytes, 'mine.safetensors');
    page.app.predictor.set(other);
    await waitUntilRestored(page); // the same bytes under another name are the same model
    expect(page.fineTuner.original).toBe(other);
    expect(page.app.predictor.value, 'a newly loaded model is used as it is').toBe(other);
    page.fineTuner.useFineTuned(true);
    expect(page.app.predictor.value?.card.name).toBe('mine.safetensors, taught by you');
    await page.fineTuner.deleteAll();
    expect(page.app.predictor.value).toBe(other);
    other.dispose();
  });

  it('undoes a correction; after the last one the original is used again', async () => {
    const page = await visit();
    await page.fineTuner.correct('B');
    page.app.drawing.set(drawing(12));
    await page.fineTuner.correct('e');
    expect(await predict(page)).toBe('e');
    await page.fineTuner.remove(page.fineTuner.state.value.corrections[1]);
    expect(await predict(page)).toBe('B');
    await page.fineTuner.remove(page.fineTuner.state.value.corrections[0]);
    expect(page.app.predictor.value).toBe(original);
    expect(store.stored).toBeNull();
  });

  it('deletes everything, in memory and in the browser', async () => {
    const page = await visit();
    await page.fineTuner.correct('B');
    expect(store.stored?.fineTuned).not.toBeNull();
    await page.fineTuner.deleteAll();
    expect(store.stored).toBeNull();
    expect(page.app.predictor.value).toBe(original);
    expect(page.fineTuner.state.value).toMatchObject<Partial<FineTunerState>>({
      corrections: [],
      fineTuned: null,
      usesFineTuned: false,
    });
    original.dispose();
    expect((await pageBackend()).memory.live).toBe(live);
  });

  it('exports its corrections for another visitor', async () => {
    const exporter = await visit();
    await exporter.fineTuner.correct('B');
    const text = exporter.fineTuner.exportCorrections();
    await exporter.fineTuner.deleteAll();
    const importer = await visit();
    await importer.fineTuner.importCorrections(text, 'corrections.json');
    expect(await predict(importer)).toBe('B');
    await expect(importer.fineTuner.importCorrections('{}', 'other.json')).rejects.toThrow(
      'other.json: is no file of corrections',
    );
    expect(importer.fineTuner.state.value.corrections).toHaveLength(1);
    await importer.fineTuner.deleteAll();
  });

  it('omits characters that the model does not have', async () => {
    const image = btoa(String.fromCharCode(...new Uint8Array(IMAGE_PIXELS)));
    const foreign = { image, label: 'ß', was: 'B', strokes: [] };
    const page = await visit();
    const text = JSON.stringify({
      kind: 'inkgrad corrections',
      version: 1,
      corrections: [foreign],
    });
    await page.fineTuner.importCorrections(text, 'corrections.json');
    expect(page.fineTuner.state.value.corrections).toHaveLength(1);
    expect(page.fineTuner.state.value.fineTuned).toBeNull();
    expect(page.fineTuner.applicableCorrections()).toEqual([]);
    await page.fineTuner.deleteAll();
  });
});

describe('two tabs', () => {
  /** The labels in both tabs and in the store, once they agree. */
  async function agreed(...pages: readonly Page[]): Promise<string[]> {
    const labels = (list: readonly { label: string }[]): string =>
      list.map(({ label }) => label).join();
    await expect
      .poll(() => pages.map(({ fineTuner }) => labels(fineTuner.state.value.corrections)))
      .toEqual(pages.map(() => labels(store.stored?.corrections ?? [])));
    return (store.stored?.corrections ?? []).map(({ label }) => label);
  }

  it('keep the corrections of both, also of the same moment, and share the model', async () => {
    const [first, second] = [await visit(), await visit()];
    second.app.drawing.set(drawing(12));
    await Promise.all([first.fineTuner.correct('B'), second.fineTuner.correct('e')]);
    expect(await agreed(first, second)).toEqual(['B', 'e']);
    await expect.poll(() => predict(first)).toBe('e'); // the model of the last correction
    expect(await predict(second)).toBe('e');
    expect(first.fineTuner.state.value.fineTuned?.comparisons.size).toBe(2);
    expect(first.fineTuner.state.value.restored).toBe(false);

    await first.fineTuner.remove(first.fineTuner.state.value.corrections[1]);
    expect(await agreed(first, second)).toEqual(['B']);
    await expect.poll(() => predict(second)).toBe('B');
    await second.fineTuner.deleteAll();
    expect(await agreed(first, second)).toEqual([]);
    await expect.poll(() => first.app.predictor.value).toBe(original);
  });

  it('use the original or the fine-tuned model independently', async () => {
    const [first, second] = [await visit(), await visit()];
    await first.fineTuner.correct('B');
    await expect.poll(() => second.fineTuner.state.value.usesFineTuned).toBe(true);
    second.fineTuner.useFineTuned(false);
    first.app.drawing.set(drawing(12));
    await first.fineTuner.correct('e');
    await expect.poll(() => second.fineTuner.state.value.fineTuned?.comparisons.size).toBe(2);
    expect(second.app.predictor.value).toBe(original);
    await first.fineTuner.deleteAll();
  });
});

describe('failures', () => {
  it('a failed lesson is reported, and the correction is kept', async () => {
    const page = await visit(() => Promise.reject(new Error('out of memory')));
    await page.fineTuner.correct('B');
    expect(failures).toEqual([new Error('out of memory')]);
    expect(page.app.predictor.value).toBe(original);
    expect(page.fineTuner.state.value).toMatchObject<Partial<FineTunerState>>({
      progress: null,
      fineTuned: null,
    });
    expect(page.fineTuner.state.value.corrections).toHaveLength(1);
    await page.fineTuner.deleteAll();
  });

  it('a canceled lesson ends without a message', async () => {
    const page = await visit(
      (_, __, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
    const lesson = page.fineTuner.correct('B');
    expect(page.fineTuner.state.value.progress).toBe('starting');
    page.fineTuner.cancel();
    await lesson;
    expect(failures).toEqual([]);
    expect(page.fineTuner.state.value.progress).toBeNull();
    await page.fineTuner.deleteAll();
  });

  it('a browser without storage is reported, and teaching still works', async () => {
    store.failure = 'The quota has been exceeded.';
    const page = await visit();
    expect(page.fineTuner.state.value.storageError).toBe('The quota has been exceeded.');
    await page.fineTuner.correct('B');
    expect(await predict(page)).toBe('B');
    expect(page.fineTuner.state.value.storageError).toBe('The quota has been exceeded.');
    expect(failures).toEqual([]);
    store.failure = null;
    await page.fineTuner.deleteAll();
  });
});
