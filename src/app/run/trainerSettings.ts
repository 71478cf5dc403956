// Creates what the settings of a run describe: the network, and the options of its trainer. The
// command line and the library share them.

import type { Rng } from '../../engine/rng.js';
import type { Convolutions } from '../model/architecture.js';
import { CharacterNet } from '../model/characterNet.js';
import { DEFAULT_INPUT, type ModelInput } from '../model/modelInput.js';
import type { TrainerOptions } from '../training/trainer.js';
import type { Settings } from './settings.js';

/** A new network on the current backend, with initial weights drawn from `rng`. */
export function makeNetwork(
  settings: Settings,
  classes: number,
  rng: Rng,
  { size, channels }: Pick<ModelInput, 'size' | 'channels'> = DEFAULT_INPUT,
): CharacterNet {
  const convolutions = settings.convolutions.split(',').map(Number) as unknown as Convolutions;
  const { dropout } = settings;
  return new CharacterNet({ classes, rng, dropout, convolutions, size, channels });
}

/** The options of a trainer that follow from the settings. */
export function trainerSettings(
  settings: Settings,
): Omit<TrainerOptions, 'model' | 'train' | 'validation' | 'rng' | 'teachers'> {
  const { epochs, batchSize, lr, schedule, weightDecay, labelSmoothing, balance, keep } = settings;
  const { average, teacherWeight, shuffle, shift, rotation, scale, shear, stroke } = settings;
  return {
    epochs,
    batchSize,
    learningRate: lr,
    schedule,
    weightDecay,
    labelSmoothing,
    balance,
    keep,
    average,
    teacherWeight,
    shuffle,
    augment: { shift, rotation, scale, shear, stroke },
    sameClassPrior: !settings.valOnTest,
  };
}
