// Type declarations for describeRecord.js, which is plain JavaScript.

/**
 * Generates docs/model.md from a model record.
 *
 * @param record as written by scripts/ship-model.js
 */
export function describeRecord(record: unknown): string;
