import type { Handlers } from "#shared/api.ts";
import type { modelRequests } from "#shared/api/models.ts";
import type { ModelFolder } from "#core/models/model-folder.ts";
import { textFacts } from "#core/files/text-facts.ts";
import { hashVariant } from "#core/runs/hash-file.ts";
import { madeFolder } from "#core/runs/made-variants.ts";
import type { AppParts } from "../app.ts";
import { layersOf, madeVariants, quantizerSource, showModel, variantByFile } from "../libraries/model-details.ts";

export function modelHandlers(parts: AppParts): Pick<Handlers, keyof typeof modelRequests> {
  const { lab, models, paths, events, files } = parts;
  return {
    "models.list": () => ({ models: models.list() }),
    "models.add": ({ path, name }) => {
      const entry = models.add(paths.check(path), name);
      events.emit("models.changed", {});
      return entry;
    },
    "models.remove": ({ model }) => {
      const { folder } = models.find(model);
      models.remove(model);
      // So that it can be taken back, wherever the folder lies.
      paths.grant(folder);
      events.emit("models.changed", {});
      return {};
    },
    "models.show": async ({ model }) => {
      const { entry, model: opened } = models.open(model);
      const text = await textFacts(files, opened.dir);
      return showModel(entry, opened, text, lab.variantsDir, await sourceHash(parts, opened));
    },
    "models.layers": async ({ model, file }) => {
      const { model: opened } = models.open(model);
      const sha256 = await sourceHash(parts, opened);
      const made = sha256 === null ? [] : madeVariants(opened, madeFolder(lab.variantsDir, opened.name, sha256));
      return { layers: layersOf(variantByFile(opened, made, file)) };
    },
  };
}

/** Null where the folder has nothing that variants could be made from. */
async function sourceHash({ lab }: AppParts, model: ModelFolder): Promise<string | null> {
  const source = quantizerSource(model);
  return source && hashVariant(lab.db, source.file, source.externalFiles);
}
