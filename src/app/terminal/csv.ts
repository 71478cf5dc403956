// Comma-separated values. https://www.rfc-editor.org/rfc/rfc4180

export type CsvField = string | number | boolean | null;

/** One row without its line break; null is an empty field. */
export const csvRow = (fields: readonly CsvField[]): string => fields.map(csvField).join(',');

/** Line break after each row. */
export const CSV_BREAK = '\r\n';

function csvField(field: CsvField): string {
  const text = String(field ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
