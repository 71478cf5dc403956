// Tests the page's training session without a worker: it lowers the loss, pauses, continues, stops,
// and keeps a model that the command line reads. Also tests its errors when data are invalid or the
// device fails.

import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createWasmBackend } from '../../../src/engine/backends/wasm/index.js';
import { BackendError, DeviceLostError } from '../../../src/engine/errors.js';
import { chooseDevice } from '../../../src/app/device/device.js';
import { originalArchitecture } from '../../../src/app/model/architecture.js';
import { modelFrom } from '../../../src/app/model/modelContents.js';
import type { EmnistFiles, Report } from '../../../src/app/web/training/protocol.js';
import { readReport } from '../../../src/app/web/training/protocol.js';
import { DEFAULT_SETTINGS, type Settings } from '../../../src/app/web/training/settings.js';
import { Session, type SessionDependencies } from '../../../src/app/web/training/session.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { idxImages, idxLabels } from '../../data/support.js';

const SETTINGS: Settings = {
  ...DEFAULT_SETTINGS,
  architecture: originalArchitecture(),
  images: 235,
  epochs: 2,
  batchSize: 16,
  learningRate: 0.002,
  dropout: 0.25,
  seed: 7,
};

/** A session with all its reports and a way to react to a report. */
function session(
  outside: Partial<SessionDependencies> = {},
  onReport: (report: Report) => void = () => undefined,
) {
  const reports: Report[] = [];
  const made = new Session({
    post: (report) => {
      reports.push(readReport(report));
      onReport(report);
    },
    yieldToEvents: () => new Promise((resolve) => setImmediate(resolve)),
    chooseDevice: () => chooseDevice({ backend: 'wasm', threads: 1 }),
    nameOf: () => 'the-file',
    ...outside,
  });
  const of = <Kind extends Report['kind']>(kind: Kind) =>
    reports.filter((report): report is Extract<Report, { kind: Kind }> => report.kind === kind);
  return { session: made, reports, of };
}

describe('a session', () => {
  it('trains on synthetic characters, lowers the loss, and saves a model that the command line reads', async () => {
    const { session: made, reports, of } = session();
    await made.receive({ kind: 'start', settings: SETTINGS });
    const [ready] = of('ready');
    expect(ready).toMatchObject({ data: 'synthetic characters (not EMNIST)', train: 188 });
    expect(ready.validation.labels).toHaveLength(47);
    expect(ready.validation.images).toHaveLength(47 * 784);

    const epochs = of('epoch');
    expect(epochs).toHaveLength(2);
    expect(epochs[1].numbers.trainLoss).toBeLessThan(epochs[0].numbers.trainLoss - 0.3);
    const { predictions, numbers } = epochs[1];
    const hits = predictions.filter(
      (predicted, i) => predicted === ready.validation.labels[i],
    ).length;
    expect(hits / 47).toBeCloseTo(numbers.valAccuracy, 6);

    expect(of('step')[0].done).toBe(16);
    expect(reports.at(-1)).toEqual({ kind: 'ended', how: 'finished' });
    const model = of('model').at(-1)!;
    expect(model.epochs).toBe(2);
    const loaded = await modelFrom('model', model.bytes);
    expect(loaded.training).toMatchObject({
      synthetic: true,
      seed: 7,
      limit: 235,
      valFraction: 0.2,
    });
    expect(loaded.classes).toEqual(ready.classes);
    expect(loaded.temperature).toBe(1); // too few validation images to fit it
    loaded.model.dispose();
  });

  it('gives the same network for the same seed, with or without pauses', async () => {
    const plain = session();
    await plain.session.receive({ kind: 'start', settings: { ...SETTINGS, epochs: 1 } });
    const whilePaused: Report[][] = [];
    const broken = session({}, (report) => {
      if (report.kind === 'step' && broken.of('paused').length === 0)
        void broken.session.receive({ kind: 'pause' });
      if (report.kind !== 'paused') return;
      const before = broken.reports.length;
      setTimeout(() => {
        whilePaused.push(broken.reports.slice(before));
        void broken.session.receive({ kind: 'continue' });
      }, 50);
    });
    await broken.session.receive({ kind: 'start', settings: { ...SETTINGS, epochs: 1 } });
    expect(whilePaused).toEqual([[]]);
    expect(broken.of('continued')).toHaveLength(1);
    const [one, other] = [plain.of('model').at(-1)!, broken.of('model').at(-1)!];
    expect(Buffer.from(one.bytes).equals(other.bytes)).toBe(true);
    expect(broken.of('model')[0].epochs).toBeGreaterThan(0);
    expect(broken.of('model')[0].epochs).toBeLessThan(1);
  });

  it('stops within an epoch or while paused, keeps the network, and can start again', async () => {
    let round = 0;
    const {
      session: made,
      reports,
      of,
    } = session({}, (report) => {
      if (report.kind === 'step') void made.receive({ kind: round === 0 ? 'stop' : 'pause' });
      if (report.kind === 'paused') void made.receive({ kind: 'stop' });
    });
    for (; round < 2; round++) {
      await made.receive({ kind: 'start', settings: SETTINGS });
      expect(reports.at(-1)).toEqual({ kind: 'ended', how: 'stopped' });
      expect(of('model').at(-1)!.epochs).toBeCloseTo(1 / 12, 6);
    }
  });

  it('stops while it generates characters', async () => {
    const {
      session: made,
      reports,
      of,
    } = session({}, (report) => {
      if (report.kind === 'preparing') void made.receive({ kind: 'stop' });
    });
    await made.receive({ kind: 'start', settings: SETTINGS });
    expect(reports.at(-1)).toEqual({ kind: 'ended', how: 'stopped' });
    expect(of('ready')).toEqual([]);
  });

  it('reports a lost device, and rejects a second run', async () => {
    const lostSession = session({
      chooseDevice: () => Promise.reject(new DeviceLostError('gpu: lost')),
    });
    await lostSession.session.receive({ kind: 'start', settings: SETTINGS });
    expect(lostSession.reports.at(-1)).toEqual({
      kind: 'failed',
      reason: 'gpu: lost',
      lostDevice: true,
    });

    const none = session({ chooseDevice: () => Promise.reject(new BackendError('no adapter')) });
    const first = none.session.receive({ kind: 'start', settings: SETTINGS });
    await none.session.receive({ kind: 'start', settings: SETTINGS });
    expect(none.reports.at(-1)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('already in progress') as string,
    });
    await first;
    expect(none.reports.at(-1)).toMatchObject({ reason: 'no adapter', lostDevice: false });
  });

  it('reports divergence, and saves no network with NaN', async () => {
    const { session: made, reports, of } = session();
    await made.receive({ kind: 'start', settings: { ...SETTINGS, learningRate: 1e30 } });
    expect(reports.at(-1)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/diverged.*learning rate/) as string,
    });
    expect(of('model')).toEqual([]);
  });

  it('disposes of the device', async () => {
    const backend = await createWasmBackend({ threads: 1 });
    const { report } = await chooseDevice({ backend: 'reference', threads: 1 });
    const disposed = vi.spyOn(backend, 'dispose');
    const { session: made } = session({ chooseDevice: () => Promise.resolve({ backend, report }) });
    await made.receive({ kind: 'start', settings: { ...SETTINGS, images: 94, epochs: 1 } });
    expect(disposed).toHaveBeenCalledOnce();
  });
});

