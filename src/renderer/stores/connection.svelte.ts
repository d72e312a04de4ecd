import type { AppInfo } from "#shared/api.ts";
import type { Lab } from "./bridge.ts";
import type { ConnectionState } from "./web-socket-bridge.ts";

/** Whether the lab answers, and which one it is. */
export class ConnectionStore {
  state = $state<ConnectionState>("connecting");
  info = $state.raw<AppInfo | null>(null);
  /** The lab has said what it is, or that it cannot. */
  answered = $state(false);

  constructor(lab: Lab) {
    lab.onConnection((state) => {
      this.state = state;
      if (state !== "open") return;
      void lab
        .request("app.info", {})
        .then(
          (info) => (this.info = info),
          // What is wrong is said where the runs are missing; here only a version would be.
          () => undefined,
        )
        .finally(() => (this.answered = true));
    });
  }
}
