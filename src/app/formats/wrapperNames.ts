// Names of arrays without the prefixes that wrappers of a network add.

/** Wrappers: DistributedDataParallel, torch.compile, and the usual attributes of training classes. */
const PREFIXES = ['module.', '_orig_mod.', 'model.', 'net.', 'network.'] as const;

/**
 * Removes the prefixes that all names share, in any order and depth, and `_orig_mod.` of compiled
 * layers anywhere.
 *
 * @example
 * print(withoutWrappers(['module._orig_mod.fc.weight', 'module._orig_mod.fc.bias'])); // [fc.weight, fc.bias]
 */
export function withoutWrappers(names: readonly string[]): string[] {
  let bare = [...names];
  for (let prefix: string | undefined = ''; prefix !== undefined && bare.length > 0;) {
    const { length } = prefix;
    bare = bare.map((name) => name.slice(length));
    prefix = PREFIXES.find((one) => bare.every((name) => name.startsWith(one)));
  }
  const outside = bare.map((name) => name.replace(/(^|\.)_orig_mod\./g, '$1'));
  return new Set(outside).size === outside.length ? outside : bare;
}