describe('EMNIST files', () => {
  const { images, labels } = syntheticDataset({ seed: 3, count: 470 });
  const blob = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(bytes)]);
  const letters = (changed: Partial<EmnistFiles> = {}): EmnistFiles => ({
    split: 'balanced',
    trainImages: blob(gzipSync(idxImages(images))),
    trainLabels: blob(idxLabels([...labels])),
    testImages: null,
    testLabels: null,
    mapping: null,
    ...changed,
  });

  it('are used for training, and the test part is evaluated once, at the end', async () => {
    const { session: made, reports, of } = session();
    const files = letters({
      testImages: blob(idxImages(images.subarray(0, 47 * 784))),
      testLabels: blob(gzipSync(idxLabels([...labels.subarray(0, 47)]))),
    });
    await made.receive({ kind: 'open', files });
    expect(reports).toEqual([{ kind: 'opened', split: 'balanced', train: 470, test: 47 }]);
    await made.receive({
      kind: 'start',
      settings: { ...SETTINGS, source: 'emnist', images: 235, epochs: 1 },
    });
    expect(of('ready')[0]).toMatchObject({ data: 'EMNIST balanced train', train: 188 });
    expect(of('tested')).toMatchObject([{ total: 47 }]);
    expect(reports.at(-1)).toEqual({ kind: 'ended', how: 'finished' });
  });

  it.each([
    ['images for labels', { trainLabels: blob(idxImages(images)) }, /the-file: .*swapped/],
    [
      'a cut gzip file',
      { trainImages: blob(gzipSync(idxImages(images)).subarray(0, 20_000)) },
      /damaged or truncated/,
    ],
    ['a cut file', { trainImages: blob(idxImages(images).subarray(0, 20_000)) }, /truncated/],
    [
      'surplus bytes',
      { trainLabels: new Blob([Uint8Array.from(idxLabels([1])), 'x']) },
      /1 bytes follow/,
    ],
    [
      'a missing label',
      { trainLabels: blob(idxLabels([...labels.subarray(1)])) },
      /470 images but.*469 labels/,
    ],
    ['labels of another split', { split: 'digits' as const }, /is outside 0 to 9/],
    ['an empty file', { trainImages: new Blob([]) }, /has only 0/],
    ['a web page as the mapping', { mapping: new Blob(['<html>']) }, /line 1/],
    [
      'test labels for training images',
      { testImages: blob(idxImages(images)), testLabels: blob(idxLabels([1])) },
      /470 images but.*1 labels/,
    ],
  ])('are rejected with the file name: %s', async (_, changed, message) => {
    const { session: made, reports } = session();
    await made.receive({ kind: 'open', files: letters(changed) });
    expect(reports).toMatchObject([
      { kind: 'refused', reason: expect.stringMatching(message) as string },
    ]);
    await made.receive({ kind: 'start', settings: { ...SETTINGS, source: 'emnist' } });
    expect(reports.at(-1)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('no EMNIST files') as string,
    });
  });
});
