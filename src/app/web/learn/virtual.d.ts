// Made by scripts/cellRuntime.ts.

declare module 'virtual:cell-runtime' {
  /** Address of the script that runs cells. */
  const address: string;
  export default address;
}
