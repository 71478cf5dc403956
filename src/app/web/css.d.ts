// Vite bundles a style sheet that a module imports; for TypeScript it is a module without exports.

declare module '*.css' {}
