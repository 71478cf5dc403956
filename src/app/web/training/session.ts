// A training session without its worker: takes commands, runs the library's Trainer, and reports. One run at a time.
// It also runs in Node, where it is tested.
//
// idle -- start --> preparing --> training <-- pause / continue --> paused
// ^                                 |
// +--- ended (finished, stopped) or failed

import { ArgumentError, DeviceLostError, InkgradError } from '../../../engine/errors.js';
import { type Backend, Rng, currentBackend, useBackend } from '../../../engine/index.js';
import { limitImages, type ImageDataset } from '../../../data/loading/imageDataset.js';
import { stratifiedSplit } from '../../../data/loading/split.js';
import { drawDataset } from '../../../data/strokes/synthetic.js';
import type { ChosenDevice, DeviceChoice } from '../../device/device.js';
import { saveState } from '../../../nn/index.js';
import { evaluate } from '../../evaluation/evaluate.js';
import { CharacterNet } from '../../model/characterNet.js';
import { withDigest } from '../../model/fileDigest.js';
import type { TrainingMetadata } from '../../model/modelContents.js';
import { chooseTemperature } from '../../training/chooseTemperature.js';
import { Trainer } from '../../training/trainer.js';
import { openFiles, type OpenedFiles } from './openFiles.js';
import type { Command, EmnistFiles, ModelReport, Report } from './protocol.js';
import { ProgressReporter } from './progressReporter.js';
import { AUGMENTATION, WEIGHT_DECAY, type Settings } from './settings.js';

/** Dependencies of a session; tests replace them. */
export interface SessionDependencies {
  readonly post: (report: Report, transfer?: Transferable[]) => void;
  /** Yields to the event loop so that commands arrive; resolved promises alone do not. */
  readonly yieldToEvents: () => Promise<void>;
  readonly chooseDevice: (choice: DeviceChoice) => Promise<ChosenDevice>;
  /** Name of a file, for error messages. */
  readonly nameOf: (file: Blob) => string;
}

/** Validation fraction: as in `inkgrad train`, and larger for synthetic data, which has fewer images. */
const VALIDATION_FRACTION = { emnist: 0.1, synthetic: 0.2 } as const;
/** Interval of network reports in milliseconds: at most this much training is lost with the device. */
const MODEL_REPORT_INTERVAL = 10_000;

/** A pause of a run. */
interface Pause {
  /** Resolves when the run continues. */
  readonly resumed: Promise<void>;
  readonly resume: () => void;
}

/** Thrown inside a run when it is stopped. */
class Stopped extends Error {}

export class Session {
  readonly #dependencies: SessionDependencies;
  #opened: OpenedFiles | null = null;
  #busy = false;
  #stop = false;
  /** Null if the run is not paused. */
  #pause: Pause | null = null;

  constructor(dependencies: SessionDependencies) {
    this.#dependencies = dependencies;
  }

