/** One component's part of tokenizer.json. */
export type ComponentConfig = Readonly<Record<string, unknown>>;
