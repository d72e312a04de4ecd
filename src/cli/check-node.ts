const REQUIRED = 24;

/** Ends the program with a clear line where Node is too old. */
export function checkNode(version = process.versions.node): void {
  if (Number(version.split(".")[0]) >= REQUIRED) return;
  process.stderr.write(
    `quantscope needs Node ${REQUIRED} or newer and runs on ${version}. In a checkout, "npm run lab" brings its own.\n`,
  );
  process.exit(1);
}
