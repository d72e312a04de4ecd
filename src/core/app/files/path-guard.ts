/** Which files a page may name. What the user chose in a native dialog or dropped on the window is granted besides. */
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { LabError } from "#shared/errors.ts";

export class PathGuard {
  readonly #roots: () => readonly string[];
  readonly #granted = new Set<string>();

  /** @param roots folders below which everything may be named: the home folder, and those that were added */
  constructor(roots: () => readonly string[]) {
    this.#roots = roots;
  }

  /** The user chose it by hand. */
  grant(path: string): void {
    this.#granted.add(realOf(resolve(path)));
  }

  /**
   * The path without links and dots.
   * @throws LabError PATH_REFUSED
   */
  check(path: string): string {
    if (!isAbsolute(path) || path.includes("\0")) {
      throw new LabError("PATH_REFUSED", `${JSON.stringify(path)} is not an absolute path.`, { path });
    }
    const real = realOf(resolve(path));
    if (this.#allowed(real)) return real;
    throw new LabError(
      "PATH_REFUSED",
      `${path} is outside your home folder and the folders that were added. Add it on the command line: quantscope models add DIR.`,
      { path },
    );
  }

  /** Whether `check` would let it pass. */
  allows(path: string): boolean {
    return isAbsolute(path) && !path.includes("\0") && this.#allowed(realOf(resolve(path)));
  }

  #allowed(real: string): boolean {
    return [...this.#roots().map(realOf), ...this.#granted].some((root) => isInside(real, root));
  }
}

export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Of what is not there, its folder's; so that a name below a link is judged by where it leads. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = resolve(path, "..");
    return parent === path ? path : resolve(realOf(parent), relative(parent, path));
  }
}
