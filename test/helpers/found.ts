/**
 * Parts of a page, found by what nothing else on it can be. A text of one word is not enough: a processor may be called
 * "Processor", and a person, and with that the path of every folder, "Ready".
 */
import type { Locator, Page } from "playwright-core";

/** Until the page has heard from the lab. */
export async function untilReady(page: Page): Promise<void> {
  // By its state: while something is measured the words are of that run.
  await page.locator("footer [role=status].open").waitFor();
}

/** What stands beside a name in a list of names and values, such as "Processor" on the System page. */
export function valueOf(page: Page, name: string): Locator {
  return page
    .locator("dl > div")
    .filter({ has: page.locator("dt").getByText(name, { exact: true }) })
    .locator("dd");
}
