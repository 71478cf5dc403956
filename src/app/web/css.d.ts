// Type declaration for style sheets that modules import; Vite bundles them.

declare module '*.css' {}
