/** Prints a report in a window that nobody sees: shut in like the page's own, without a preload script and without any script. */
import { BrowserWindow } from "electron";
import { PAPER } from "#shared/exports/paper.ts";
import { LabError } from "#shared/errors.ts";
import { hideFromUser } from "./window.ts";

/** Of its own, in memory: neither the app's scheme nor anything that the page keeps is in it. */
const PARTITION = "printing";

/**
 * @param file HTML that names nothing outside itself
 * @throws LabError NOT_AVAILABLE
 */
export async function printPdf(file: string): Promise<Uint8Array> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      partition: PARTITION,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      javascript: false,
    },
  });
  hideFromUser(window);
  try {
    await window.loadFile(file);
    return await window.webContents.printToPDF({
      pageSize: PAPER.size,
      margins: { ...PAPER.margins },
      printBackground: true,
      displayHeaderFooter: true,
      headerTemplate: PAPER.header,
      footerTemplate: PAPER.footer,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    });
  } catch (error) {
    throw new LabError(
      "NOT_AVAILABLE",
      `The report cannot be printed here: ${(error as Error).message}. Export it as HTML, and print it from a browser.`,
      {},
      { cause: error },
    );
  } finally {
    // At once: closing would ask the page.
    window.destroy();
  }
}
