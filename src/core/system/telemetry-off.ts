/**
 * ONNX Runtime's official builds (1.29 and later, not on Windows) send usage data to Microsoft. Each process that loads the
 * library writes a device id and an event queue below the user's cache folder, leaves a log in the temporary folder, looks
 * up its collector and runs threads of its own beside what is timed. With this variable set when the library initializes
 * none of it starts (ONNX Runtime's docs/Privacy.md; docs/security.md says how it is tested, and what Windows does).
 */
export const TELEMETRY_OFF = Object.freeze({ ORT_DISABLE_TELEMETRY: "1" });

/** For this process, before it loads the library, and for the children that inherit its environment. */
export function turnTelemetryOff(): void {
  Object.assign(process.env, TELEMETRY_OFF);
}
