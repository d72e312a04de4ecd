/** Tells which file is being read from now on. */
export type Reading = (file: string) => Promise<void>;
