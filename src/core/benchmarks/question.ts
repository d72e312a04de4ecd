/** One multiple-choice question: `answer` is an index into `choices`. */
export interface Question {
  /** Its place in the file: `q1` is the first. */
  readonly id: string;
  readonly subject: string | null;
  readonly question: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

/** A question without what the set adds; readers give `null` for no subject. */
export type RawQuestion = Omit<Question, "id">;
