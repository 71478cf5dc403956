// Tests the management of corrections without a page: fine-tuning, storage, restoring, undoing and
// deleting, and failures of fine-tuning and storage. Fine-tuning is replaced by a fake that makes
// the last corrected character win; readers are real.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IMAGE_PIXELS } from '../../src/data/emnist/idx.js';
import { pageBackend } from '../../src/app/web/prediction/backend.js';
import { Reader } from '../../src/app/web/prediction/reader.js';
import type { Reading } from '../../src/app/web/prediction/types.js';
import { Signal } from '../../src/app/web/ui/signal.js';
import {
  Teacher,
  type TeacherParts,
  type TeacherState,
} from '../../src/app/web/teaching/teacher.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn/index.js';
import { untrainedModel } from '../support/untrainedModel.js';
import { biased, drawing, MemoryStore } from './teachingSupport.js';

let bytes: Uint8Array;
let original: Reader;
let store: MemoryStore;
let failures: unknown[];
let live: number;

beforeAll(async () => {
  bytes = await untrainedModel();
  await pageBackend();
});

beforeEach(async () => {
  live = (await pageBackend()).memory.live;
  original = await Reader.open(bytes, 'model.safetensors');
  store = new MemoryStore();
  failures = [];
});

interface Page extends TeacherParts {
  readonly teacher: Teacher;
}

/** One visit to the page. */
async function visit(teach = biased): Promise<Page> {
  const app = {
    reader: new Signal<Reader | null>(original),
    drawing: new Signal(drawing(11)),
    reading: new Signal<Reading | null>(null),
    say: () => undefined,
    fail: (error: unknown) => failures.push(error),
  };
  app.reading.set(await original.read(app.drawing.value.image));
  const parts: TeacherParts = { app, store, teach };
  return { ...parts, teacher: await Teacher.start(parts) };
}

const read = async ({ app }: TeacherParts): Promise<string> => {
  const reading = await app.reader.value!.read(app.drawing.value.image);
  return reading.verdict.label;
};

/** Waits until the stored corrections are restored. */
async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.teacher.state.value.taught).not.toBeNull();
}

