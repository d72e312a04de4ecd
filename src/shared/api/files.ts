/** Files and folders of the user: native dialogs where there are some, a list of folders where there are none. */
import { z } from "zod";
import { nothing, pathInput } from "./parts.ts";

/** Null when the user closed the dialog. */
const chosen = z.object({ path: z.string().nullable() });

/** Longest content that is saved through the contract; pictures are a few MB. */
const LARGEST_SAVED_CHARACTERS = 12 * 1024 * 1024;

const FOLDER_ENTRY_KINDS = ["folder", "model", "questions"] as const;

const folderSchema = z.object({
  path: z.string(),
  /** Null where the folder above may not be listed. */
  parent: z.string().nullable(),
  /** Where a listing may begin. */
  roots: z.array(z.object({ name: z.string(), path: z.string() })),
  /** Folders (those that hold a model are marked), then question files; by name, hidden ones left out. */
  entries: z.array(z.object({ name: z.string(), path: z.string(), kind: z.enum(FOLDER_ENTRY_KINDS) })),
  /** There are more than are listed. */
  cut: z.boolean(),
});
export type FolderListing = z.output<typeof folderSchema>;

export const fileRequests = {
  /** A folder to add (models.add). NOT_AVAILABLE in a browser; so are the other dialogs. */
  "dialog.pickModel": { input: nothing, output: chosen },
  "dialog.pickQuestions": { input: nothing, output: chosen },
  /** Files to import (runs.import); none when the user closed the dialog. */
  "dialog.pickRuns": { input: nothing, output: z.object({ paths: z.array(z.string()) }) },
  /** Asks where, and writes the file whole or not at all. */
  "dialog.save": {
    input: z.strictObject({
      fileName: z
        .string()
        .min(1)
        .max(200)
        .regex(/^[^/\\:\0]+$/, "must be a file name without a folder"),
      content: z.string().max(LARGEST_SAVED_CHARACTERS),
      encoding: z.enum(["utf8", "base64"]).default("utf8"),
    }),
    output: chosen,
  },
  /** For typing a path: below the home folder and folders that were added. Default: home. PATH_REFUSED elsewhere. */
  "folders.list": { input: z.strictObject({ path: pathInput.optional() }), output: folderSchema },
} as const;
