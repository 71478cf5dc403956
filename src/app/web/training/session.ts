// A training session without its worker: takes commands, runs the library's Trainer, and reports. One run at a time.
// It also runs in Node, where it is tested.
//
// idle -- start --> preparing --> training <-- pause / continue --> paused
// ^                                 |
// +--- ended (finished, stopped) or failed

import { ArgumentError, DeviceLostError, InkgradError } from '../../../engine/errors.js';
import { type Backend, Rng, useBackend } from '../../../engine/index.js';
import { limitDataset, stratifiedSplit, type Dataset } from '../../../data/loading/dataset.js';
import { drawDataset } from '../../../data/strokes/synthetic.js';
import type { ChosenDevice, DeviceChoice } from '../../device/device.js';
import { saveState } from '../../../nn/index.js';
import { evaluate } from '../../evaluation/evaluate.js';
import { CharacterNet } from '../../model/characterNet.js';
import type { Training } from '../../model/modelContents.js';
import { fitTemperature } from '../../training/temperature.js';
import { Trainer } from '../../training/trainer.js';
import { openFiles, type OpenedFiles } from './openFiles.js';
import type { Command, GivenFiles, ModelReport, Report, Settings } from './protocol.js';
import { Watch } from './watch.js';

/** Dependencies of a session; tests replace them. */
export interface Outside {
  readonly post: (report: Report, transfer?: Transferable[]) => void;
  /** Yields to the event loop so that commands arrive; resolved promises alone do not. */
  readonly turn: () => Promise<void>;
  readonly chooseDevice: (choice: DeviceChoice) => Promise<ChosenDevice>;
  /** Name of a file, for error messages. */
  readonly nameOf: (file: Blob) => string;
}

/** Validation fraction: as in `inkgrad train`, and larger for synthetic data, which has fewer images. */
const VALIDATION = { emnist: 0.1, synthetic: 0.2 } as const;
/** Interval of network reports in milliseconds: at most this much training is lost with the device. */
const KEEP_EVERY = 10_000;

/** A pause of a run. */
interface Gate {
  /** Resolves when the run continues. */
  readonly opened: Promise<void>;
  readonly open: () => void;
}

/** Thrown inside a run when it is stopped. */
class Stopped extends Error {}

