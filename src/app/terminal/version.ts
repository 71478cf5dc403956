// The version of this package, read from its package.json.

import { existsSync, readFileSync } from 'node:fs';

/** For example `0.1.0`. */
export function packageVersion(): string {
  // Three folders up from src/app/terminal, four from dist/src/app/terminal.
  const candidates = ['../../../package.json', '../../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const packageJson = candidates.find((candidate) => existsSync(candidate))!;
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;
}
