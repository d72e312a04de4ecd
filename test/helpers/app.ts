import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import {
  type EventName,
  type EventPayload,
  EVENTS,
  type RequestInput,
  type RequestName,
  type RequestOutput,
  REQUESTS,
} from "#shared/api.ts";
import { type ErrorEnvelope } from "#shared/errors.ts";
import { type AppOptions, createApp, type LabApp } from "#core/app/app.ts";
import { answer } from "#core/app/handlers.ts";
import { type Lab, openLab } from "#core/app/open-lab.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { RUN_READER, scratchDir, WORKER } from "./lab.ts";

export interface TestApp extends LabApp {
  readonly lab: Lab;
  readonly seen: { readonly name: EventName; readonly payload: EventPayload<EventName> }[];
  /** Asks as a page would, and checks the answer with the contract. */
  ask<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>>;
  /** The error that a request is answered with. */
  refusal(name: RequestName, input: unknown): Promise<ErrorEnvelope>;
  /** Resolves with the first event from now on that fits. */
  next<N extends EventName>(name: N, fits?: (payload: EventPayload<N>) => boolean): Promise<EventPayload<N>>;
}

/** Everything behind the contract in a folder of its own; every event is checked with the contract. */
export function testApp(options: Partial<AppOptions> = {}): TestApp {
  const lab = openLab(join(scratchDir(), "home"));
  const app = createApp({
    lab,
    transport: "host",
    spawner: forkSpawner(WORKER),
    reader: forkSpawner(RUN_READER),
    shell: null,
    ...options,
  });
  onTestFinished(async () => {
    await app.close();
    lab[Symbol.dispose]();
  });
  const seen: TestApp["seen"][number][] = [];
  app.events.on((name, payload) => {
    EVENTS[name].parse(structuredClone(payload));
    seen.push({ name, payload });
  });
  return {
    ...app,
    lab,
    seen,
    ask: async (name, input) => {
      const reply = await answer(app.handlers, name, input);
      if (!reply.ok) throw new Error(`${name}: ${reply.error.code} ${reply.error.message}`);
      return REQUESTS[name].output.parse(JSON.parse(JSON.stringify(reply.value))) as RequestOutput<typeof name>;
    },
    refusal: async (name, input) => {
      const reply = await answer(app.handlers, name, input);
      expect(reply.ok).toBe(false);
      return (reply as { error: ErrorEnvelope }).error;
    },
    next: (name, fits = () => true) =>
      new Promise((resolve) => {
        const stop = app.events.on((each, payload) => {
          if (each !== (name as string) || !fits(payload as never)) return;
          stop();
          resolve(payload as never);
        });
      }),
  };
}
