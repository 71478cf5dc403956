// Runs a compiled example: `npm run example -- NAME [--short]`. Without a name, lists the examples
// with the first line of each.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = new URL('../', import.meta.url);
const names = readdirSync(new URL('examples', root))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

/** First line of an example, without `//`. */
function titleOf(name) {
  const [line] = readFileSync(new URL(`examples/${name}.ts`, root), 'utf8').split('\n');
  return line.replace(/^\/\/ */, '');
}

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [name] = positionals;
if (names.includes(name)) {
  const program = fileURLToPath(new URL(`dist/examples/${name}.js`, root));
  const options = values.short ? ['--short'] : [];
  const { status } = spawnSync(process.execPath, [program, ...options], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  if (name !== undefined) {
    console.error(`example: there is no example ${name}; use one of the names below\n`);
    process.exitCode = 2;
  }
  console.log('npm run example -- NAME\n');
  const width = Math.max(...names.map(({ length }) => length));
  for (const one of names) console.log(`${one.padEnd(width)}  ${titleOf(one)}`);
}
