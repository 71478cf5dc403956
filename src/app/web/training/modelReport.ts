// The network of a run as a model file, for the page.

import type { ImageDataset } from '../../../data/loading/imageDataset.js';
import { saveState } from '../../../nn/index.js';
import { withDigest } from '../../model/fileDigest.js';
import type { TrainingMetadata } from '../../model/modelContents.js';
import type { Trainer } from '../../training/trainer.js';
import type { ModelReport } from './protocol.js';
import type { Settings } from './settings.js';

/** The network in the format of `inkgrad train`, without the optimizer. Call between two steps. */
export async function modelReport(
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