export class Session {
  readonly #outside: Outside;
  #opened: OpenedFiles | null = null;
  #busy = false;
  #stop = false;
  /** Null if the run is not paused. */
  #gate: Gate | null = null;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Runs a command to its end. Never rejects; failures are reported. */
  async receive(command: Command): Promise<void> {
    if (command.kind === 'open') await this.#exclusively(() => this.#open(command.files));
    else if (command.kind === 'start') await this.#exclusively(() => this.#train(command.settings));
    else if (command.kind === 'pause') {
      if (!this.#stop) this.#gate ??= gate();
    } else {
      this.#stop ||= command.kind === 'stop';
      this.#gate?.open();
      this.#gate = null;
    }
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    try {
      if (this.#busy)
        throw new ArgumentError('training: a run is already in progress; stop it first');
      this.#busy = true;
      [this.#stop, this.#gate] = [false, null];
      try {
        await work();
      } finally {
        this.#busy = false;
      }
    } catch (error) {
      if (error instanceof Stopped) this.#outside.post({ kind: 'ended', how: 'stopped' });
      else this.#outside.post(failure(error));
    }
  }

  async #open(files: GivenFiles): Promise<void> {
    this.#opened = null;
    try {
      this.#opened = await openFiles(files, this.#outside.nameOf);
      const { train, test } = this.#opened.counts;
      this.#outside.post({ kind: 'opened', split: files.split, train, test });
    } catch (error) {
      if (!(error instanceof InkgradError)) throw error;
      this.#outside.post({ kind: 'refused', reason: error.message });
    }
  }

  async #train(settings: Settings): Promise<void> {
    const { post, chooseDevice } = this.#outside;
    const rng = new Rng(settings.seed);
    const data = await this.#data(settings);
    const { train, validation } = stratifiedSplit(
      data,
      VALIDATION[settings.source],
      rng.split('validation'),
    );
    post({ kind: 'preparing', what: 'getting the device ready', done: 0, total: 0 });
    const { backend, report: device } = await chooseDevice({
      backend: settings.backend,
      threads: undefined,
    });
    useBackend(backend);
    let trainer: Trainer | null = null;
    try {
      const watch = new Watch(settings.epochs);
      const { learningRate, batchSize, epochs, dropout } = settings;
      trainer = new Trainer({
        model: new CharacterNet({ classes: data.classes.length, rng, dropout }),
        train,
        validation,
        rng,
        learningRate,
        batchSize,
        epochs,
        onValidation: () => this.#turn(),
        onEvaluated: ({ predictions }) => watch.evaluated(predictions),
      });
      post({
        kind: 'ready',
        device,
        data: data.name,
        classes: data.classes,
        train: train.length,
        validation: { images: validation.images, labels: validation.labels },
      });
      await this.#loop(trainer, data, validation, settings, watch);
    } finally {
      await release(trainer, backend);
    }
  }

  async #loop(
    trainer: Trainer,
    data: Dataset,
    validation: Dataset,
    settings: Settings,
    watch: Watch,
  ): Promise<void> {
    const { post } = this.#outside;
    let kept = performance.now();
    const keep = async (temperature = 1): Promise<void> => {
      await trainer.checkWeights();
      const report = await modelReport(trainer, data, settings, {
        valFraction: VALIDATION[settings.source],
        temperature,
      });
      post(report, [report.bytes.buffer]);
      kept = performance.now();
    };
    watch.begin();
    for await (const event of trainer.run()) {
      const report = watch.report(event);
      if (report !== null) post(report);
      if (event.event === 'epoch' || performance.now() - kept > KEEP_EVERY) await keep();
      await this.#outside.turn();
      const held = this.#gate;
      if (held !== null) {
        await keep();
        post({ kind: 'paused' });
        await held.opened;
        post({ kind: 'continued' });
        watch.begin();
      }
      if (this.#stop) break;
    }
    if (this.#stop) {
      await keep();
      throw new Stopped();
    }
    const evaluation = await evaluate(trainer.model, validation, {
      logits: true,
      onProgress: () => this.#turn(),
    });
    await keep(fitTemperature(evaluation.logits!, validation.labels));
    await this.#test(trainer, settings);
    post({ kind: 'ended', how: 'finished' });
  }

  /** Evaluates the test images once, after the last step, so that no decision depends on them. */
  async #test({ model }: Trainer, { source }: Settings): Promise<void> {
    if (source !== 'emnist' || !this.#opened?.test) return;
    const { test } = this.#opened;
    const { post } = this.#outside;
    const onProgress = (done: number): Promise<void> => {
      post({ kind: 'preparing', what: 'reading the test images', done, total: test.length });
      return this.#turn();
    };
    const { total, accuracy, mergedAccuracy } = await evaluate(model, test, { onProgress });
    post({ kind: 'tested', total, accuracy, mergedAccuracy });
  }

  async #data({ source, images, seed }: Settings): Promise<Dataset> {
    if (source === 'emnist') {
      if (this.#opened === null)
        throw new ArgumentError('training: no EMNIST files are open; open them first');
      return limitDataset(this.#opened.train, images);
    }
    const drawing = drawDataset({ seed, count: images });
    for (let said = 0; ;) {
      const { done, value } = drawing.next();
      if (done === true) return value;
      if (value < said + 100 && value < images) continue;
      this.#outside.post({
        kind: 'preparing',
        what: 'drawing characters',
        done: value,
        total: images,
      });
      said = value;
      await this.#turn();
    }
  }

  /** Yields for commands; throws `Stopped` if one of them was `stop`. */
  async #turn(): Promise<void> {
    await this.#outside.turn();
    if (this.#stop) throw new Stopped();
  }
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Frees the resources of a run. A lost device needs no freeing, and attempts fail. */
async function release(trainer: Trainer | null, backend: Backend): Promise<void> {
  try {
    trainer?.dispose();
    await backend.dispose();
  } catch {
    // Keep the error that ended the run.
  }
}

function failure(error: unknown): Report {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason, lostDevice: error instanceof DeviceLostError };
}

/** The network of a run as a model file in the format of `inkgrad train`, without the optimizer. Call between two steps. */
async function modelReport(
  { model, progress, loader }: Trainer,
  data: Dataset,
  { seed, images }: Settings,
  about: Pick<Training, 'valFraction' | 'temperature'>,
): Promise<ModelReport> {
  const epochs = progress.epoch + progress.step / loader.batchesPerEpoch;
  const training: Training = {
    classes: data.classes,
    data: data.name,
    synthetic: data.synthetic,
    seed,
    valOnTest: false,
    limit: images,
    ...about,
  };
  const extra = {
    ...training,
    classes: [...data.classes],
    progress: { ...progress },
    origin: 'page',
  };
  return { kind: 'model', bytes: await saveState({ model, extra }), epochs };
}
