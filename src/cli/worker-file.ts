export { workerFile } from "#core/app/files/worker-file.ts";
