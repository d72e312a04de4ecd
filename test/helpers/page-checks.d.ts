/** One line for each thing that is wrong with the page that it runs in. */
export function accessibilityProblems(): string[];
