import { beforeEach, describe, expect, it, vi } from "vitest";
import { printPdf } from "../../src/main/print-pdf.ts";
import { userWindows } from "../../src/main/window.ts";
import { FakeWindow } from "../helpers/fake-electron.ts";

vi.mock("electron", async () => (await import("../helpers/fake-electron.ts")).electron);

beforeEach(() => {
  FakeWindow.all = [];
});

/** Prints, and gives the window that did it. */
async function printed(file: string): Promise<{ bytes: Uint8Array; window: FakeWindow }> {
  const printing = printPdf(file);
  const window = FakeWindow.all.at(-1)!;
  return { bytes: await printing, window };
}

describe("printPdf", () => {
  it("shows the file to nobody: shut in, without a preload script, without scripts, in a session of its own", async () => {
    const { bytes, window } = await printed("/tmp/report.html");
    expect(Buffer.from(bytes).toString()).toContain("%PDF");
    expect(window.loadFile).toHaveBeenCalledExactlyOnceWith("/tmp/report.html");
    expect(window.options).toEqual({
      show: false,
      webPreferences: {
        partition: "printing",
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        javascript: false,
      },
    });
    expect(window.show).not.toHaveBeenCalled();
  });

  it("prints A4 pages with backgrounds and page numbers", async () => {
    const { window } = await printed("/tmp/report.html");
    const [options] = window.webContents.printToPDF.mock.calls[0]! as [Record<string, unknown>];
    expect(options).toMatchObject({ pageSize: "A4", printBackground: true, displayHeaderFooter: true });
    expect(options.footerTemplate).toMatch(/class="pageNumber".*class="totalPages"/);
    expect(options.headerTemplate).toContain('class="title"');
  });

  it("is none of the windows that a user is shown, and is gone when it has printed", async () => {
    const own = new FakeWindow({});
    const printing = printPdf("/tmp/report.html");
    expect(FakeWindow.all).toHaveLength(2);
    expect(userWindows()).toEqual([own]);
    await printing;
    expect(FakeWindow.all).toEqual([own]);
  });

  it("says why it cannot print and what to do, and leaves no window", async () => {
    const printing = printPdf("/tmp/report.html");
    FakeWindow.all[0]!.webContents.printToPDF.mockRejectedValueOnce(new Error("no printer service"));
    await expect(printing).rejects.toMatchObject({
      code: "NOT_AVAILABLE",
      message: expect.stringMatching(/no printer service.*HTML/) as string,
    });
    expect(FakeWindow.all).toEqual([]);
  });
});
