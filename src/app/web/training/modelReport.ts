// The network of a run as the bytes of a model file, the very kind that `inkgrad train` writes; without the optimizer, since
// nobody goes on with this run elsewhere. Imports nn, the trainer's types.

import type { Dataset } from '../../../data/loading/dataset.js';
import { saveState } from '../../../nn/index.js';
import type { Training } from '../../model/modelContents.js';
import type { Trainer } from '../../training/trainer.js';
import type { ModelReport, Settings } from './protocol.js';

/** Reads the weights; the trainer must stand between two steps. */
export async function modelReport(
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
  const extra = { ...training, classes: [...data.classes], progress: { ...progress }, origin: 'page' };
  return { kind: 'model', bytes: await saveState({ model, extra }), epochs };
}
