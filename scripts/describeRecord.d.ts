// For the type checker: scripts are plain JavaScript. Imports nothing.

/** @param record as scripts/ship-model.js writes it */
export function describeRecord(record: unknown): string;
