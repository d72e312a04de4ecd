/** What a desktop can do for a page and a browser cannot. Implemented by main. */
export interface NativeShell {
  /** Null when the user closed the dialog. */
  pickModel(): Promise<string | null>;
  pickQuestions(): Promise<string | null>;
  /** Empty when the user closed the dialog. */
  pickRuns(): Promise<readonly string[]>;
  /** Asks where to write; writing is the caller's. */
  pickTarget(fileName: string): Promise<string | null>;
  /**
   * An HTML report as the bytes of a PDF on A4 pages.
   * @param file that is shown to nobody and runs no script. LabError NOT_AVAILABLE where it cannot be printed.
   */
  printPdf(file: string): Promise<Uint8Array>;
  /** Shows a folder in the system's file manager. LabError OUTPUT_UNWRITABLE where that fails. */
  openFolder(path: string): Promise<void>;
}
