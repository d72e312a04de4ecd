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
