/** Why there is nothing of quality to show: it was not asked for, or the run has not come to it. */
import type { Results } from "#shared/results.ts";

interface Missing {
  readonly title: string;
  readonly message: string;
}

export function qualityMissing({ spec, status }: Pick<Results["run"], "spec" | "status">): Missing {
  const asked = spec.passes.benchmark !== undefined || spec.passes.tokens !== undefined;
  if (!asked) {
    return {
      title: "No questions were asked",
      message:
        "This run measured cost alone. A run with questions tells how far the cells' next tokens differ and how often they are right.",
    };
  }
  if (status === "running") {
    return { title: "No question is answered yet", message: "The run goes on. Answers appear here as they come." };
  }
  return {
    title: "No question was answered",
    message: "The run asks questions, but ended before the first answer. Measure the rest to get them.",
  };
}