describe('the teacher', () => {
  it('learns a correction, and the whole page uses the fine-tuned model', async () => {
    const page = await visit();
    await page.teacher.correct('B');
    expect(await read(page)).toBe('B');
    const { taught, corrections, inUse, progress, restored } = page.teacher.state.value;
    expect({ inUse, progress, restored }).toEqual({ inUse: true, progress: null, restored: false });
    expect(corrections.map(({ label }) => label)).toEqual(['B']);
    expect(taught?.reader).toBe(page.app.reader.value);
    const { before, after } = taught!.comparisons.get(corrections[0])!;
    expect([before.verdict.label, after.verdict.label]).toEqual([corrections[0].was, 'B']);
    page.teacher.use(false);
    expect(page.app.reader.value).toBe(original);
    expect(page.teacher.state.value.inUse).toBe(false);
    page.teacher.use(true);
    expect(await read(page)).toBe('B');
    await page.teacher.forget();
  });

  it('restores the corrections of the last visit, and reports it', async () => {
    await (await visit()).teacher.correct('B');
    const page = await visit();
    await settled(page);
    expect(page.teacher.state.value).toMatchObject<Partial<TeacherState>>({
      restored: true,
      inUse: true,
    });
    expect(await read(page)).toBe('B');
    expect(page.teacher.state.value.taught?.exam).toEqual({ count: 470, before: 400, after: 399 });
    await page.teacher.forget();
  });

  it('keeps corrections with another model, but fine-tunes it only on request', async () => {
    await (await visit()).teacher.correct('B');
    const file = decodeSafetensors(bytes);
    file.tensors['fc_layers.3.bias'].data[0] += 1;
    const other = encodeSafetensors(file.tensors, file.metadata);
    original = await Reader.open(other, 'other.safetensors');
    const page = await visit();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(page.teacher.state.value).toMatchObject<Partial<TeacherState>>({
      taught: null,
      inUse: false,
    });
    expect(page.teacher.state.value.corrections).toHaveLength(1);
    await page.teacher.again();
    expect(await read(page)).toBe('B');
    expect(page.app.reader.value?.card.name).toBe('other.safetensors, taught by you');
    await page.teacher.forget();
  });

  it('follows the page to another model, and drops the fine-tuned one', async () => {
    const page = await visit();
    await page.teacher.correct('B');
    const other = await Reader.open(bytes, 'mine.safetensors');
    page.app.reader.set(other);
    await settled(page); // the same bytes under another name are the same model
    expect(page.teacher.original).toBe(other);
    expect(page.app.reader.value, 'a newly loaded model is used as it is').toBe(other);
    page.teacher.use(true);
    expect(page.app.reader.value?.card.name).toBe('mine.safetensors, taught by you');
    await page.teacher.forget();
    expect(page.app.reader.value).toBe(other);
    other.dispose();
  });

  it('undoes a correction; after the last one the original is used again', async () => {
    const page = await visit();
    await page.teacher.correct('B');
    page.app.drawing.set(drawing(12));
    await page.teacher.correct('e');
    expect(await read(page)).toBe('e');
    await page.teacher.remove(page.teacher.state.value.corrections[1]);
    expect(await read(page)).toBe('B');
    await page.teacher.remove(page.teacher.state.value.corrections[0]);
    expect(page.app.reader.value).toBe(original);
    expect(store.kept).toBeNull();
  });

  it('deletes everything, in memory and in the browser', async () => {
    const page = await visit();
    await page.teacher.correct('B');
    expect(store.kept?.taught).not.toBeNull();
    await page.teacher.forget();
    expect(store.kept).toBeNull();
    expect(page.app.reader.value).toBe(original);
    expect(page.teacher.state.value).toMatchObject<Partial<TeacherState>>({
      corrections: [],
      taught: null,
      inUse: false,
    });
    original.dispose();
    expect((await pageBackend()).memory.live).toBe(live);
  });

  it('exports its corrections for another visitor', async () => {
    const giver = await visit();
    await giver.teacher.correct('B');
    const text = giver.teacher.exportCorrections();
    await giver.teacher.forget();
    const taker = await visit();
    await taker.teacher.add(text, 'corrections.json');
    expect(await read(taker)).toBe('B');
    await expect(taker.teacher.add('{}', 'other.json')).rejects.toThrow(
      'other.json: is no file of corrections',
    );
    expect(taker.teacher.state.value.corrections).toHaveLength(1);
    await taker.teacher.forget();
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
    await page.teacher.add(text, 'corrections.json');
    expect(page.teacher.state.value.corrections).toHaveLength(1);
    expect(page.teacher.state.value.taught).toBeNull();
    expect(page.teacher.teachable()).toEqual([]);
    await page.teacher.forget();
  });
});

describe('failures', () => {
  it('a failed lesson is reported, and the correction is kept', async () => {
    const page = await visit(() => Promise.reject(new Error('out of memory')));
    await page.teacher.correct('B');
    expect(failures).toEqual([new Error('out of memory')]);
    expect(page.app.reader.value).toBe(original);
    expect(page.teacher.state.value).toMatchObject<Partial<TeacherState>>({
      progress: null,
      taught: null,
    });
    expect(page.teacher.state.value.corrections).toHaveLength(1);
    await page.teacher.forget();
  });

  it('a canceled lesson ends without a message', async () => {
    const page = await visit(
      (_, __, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
    const lesson = page.teacher.correct('B');
    expect(page.teacher.state.value.progress).toBe('starting');
    page.teacher.cancel();
    await lesson;
    expect(failures).toEqual([]);
    expect(page.teacher.state.value.progress).toBeNull();
    await page.teacher.forget();
  });

  it('a browser without storage is reported, and teaching still works', async () => {
    store.refuses = 'The quota has been exceeded.';
    const page = await visit();
    expect(page.teacher.state.value.refusal).toBe('The quota has been exceeded.');
    await page.teacher.correct('B');
    expect(await read(page)).toBe('B');
    expect(page.teacher.state.value.refusal).toBe('The quota has been exceeded.');
    expect(failures).toEqual([]);
    store.refuses = null;
    await page.teacher.forget();
  });
});

afterAll(async () => {
  await (await pageBackend()).dispose();
});
