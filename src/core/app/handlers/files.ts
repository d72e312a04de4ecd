import type { Handlers } from "#shared/api.ts";
import type { fileRequests } from "#shared/api/files.ts";
import { writeWhole } from "#core/reports/write-files.ts";
import type { AppParts } from "../app.ts";
import { listFolder } from "../files/folders.ts";
import { nativeShell } from "./native.ts";

export function fileHandlers({ options, paths, folders }: AppParts): Pick<Handlers, keyof typeof fileRequests> {
  const { shell } = options;
  const granted = (path: string | null): { path: string | null } => {
    if (path !== null) paths.grant(path);
    return { path };
  };
  return {
    "dialog.pickModel": async () => granted(await nativeShell(shell).pickModel()),
    "dialog.pickQuestions": async () => granted(await nativeShell(shell).pickQuestions()),
    "dialog.pickRuns": async () => {
      const picked = await nativeShell(shell).pickRuns();
      for (const path of picked) paths.grant(path);
      return { paths: [...picked] };
    },
    "dialog.save": async ({ fileName, content, encoding }) => {
      const path = await nativeShell(shell).pickTarget(fileName);
      if (path !== null) writeWhole(path, Buffer.from(content, encoding), "Choose another folder.");
      return { path };
    },
    "folders.list": ({ path }) => listFolder(paths, folders(), path),
  };
}
