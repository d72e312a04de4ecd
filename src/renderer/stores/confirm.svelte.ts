interface Question {
  readonly title: string;
  /** What happens, and what cannot be taken back. */
  readonly message: string;
  /** The verb on the button: "Delete 3 runs". */
  readonly action: string;
  /** What leaves everything as it is: "Cancel" where the action itself is no cancelling. */
  readonly keep?: string;
  readonly danger?: boolean;
}

/** One question at a time, answered in a dialog of the window. */
export class ConfirmStore {
  question = $state.raw<Question | null>(null);
  #answer: ((yes: boolean) => void) | null = null;

  /** True where the user agreed; a question that replaces another one answers that with no. */
  ask(question: Question): Promise<boolean> {
    this.#answer?.(false);
    this.question = question;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  answer(yes: boolean): void {
    this.#answer?.(yes);
    this.#answer = null;
    this.question = null;
  }
}
