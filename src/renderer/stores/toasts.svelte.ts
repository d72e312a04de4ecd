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

/** Short words at the window's edge about what just happened. What must not be missed is a notice on the page instead. */
export class ToastsStore {
  list = $state.raw<readonly Toast[]>([]);
  #last = 0;

  /** @returns what dismiss takes */
  show(input: ToastInput): number {
    const toast: Toast = { kind: "note", ...input, id: ++this.#last };
    this.list = [...this.list, toast];
    // A failure stays until it is read.
    if (toast.kind === "failed" || toast.stays === true) return toast.id;
    setTimeout(
      () => {
        this.dismiss(toast.id);
      },
      toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS,
    );
    return toast.id;
  }

  /** @param title what could not be done: "The run could not be deleted" */
  failed(title: string, error: unknown): void {
    const { message }: ErrorEnvelope = toEnvelope(error);
    this.show({ kind: "failed", title, message });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}