  /** Runs a command to its end. Never rejects; failures are reported. */
  async receive(command: Command): Promise<void> {
    if (command.kind === 'open') await this.#exclusively(() => this.#open(command.files));
    else if (command.kind === 'start') await this.#exclusively(() => this.#train(command.settings));
    else if (command.kind === 'pause') {
      if (!this.#stop) this.#pause ??= makePause();
    } else {
      this.#stop ||= command.kind === 'stop';
      this.#pause?.resume();
      this.#pause = null;
    }
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    try {
      if (this.#busy)
        throw new ArgumentError('training: a run is already in progress; stop it first');
      this.#busy = true;
      [this.#stop, this.#pause] = [false, null];
      try {
        await work();
      } finally {
        this.#busy = false;
      }
    } catch (error) {
      if (error instanceof Stopped) this.#dependencies.post({ kind: 'ended', how: 'stopped' });
      else this.#dependencies.post(failureReport(error));
    }
  }

  async #open(files: EmnistFiles): Promise<void> {
    this.#opened = null;
    try {
      this.#opened = await openFiles(files, this.#dependencies.nameOf);
      const { train, test } = this.#opened.counts;
      this.#dependencies.post({ kind: 'opened', split: files.split, train, test });
    } catch (error) {
      if (!(error instanceof InkgradError)) throw error;
      this.#dependencies.post({ kind: 'refused', reason: error.message });
    }
  }

  async #train(settings: Settings): Promise<void> {
    const { post, chooseDevice } = this.#dependencies;
    const rng = new Rng(settings.seed);
    const data = await this.#data(settings);
    const { train, validation } = stratifiedSplit(
      data,
      VALIDATION_FRACTION[settings.source],
      rng.split('validation'),
    );
    post({ kind: 'preparing', what: 'getting the device ready', done: 0, total: 0 });
    const { backend, report: device } = await chooseDevice({
      backend: settings.backend,
      threads: undefined,
    });
    const previous = currentBackend();
    useBackend(backend);
    let trainer: Trainer | null = null;
    try {
      const reporter = new ProgressReporter(settings.epochs);
      const { learningRate, batchSize, epochs, dropout, architecture, optimizer, augment } =
        settings;
      trainer = new Trainer({
        model: new CharacterNet({ classes: data.classes.length, rng, dropout, architecture }),
        train,
        validation,
        rng,
        optimizer,
        weightDecay: WEIGHT_DECAY,
        learningRate,
        augment: augment ? AUGMENTATION : {},
        batchSize,
        epochs,
        onValidation: () => this.#yield(),
        onEvaluated: ({ predictions }) => reporter.setPredictions(Uint8Array.from(predictions)),
      });
      post({
        kind: 'ready',
        device,
        data: data.name,
        classes: data.classes,
        train: train.length,
        validation: { images: validation.images, labels: Uint8Array.from(validation.labels) },
      });
      await this.#runSteps(trainer, data, validation, settings, reporter);
    } finally {
      useBackend(previous);
      await release(trainer, backend);
    }
  }

  async #runSteps(
    trainer: Trainer,
    data: ImageDataset,
    validation: ImageDataset,
    settings: Settings,
    reporter: ProgressReporter,
  ): Promise<void> {
    const { post } = this.#dependencies;
    let lastReportAt = performance.now();
    const reportModel = async (temperature = 1): Promise<void> => {
      await trainer.checkWeights();
      const report = await modelReport(trainer, data, settings, {
        valFraction: VALIDATION_FRACTION[settings.source],
        temperature,
      });
      post(report, [report.bytes.buffer]);
      lastReportAt = performance.now();
    };
    reporter.start();
    for await (const event of trainer.run()) {
      const report = reporter.report(event);
      if (report !== null) post(report);
      if (event.event === 'epoch' || performance.now() - lastReportAt > MODEL_REPORT_INTERVAL)
        await reportModel();
      await this.#dependencies.yieldToEvents();
      const pause = this.#pause;
      if (pause !== null) {
        await reportModel();
        post({ kind: 'paused' });
        await pause.resumed;
        post({ kind: 'continued' });
        reporter.start();
      }
      if (this.#stop) break;
    }
    if (this.#stop) {
      await reportModel();
      throw new Stopped();
    }
    const evaluation = await evaluate(trainer.model, validation, {
      logits: true,
      onProgress: () => this.#yield(),
    });
    const { temperature } = chooseTemperature(evaluation.logits!, validation.labels);
    await reportModel(temperature);
    await this.#test(trainer, settings);
    post({ kind: 'ended', how: 'finished' });
  }

  /** Evaluates the test images once, after the last step, so that no decision depends on them. */
  async #test({ model }: Trainer, { source }: Settings): Promise<void> {
    if (source !== 'emnist' || !this.#opened?.test) return;
    const { test } = this.#opened;
    const { post } = this.#dependencies;
    const onProgress = (done: number): Promise<void> => {
      post({ kind: 'preparing', what: 'reading the test images', done, total: test.length });
      return this.#yield();
    };
    const { total, accuracy, mergedAccuracy } = await evaluate(model, test, { onProgress });
    post({ kind: 'tested', total, accuracy, mergedAccuracy });
  }

  async #data({ source, images, seed }: Settings): Promise<ImageDataset> {
    if (source === 'emnist') {
      if (this.#opened === null)
        throw new ArgumentError('training: no EMNIST files are open; open them first');
      return limitImages(this.#opened.train, images);
    }
    const generator = drawDataset({ seed, count: images });
    for (let lastReported = 0; ;) {
      const { done, value } = generator.next();
      if (done === true) return value;
      if (value < lastReported + 100 && value < images) continue;
      this.#dependencies.post({
        kind: 'preparing',
        what: 'drawing characters',
        done: value,
        total: images,
      });
      lastReported = value;
      await this.#yield();
    }
  }

  /** Yields for commands; throws `Stopped` if one of them was `stop`. */
  async #yield(): Promise<void> {
    await this.#dependencies.yieldToEvents();
    if (this.#stop) throw new Stopped();
  }
}

function makePause(): Pause {
  let resume = (): void => undefined;
  const resumed = new Promise<void>((resolve) => {
    resume = resolve;
  });
  return { resumed, resume };
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

function failureReport(error: unknown): Report {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason, lostDevice: error instanceof DeviceLostError };
}

/** The network of a run as a model file in the format of `inkgrad train`, without the optimizer. Call between two steps. */
async function modelReport(
  { model, progress, loader }: Trainer,
  data: ImageDataset,
  { seed, images }: Settings,
  metadata: Pick<TrainingMetadata, 'valFraction' | 'temperature'>,
): Promise<ModelReport> {
  const epochs = progress.epoch + progress.step / loader.batchesPerEpoch;
  const training: TrainingMetadata = {
    classes: data.classes,
    data: data.name,
    synthetic: data.synthetic,
    seed,
    valOnTest: false,
    limit: images,
    ...metadata,
  };
  const extra = {
    ...training,
    classes: [...data.classes],
    progress: { ...progress },
    origin: 'page',
  };
  return { kind: 'model', bytes: await withDigest(await saveState({ model, extra })), epochs };
}
