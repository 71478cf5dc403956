// The version of this package, read from its package.json.

import { existsSync, readFileSync } from 'node:fs';

/** For example `0.1.0`. */
export function packageVersion(): string {
  // Three folders up from src/app/terminal, four from dist/src/app/terminal.
  const places = ['../../../package.json', '../../../../package.json'].map(
    (path) => new URL(path, import.meta.url),
  );
  const found = places.find((place) => existsSync(place))!;
  return (JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version;
}
