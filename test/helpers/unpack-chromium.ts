import { chromiumPath } from "./chromium.ts";

/** Before two test files look for it at once: the package unpacks it into one place, and nobody may find half of it there. */
export default async function setup(): Promise<void> {
  await chromiumPath();
}
