// Public API of the character network (`inkgrad/character`): loads a model, recognizes characters,
// trains. Runs in Node and in browsers. `test/null/publicApi.test.ts` fixes the list.

export {
  loadCharacterModel,
  saveCharacterModel,
  type CharacterModel,
  type LoadCharacterModelOptions,
} from './characterModel.js';
export { recognize, type Recognition, type RecognizeOptions } from './recognize.js';
export type { CharacterImage, CharacterInput, PenStroke, StrokePoint } from './characterInput.js';
export { train, type StartEvent, type TrainEvent, type TrainOptions } from './trainCharacters.js';
export type { Candidate } from '../evaluation/interpret.js';
export type { TrainingMetadata } from '../model/modelContents.js';
export { DivergedError, type EpochEvent, type StepEvent } from '../training/trainerEvents.js';
export { ModelError } from '../errors.js';
