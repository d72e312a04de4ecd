/** What a desktop can do for a page and a browser cannot. Implemented by main. */
export interface NativeShell {
  /** Null when the user closed the dialog. */
  pickModel(): Promise<string | null>;
  pickQuestions(): Promise<string | null>;
  /** Asks where to write; writing is the caller's. */
  pickTarget(fileName: string): Promise<string | null>;
  /** Shows a folder in the system's file manager. LabError OUTPUT_UNWRITABLE where that fails. */
  openFolder(path: string): Promise<void>;
}
