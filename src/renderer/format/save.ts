/** Files and clipboard, as far as a page may: a download that the browser or Electron puts where the user says. */

export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName(name);
  link.click();
  // Not at once: the download begins after this turn.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}

/** What every file system takes: names of runs and models come from people. */
export function fileName(text: string): string {
  return text.replaceAll(/[<>:"/\\|?*\u0000-\u001F]+/g, "-").replace(/^\.+/, "") || "quantscope";
}

/** @throws Error where the system does not let the page write its clipboard */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Error("The system did not let the window write to the clipboard. Save it as a file instead.");
  }
}

/** @throws Error where the system does not let the page write its clipboard */
export async function copyPicture(png: Promise<Blob>): Promise<void> {
  try {
    // The promise itself: the permission ends with the press of the button, drawing may not.
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
  } catch {
    throw new Error("The system did not let the window write to the clipboard. Save it as a file instead.");
  }
}

/** A file that the lab made ready under an address of this window's own. */
export function saveFrom(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

const LOOK_EVERY_MS = 100;
/** A report is some megabytes from this machine: one that takes longer does not come. */
const LONGEST_LOAD_MS = 60_000;

/**
 * Opens a report of this origin in a tab of its own, and the browser's print dialog over it once it is there.
 * @returns false where the browser opened no tab: it wants a press of a button right before
 */
export function printFrom(url: string): boolean {
  const tab = window.open(url, "_blank");
  if (!tab) return false;
  const until = performance.now() + LONGEST_LOAD_MS;
  const timer = setInterval(() => {
    // The tab is an empty page first, and whoever waits for that one's load hears nothing of the next.
    const loaded = !tab.closed && tab.location.pathname === url && tab.document.readyState === "complete";
    if (!loaded && !tab.closed && performance.now() < until) return;
    clearInterval(timer);
    if (loaded) tab.print();
  }, LOOK_EVERY_MS);
  return true;
}
