export { workerFile } from "#core/app/worker-file.ts";
