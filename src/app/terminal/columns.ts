// Width of the terminal.

/** Width of text that is not printed on a terminal. */
const DEFAULT_COLUMNS = 100;
/** Below this width, tables of options are illegible. */
const MIN_COLUMNS = 40;

/** Width for text on stdout: that of the variable COLUMNS or of the terminal, otherwise 100. */
export function terminalColumns(): number {
  const given = Number(process.env.COLUMNS);
  const columns = Number.isInteger(given) && given > 0 ? given : process.stdout.columns;
  // Some terminals report 0 columns.
  return Math.max(MIN_COLUMNS, columns || DEFAULT_COLUMNS);
}
