// Machines that the suite must pass on besides the one at hand. Their names hold words that pages and tests use too: a person
// may be called Ready, a processor "Processor". Plain JavaScript, because preload.mjs runs in every Node that a test starts,
// the system's own older one too.
const GIB = 2 ** 30;

export const MACHINES = {
  // A small virtual machine, its clock a quarter of an hour off everybody's.
  small: {
    cpu: "Intel(R) Xeon(R) Processor @ 2.20GHz",
    physicalCores: 1,
    logicalCores: 1,
    memoryBytes: 3 * GIB,
    freeBytes: 2 * GIB,
    host: "ready",
    user: "Ready Müller's Processor",
    env: { TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", LANGUAGE: "de" },
    fonts: true,
  },
  // A server where it is tomorrow, with a language that has two letters i.
  large: {
    cpu: "AMD EPYC 9554 64-Core Processor",
    physicalCores: 64,
    logicalCores: 128,
    memoryBytes: 1024 * GIB,
    freeBytes: 900 * GIB,
    host: "done-works-memory",
    user: "İpek Done",
    env: { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", LANGUAGE: "tr" },
    fonts: true,
  },
  // A container on an ARM board: no name of a processor, no language, no font.
  bare: {
    cpu: "unknown",
    physicalCores: 4,
    logicalCores: 4,
    memoryBytes: 8 * GIB,
    freeBytes: 5 * GIB,
    host: "localhost",
    user: "demo",
    env: { TZ: "America/St_Johns", LANG: "C", LC_ALL: "C", LANGUAGE: "" },
    fonts: false,
  },
};

/** What a process is started with to find itself on one of them, and its children with it. */
export function machineEnvironment(name) {
  const preload = new URL("preload.mjs", import.meta.url).href;
  return {
    ...MACHINES[name].env,
    QUANTSCOPE_TEST_MACHINE: name,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${preload}`.trim(),
  };
}
