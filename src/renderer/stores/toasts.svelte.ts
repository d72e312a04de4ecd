import { type ErrorEnvelope, toEnvelope } from "#shared/errors.ts";

interface ToastInput {
  readonly kind?: "note" | "done" | "failed";
  readonly title: string;
  readonly message?: string;
  /** Until it is dismissed: something goes on. */
  readonly stays?: boolean;
  /** Undo, mostly. Pressing it also takes the toast away. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Toast extends ToastInput {
  readonly id: number;
  readonly kind: "note" | "done" | "failed";
}

const SHOWN_MS = 6000;
/** Someone who may want to undo needs time to read. */
const SHOWN_WITH_ACTION_MS = 10_000;

/** The label of an action that takes back what was just done: Ctrl+Z does the same. */
export const UNDO = "Undo";

/** Short words at the window's edge about what just happened. What must not be missed is a notice on the page instead. */
export class ToastsStore {
  list = $state.raw<readonly Toast[]>([]);
  #last = 0;
  #held = false;
  /** Of each toast that will go by itself, by its id. */
  #timers: readonly (readonly [id: number, timer: ReturnType<typeof setTimeout>])[] = [];

  /** @returns what dismiss takes */
  show(input: ToastInput): number {
    const toast: Toast = { kind: "note", ...input, id: ++this.#last };
    this.list = [...this.list, toast];
    if (!this.#held) this.#count(toast);
    return toast.id;
  }

  /** While the pointer or the keyboard is at the messages none goes away; afterwards each has its whole time again. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    for (const [, timer] of this.#timers) clearTimeout(timer);
    this.#timers = [];
    if (!held) for (const toast of this.list) this.#count(toast);
  }

  /** Takes back the newest thing that can be taken back. @returns false where there is none */
  undo(): boolean {
    const toast = this.list.findLast(({ action }) => action?.label === UNDO);
    if (!toast) return false;
    this.act(toast.id);
    return true;
  }

  act(id: number): void {
    const toast = this.list.find((each) => each.id === id);
    this.dismiss(id);
    toast?.action?.run();
  }

  #count({ id, kind, stays, action }: Toast): void {
    // A failure stays until it is read.
    if (kind === "failed" || stays === true) return;
    const timer = setTimeout(
      () => {
        this.dismiss(id);
      },
      action ? SHOWN_WITH_ACTION_MS : SHOWN_MS,
    );
    this.#timers = [...this.#timers, [id, timer]];
  }

  /** @param title what could not be done: "The run could not be deleted" */
  failed(title: string, error: unknown): void {
    const { message }: ErrorEnvelope = toEnvelope(error);
    this.show({ kind: "failed", title, message });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.find(([of]) => of === id)?.[1]);
    this.#timers = this.#timers.filter(([of]) => of !== id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
