// Describes a run's recipe in text, as `train` prints it.

import type { Settings } from '../run/settings.js';

/** One line each: optimizer and sizes; augmentation; other settings. */
export function describeRecipe(settings: Settings): string[] {
  const { recipe, lr, schedule, batchSize, epochs, dropout, seed, weightDecay } = settings;
  const optimizer = weightDecay > 0 ? `AdamW (weight decay ${weightDecay})` : 'Adam';
  const rate = schedule === 'plateau' ? `lr ${lr}` : `lr up to ${lr} (${schedule})`;
  const sizes = `batch ${batchSize}, ${epochs} epochs, dropout ${dropout}, seed ${seed}`;
  const {
    shift,
    rotation,
    scale,
    shear,
    stroke,
    labelSmoothing,
    average,
    balance,
    convolutions,
    keep,
  } = settings;
  const { teacher, teacherWeight, preciseBn, ordinaryForms, rareForms, outliers } = settings;
  const teachers = teacher?.split(',').length ?? 0;
  const augmentation = [
    ...(shift > 0 ? [`shift ${shift} px`] : []),
    ...(rotation > 0 ? [`rotation ${rotation} degrees`] : []),
    ...(scale > 0 ? [`scale ${scale}`] : []),
    ...(shear > 0 ? [`shear ${shear}`] : []),
    ...(stroke > 0 ? [`stroke ${stroke}`] : []),
    ...(ordinaryForms > 0 ? [`${ordinaryForms} ordinary forms`] : []),
    ...(rareForms > 0 ? [`${rareForms} rare forms`] : []),
    ...(outliers > 0 ? [`${outliers} outliers`] : []),
  ];
  const extras = [
    ...(convolutions === '1,1,1' ? [] : [`${convolutions} convolutions per block`]),
    ...(labelSmoothing > 0 ? [`label smoothing ${labelSmoothing}`] : []),
    ...(balance ? ['logit adjustment'] : []),
    ...(teachers === 0
      ? []
      : [`${teachers} teacher${teachers === 1 ? '' : 's'} (${teacherWeight} of the loss)`]),
    ...(average > 0 ? [`weight average ${average}`] : []),
    ...(preciseBn ? ['precise batch norm'] : []),
    ...(keep === 'last' ? ['last epoch becomes the model'] : []),
  ];
  return [
    `${recipe === 'original' ? '' : `${recipe}: `}${optimizer}, ${rate}, ${sizes}`,
    ...[augmentation, extras].filter((list) => list.length > 0).map((list) => list.join(', ')),
  ];
}
