export const ADMITTED_SHUFFLES: string[];
export function forbiddenPatterns(text: string): string[];
