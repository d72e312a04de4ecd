import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type ProviderId, PROVIDERS } from "#shared/providers/providers.ts";

/** onnxruntime-node's own folder, found as Node finds the package; the library is not loaded. */
function packageFile(): string {
  return createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
}

/** Read from the package: loading the library itself would cost this process its memory. */
export function onnxRuntimeVersion(): string {
  return (JSON.parse(readFileSync(packageFile(), "utf8")) as { version: string }).version;
}

/** Where ONNX Runtime's library lies and looks for those of its providers (onnxruntime-node 1.30: bin/napi-v6). */
export function libraryFolder(platform: string = process.platform, arch: string = process.arch): string {
  return join(dirname(packageFile()), "bin", "napi-v6", platform, arch);
}

/** Files of a provider that should lie beside ONNX Runtime's library and do not. */
export function missingLibraries(
  provider: ProviderId,
  platform: string = process.platform,
  folder: string = libraryFolder(),
): string[] {
  return (PROVIDERS[provider].libraries[platform] ?? []).filter((file) => !existsSync(join(folder, file)));
}
