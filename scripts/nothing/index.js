// Replaces webgpu and gl in a clone of this repository; see `overrides` in package.json.

throw new Error('a clone has an empty package in its place, see docs/gpu.md');
