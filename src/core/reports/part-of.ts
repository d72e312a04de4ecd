/** Where a file is written until it is whole and takes its place. */
export function partOf(path: string): string {
  return `${path}.part`;
}
