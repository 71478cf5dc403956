// Tests resuming an interrupted run in the page: with the store of a run that ended within an epoch,
// a new session gives the same network, bit for bit, as an uninterrupted one.

import { describe, expect, it } from 'vitest';
import { chooseDevice } from '../../../src/app/device/device.js';
import type { Report } from '../../../src/app/web/training/protocol.js';
import { RunCheckpoint } from '../../../src/app/web/training/runCheckpoint.js';
import type { RunStore, StoredRun } from '../../../src/app/web/training/runStore.js';
import { PRESETS, type Settings } from '../../../src/app/web/training/settings.js';
import { session, SETTINGS } from './support.js';

const SMALL: Settings = { ...SETTINGS, architecture: PRESETS[2].architecture };

/** A store in memory; it keeps copies, as IndexedDB does. */
function memoryStore() {
  const store = {
    run: null as StoredRun | null,
    load: () => Promise.resolve(structuredClone(store.run)),
    save: (run: StoredRun) => Promise.resolve(void (store.run = structuredClone(run))),
    delete: () => Promise.resolve(void (store.run = null)),
  };
  return store satisfies RunStore & { run: StoredRun | null };
}

/** A session with a store, which stops at the given step of an epoch. */
function sessionWith(store: RunStore, stopAt: { epoch: number; done: number } | null = null) {
  const made = session({ withStore: (work) => work(store) }, (report: Report) => {
    if (report.kind === 'step' && report.epoch === stopAt?.epoch && report.done >= stopAt.done)
      void made.session.receive({ kind: 'stop' });
  });
  return made;
}

const timeless = (report: Report): object =>
  report.kind === 'epoch'
    ? { ...report, numbers: { ...report.numbers, seconds: 0, imagesPerSecond: 0 } }
    : report;

describe('a run that was interrupted', () => {
  it.each<[string, Settings]>([
    ['Adam', SMALL],
    ['SGD, augmentation', { ...SMALL, optimizer: 'sgd', learningRate: 0.01, augment: true }],
  ])('within an epoch gives the same network as an uninterrupted one: %s', async (_, settings) => {
    const whole = sessionWith(memoryStore());
    await whole.session.receive({ kind: 'start', settings });

    const store = memoryStore();
    const first = sessionWith(store, { epoch: 2, done: 1 });
    await first.session.receive({ kind: 'start', settings });
    expect(first.reports.at(-1)).toEqual({ kind: 'ended', how: 'stopped' });
    expect(store.run).toMatchObject({ settings, epoch: 1 });

    const second = sessionWith(store);
    await second.session.receive({ kind: 'resume' });
    const [resumed] = second.of('resumed');
    expect(resumed.reports.map(timeless)).toEqual(
      first.reports.filter(({ kind }) => kind === 'step' || kind === 'epoch').map(timeless),
    );
    expect(second.reports.at(-1)).toEqual({ kind: 'ended', how: 'finished' });
    const [network, expected] = [second.of('model').at(-1)!, whole.of('model').at(-1)!];
    expect(Buffer.from(network.bytes).equals(expected.bytes)).toBe(true);
    const [numbers, all] = [second.of('epoch').at(-1)!, whole.of('epoch').at(-1)!];
    expect(timeless(numbers)).toEqual(timeless(all));
    expect(store.run).toBe(null); // nothing is left to resume
  });

  it('is refused with other images, and without a stored run', async () => {
    const store = memoryStore();
    await sessionWith(store, { epoch: 1, done: 1 }).session.receive({
      kind: 'start',
      settings: SMALL,
    });
    store.run = { ...store.run!, data: store.run!.data ^ 1 };
    const other = sessionWith(store);
    await other.session.receive({ kind: 'resume' });
    expect(other.reports.at(-1)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not those of the interrupted run') as string,
    });
    const none = sessionWith(memoryStore());
    await none.session.receive({ kind: 'resume' });
    expect(none.reports).toMatchObject([{ kind: 'failed' }]);
  });

  it('cannot be resumed if the browser refuses to store it, which is reported once', async () => {
    const full = { ...memoryStore(), save: () => Promise.reject(new Error('quota exceeded')) };
    const { session: made, reports, of } = sessionWith(full);
    await made.receive({ kind: 'start', settings: { ...SMALL } });
    expect(of('unsaved')).toEqual([{ kind: 'unsaved', reason: 'quota exceeded' }]);
    expect(reports.at(-1)).toEqual({ kind: 'ended', how: 'finished' });
  });

  it('is deleted from the store after it diverged', async () => {
    const store = memoryStore();
    const saved: number[] = [];
    const save = (run: StoredRun) => store.save(run).then(() => void saved.push(run.epoch));
    // After the first step the weights are about 1e25: still finite, so they are saved.
    const made = session({ withStore: (work) => work({ ...store, save }) }, ({ kind }) => {
      if (kind === 'step') void made.session.receive({ kind: 'pause' });
      if (kind === 'paused') setTimeout(() => void made.session.receive({ kind: 'continue' }), 0);
    });
    await made.session.receive({ kind: 'start', settings: { ...SMALL, learningRate: 1e25 } });
    expect(saved).toEqual([0]);
    expect(made.reports.at(-1)).toMatchObject({ kind: 'failed' });
    expect(store.run).toBe(null);
  });
});

it('stores a bounded number of step reports, and the predictions of the last epoch only', async () => {
  const store = memoryStore();
  const run = { settings: SMALL, startedAt: 0, data: 0, reports: [] };
  const checkpoint = new RunCheckpoint(store, run);
  const step = { kind: 'step', epoch: 1, total: 10, images: 1, loss: 1, accuracy: 0 } as const;
  for (let done = 0; done < 9000; done++) {
    checkpoint.add({ ...step, done, imagesPerSecond: 1, secondsLeft: 1 });
    if (done % 3000 > 0) continue;
    checkpoint.add({ kind: 'epoch', numbers: {} as never, predictions: Uint8Array.of(1, 2) });
  }
  const parts = { stateDict: () => ({ tensors: {}, settings: {} }), state: () => ({}) };
  await checkpoint.save({
    model: { stateDict: () => ({}) },
    optimizer: parts,
    scheduler: parts,
    average: null,
    rngs: {},
    progress: { epoch: 3 },
  } as never);
  const { reports, epoch } = store.run!;
  expect(epoch).toBe(3);
  expect(reports.length).toBeLessThan(2010);
  const sizes = reports.flatMap((one) => (one.kind === 'epoch' ? [one.predictions.length] : []));
  expect(sizes).toEqual([0, 0, 2]);
});

it('refuses large batches on a GPU in software', async () => {
  const { backend, report } = await chooseDevice({ backend: 'wasm', threads: 1 });
  const device = { ...report, chosen: 'webgpu', software: true } as const;
  const { session: made, reports } = session({
    chooseDevice: () => Promise.resolve({ backend, report: device }),
  });
  await made.receive({ kind: 'start', settings: { ...SMALL, images: 94 } });
  expect(reports.at(-1)).toMatchObject({
    kind: 'failed',
    reason: expect.stringMatching(
      /webgpu in software.*16 images.*choose the CPU, or a batch/,
    ) as string,
  });
});
