import type { Handlers } from "#shared/api.ts";
import type { appRequests } from "#shared/api/app.ts";
import { LabError } from "#shared/errors.ts";
import { keep, listKept } from "#core/store/library.ts";
import { appVersion } from "#core/system/app-version.ts";
import type { AppParts } from "../app.ts";
import { nativeShell } from "./native.ts";

const PAGE_PREFIX = "page.";
const MOST_PAGE_KEYS = 200;

export function appHandlers({ options, lab, system }: AppParts): Pick<Handlers, keyof typeof appRequests> {
  const { transport, shell, versions = {} } = options;
  return {
    "app.info": async () => {
      const { runtime } = await system.environment();
      return {
        ...appVersion(),
        home: lab.home,
        transport,
        platform: process.platform,
        arch: process.arch,
        versions: { node: runtime.node, onnxruntime: runtime.onnxruntime, ...versions },
        nativeDialogs: shell !== null,
        readOnly: lab.readOnly,
      };
    },
    "app.openHome": async () => {
      await nativeShell(shell).openFolder(lab.home);
      return {};
    },
    "system.snapshot": () => system.snapshot(),
    "system.probe": () => {
      system.probe();
      return {};
    },
    "pages.restore": () => ({ state: listKept(lab.db, PAGE_PREFIX) }),
    "pages.remember": ({ key, value }) => {
      const known = listKept(lab.db, PAGE_PREFIX);
      if (value !== null && !Object.hasOwn(known, key) && Object.keys(known).length >= MOST_PAGE_KEYS) {
        throw new LabError("BAD_REQUEST", `Pages keep at most ${MOST_PAGE_KEYS} values; remove one first.`, { key });
      }
      keep(lab.db, `${PAGE_PREFIX}${key}`, value);
      return {};
    },
  };
}
