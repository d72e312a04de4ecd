import { LabError } from "#shared/errors.ts";
import { type ChatTemplate, loadChatTemplate } from "#core/engine/chat-template.ts";
import type { CellJob } from "#core/runs/protocol.ts";

/**
 * The model's chat template where something wants it, else null.
 * @throws LabError SPEC_INVALID where the spec asks for one that the model lacks
 */
export function templateOf({
  modelDir,
  questionJobs,
  generate,
}: Pick<CellJob, "modelDir" | "questionJobs" | "generate">): ChatTemplate | null {
  const demanded = questionJobs.some(({ chatTemplate }) => chatTemplate) || generate?.spec.chatTemplate === true;
  const wanted = demanded || (generate !== null && generate.spec.chatTemplate !== false);
  const template = wanted ? loadChatTemplate(modelDir) : null;
  if (demanded && !template) {
    throw new LabError(
      "SPEC_INVALID",
      `The spec asks for a chat template, and ${modelDir} has none. Set chatTemplate to false.`,
    );
  }
  return template;
}
