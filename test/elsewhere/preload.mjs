// Loaded before every Node process of a test run, those that the tests and the product start included (NODE_OPTIONS of
// machines.mjs): `node:os` and systeminformation answer as on the machine that $QUANTSCOPE_TEST_MACHINE names.
import { createRequire, syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { MACHINES } from "./machines.mjs";

const { cpu, physicalCores, logicalCores, memoryBytes, freeBytes, host, user } =
  MACHINES[process.env.QUANTSCOPE_TEST_MACHINE];
const real = { cpus: os.cpus, userInfo: os.userInfo };

/** The time that this machine's processors worked stays true: foreign load is read from it. */
os.cpus = () => {
  const own = real.cpus();
  const idle = { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 };
  const cores = Array.from({ length: logicalCores }, () => ({ model: cpu, speed: 2200, times: { ...idle } }));
  own.forEach(({ times }, index) => {
    const into = cores[index % logicalCores].times;
    for (const kind of Object.keys(idle)) into[kind] += times[kind];
  });
  return cores;
};
os.availableParallelism = () => logicalCores;
os.totalmem = () => memoryBytes;
os.freemem = () => freeBytes;
os.hostname = () => host;
os.userInfo = (options) => ({ ...real.userInfo(options), username: user });
syncBuiltinESMExports();
process.availableMemory = () => freeBytes;

const si = createRequire(import.meta.url)("systeminformation");
const siCpu = { manufacturer: "", brand: cpu, physicalCores, cores: logicalCores, processors: 1 };
si.cpu = async () => siCpu;
