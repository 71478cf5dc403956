/**
 * Appends its source text to each kernel declaration whose last argument is the formula.
 *
 * @param code a module in plain JavaScript: types are stripped, nothing is minified yet
 * @returns the new code with unchanged line numbers, or null if the module declares no kernel
 */
export function freezeKernelText(code: string): string | null;
