import { untrack } from "svelte";

export interface Command {
  readonly id: string;
  readonly title: string;
  /** Heading in the palette: the view, mostly. */
  readonly group: string;
  /** As it is shown: `Ctrl+1`, `g b`. The shortcut itself is bound elsewhere. */
  readonly keys?: string;
  /** Further words that find it. */
  readonly words?: string;
  readonly run: () => void;
}

/** Everything that the palette offers. A view registers its own while it is shown: `$effect(() => commands.register([...]))`. */
export class CommandsStore {
  #sources = $state.raw<readonly (readonly Command[])[]>([]);
  open = $state(false);

  get all(): readonly Command[] {
    return this.#sources.flat();
  }

  /** @returns the way to take them back */
  register(commands: readonly Command[]): () => void {
    // Read without becoming a dependency of the effect that registers: it would run for ever.
    this.#change((sources) => [...sources, commands]);
    return () => {
      this.#change((sources) => sources.filter((each) => each !== commands));
    };
  }

  #change(change: (sources: readonly (readonly Command[])[]) => readonly (readonly Command[])[]): void {
    this.#sources = change(untrack(() => this.#sources));
  }
}
