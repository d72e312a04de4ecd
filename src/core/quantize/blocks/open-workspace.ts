import { type BlockWorkspace, plainWorkspace, type WorkspaceSize } from "./block-workspace.ts";
import type { BlockShape, BlockSpec } from "./matmulnbits.ts";
import { wasmWorkspace } from "./wasm-blocks.ts";

/** A workspace with WebAssembly's loops where there are some for these bits, else with the plain ones. */
export function openWorkspace(size: WorkspaceSize, spec: BlockSpec, shape: BlockShape): BlockWorkspace {
  return wasmWorkspace(size, spec, shape) ?? plainWorkspace(size, spec, shape);
}
