import type { Handlers } from "#shared/api.ts";
import { LARGEST_UPLOAD_BYTES, type questionRequests } from "#shared/api/questions.ts";
import { LabError } from "#shared/errors.ts";
import type { AppParts } from "../app.ts";
import { previewPrompt } from "../libraries/prompt-preview.ts";

export function questionHandlers({
  questions,
  models,
  files,
  paths,
  events,
}: AppParts): Pick<Handlers, keyof typeof questionRequests> {
  return {
    "questions.list": async () => ({ sets: await questions.list() }),
    "questions.add": async ({ path, name }) => {
      const entry = await questions.add(paths.check(path), name);
      events.emit("questions.changed", {});
      return entry;
    },
    "questions.upload": async ({ fileName, content, name }) => {
      const bytes = Buffer.from(content, "base64");
      if (bytes.length > LARGEST_UPLOAD_BYTES) {
        throw new LabError(
          "BAD_REQUEST",
          `${fileName} is larger than ${LARGEST_UPLOAD_BYTES / 2 ** 20} MiB. Add it by its path.`,
        );
      }
      const entry = await questions.upload(fileName, bytes, name);
      events.emit("questions.changed", {});
      return entry;
    },
    "questions.remove": ({ questions: name }) => {
      questions.remove(name);
      events.emit("questions.changed", {});
      return {};
    },
    "questions.rows": async ({ questions: name, limit, offset }) => {
      const { questions: all } = await questions.read(name);
      const rows = all.slice(offset, offset + limit);
      return { total: all.length, rows: rows.map((row) => ({ ...row, choices: [...row.choices] })) };
    },
    "questions.preview": async ({ questions: name, model, ...options }) => {
      const set = await questions.read(name);
      const { folder } = models.find(model);
      return previewPrompt(files, set, folder, { ...options, subject: options.subject });
    },
  };
}
