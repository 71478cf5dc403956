// Whether this process can use the wide module, see wide.ts.

/** First version of V8 whose revectorizer computes the admitted patterns correctly: Node 24. */
const MIN_V8 = [13, 6] as const;

/** Why this process cannot use the wide module; null if it can. */
export async function wideSimdObstacle(): Promise<string | null> {
  if (typeof process === 'undefined') return 'a web page cannot enable it';
  const { versions, arch, platform } = process;
  if ('bun' in versions || 'deno' in versions) return 'it requires Node';
  if (arch !== 'x64') return `it requires an x86-64 processor, not ${arch}`;
  const [major, minor] = versions.v8.split('.').map(Number);
  const isNewEnough = major > MIN_V8[0] || (major === MIN_V8[0] && minor >= MIN_V8[1]);
  if (!isNewEnough) return `it requires Node 24 or later, not ${process.version}`;
  if (platform === 'linux' && !(await hasAvx2())) return 'the processor lacks AVX2';
  return null;
}

/** Without AVX2, V8 ignores the flag, and the wide module is slower than the relaxed one. */
async function hasAvx2(): Promise<boolean> {
  const { readFile } = await import('node:fs/promises');
  const information = await readFile('/proc/cpuinfo', 'utf8').catch(() => 'avx2');
  return /\bavx2\b/.test(information);
}
