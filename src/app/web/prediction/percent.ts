// How a probability is written: whole percents, and never a certainty that the network does not have. Imports nothing.

/** "97 %", "< 1 %", "> 99 %"; the spaces do not break. */
export function percent(probability: number): string {
  const rounded = Math.round(probability * 100);
  if (rounded < 1) return '<\u202f1\u202f%';
  if (rounded > 99) return '>\u202f99\u202f%';
  return `${rounded}\u202f%`;
}
